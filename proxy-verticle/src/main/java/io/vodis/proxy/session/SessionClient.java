package io.vodis.proxy.session;

import java.time.Instant;

/** What a client has told about itself, as CLIENT LIST shows it. */
public final class SessionClient {

  private final long id;
  private final Instant since = Instant.now();
  private String name = "";
  private String libraryName = "";
  private String libraryVersion = "";
  private String capabilities = "";
  private boolean noEvict;
  private boolean noTouch;

  SessionClient(long id) {
    this.id = id;
  }

  public long id() {
    return id;
  }

  public long ageSeconds() {
    return Instant.now().getEpochSecond() - since.getEpochSecond();
  }

  public String name() {
    return name;
  }

  public void name(String given) {
    name = given;
  }

  public String libraryName() {
    return libraryName;
  }

  public void libraryName(String given) {
    libraryName = given;
  }

  public String libraryVersion() {
    return libraryVersion;
  }

  public void libraryVersion(String given) {
    libraryVersion = given;
  }

  /** Letters for what it says it can do, as CLIENT LIST of Valkey shows them. */
  public String capabilities() {
    return capabilities;
  }

  public void capabilities(String letters) {
    capabilities = letters;
  }

  public void noEvict(boolean now) {
    noEvict = now;
  }

  public void noTouch(boolean now) {
    noTouch = now;
  }

  void describe(ClientLine line) {
    if (noEvict) {
      line.flag('e');
    }
    if (noTouch) {
      line.flag('T');
    }
  }

  /** Forgets what RESET forgets. */
  public void reset() {
    name = "";
    noEvict = false;
    noTouch = false;
  }
}

package io.vodis.proxy.session;

import java.time.Instant;

/** What a client has told about itself, as CLIENT LIST shows it. */
final class SessionClient {

  private final long id;
  private final Instant since = Instant.now();
  private String name = "";
  private String libraryName = "";
  private String libraryVersion = "";
  private boolean noEvict;
  private boolean noTouch;

  SessionClient(long id) {
    this.id = id;
  }

  long id() {
    return id;
  }

  long ageSeconds() {
    return Instant.now().getEpochSecond() - since.getEpochSecond();
  }

  String name() {
    return name;
  }

  void name(String given) {
    name = given;
  }

  String libraryName() {
    return libraryName;
  }

  void libraryName(String given) {
    libraryName = given;
  }

  String libraryVersion() {
    return libraryVersion;
  }

  void libraryVersion(String given) {
    libraryVersion = given;
  }

  void noEvict(boolean now) {
    noEvict = now;
  }

  void noTouch(boolean now) {
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
  void reset() {
    name = "";
    noEvict = false;
    noTouch = false;
  }
}

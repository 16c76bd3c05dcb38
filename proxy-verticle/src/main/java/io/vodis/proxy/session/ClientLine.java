package io.vodis.proxy.session;

import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.info.ClientFields;
import java.util.Locale;

/**
 * What CLIENT LIST shows of a session. The states a session is in add what they know with {@link
 * SessionState#describe}.
 */
public final class ClientLine {

  private final StringBuilder flags = new StringBuilder();
  private int channels;
  private int patterns;
  private int slotSubscriptions;
  private int multi = -1;
  private int watched;
  private long redirect = -1;
  private boolean paused;

  /** A letter of the field {@code flags}, as Redis uses it. */
  public ClientLine flag(char letter) {
    if (flags.indexOf(String.valueOf(letter)) < 0) {
      flags.append(letter);
    }
    return this;
  }

  /** Is subscribed to that many. */
  public ClientLine subscriptions(int toChannels, int toPatterns, int toChannelsOfSlots) {
    channels = toChannels;
    patterns = toPatterns;
    slotSubscriptions = toChannelsOfSlots;
    return flag('P');
  }

  /** Has a transaction open with that many commands. */
  public ClientLine multi(int commands) {
    multi = commands;
    return flag('x');
  }

  /** Watches that many keys. */
  public ClientLine watched(int keys) {
    watched = keys;
    return this;
  }

  /** Is tracking; messages go to that client, 0 for itself. */
  public ClientLine redirect(long clientId) {
    redirect = clientId;
    return flag('t');
  }

  /** All letters of the field {@code flags}. */
  public String flags() {
    return flags.isEmpty() ? "N" : flags.toString();
  }

  public boolean has(char letter) {
    return flags.indexOf(String.valueOf(letter)) >= 0;
  }

  public boolean watches() {
    return watched > 0;
  }

  /** Whether CLIENT PAUSE holds a request of it. */
  public boolean isPaused() {
    return paused;
  }

  /** Whether it is of the type {@code pubsub} rather than {@code normal}. */
  public boolean isPubsub() {
    return has('P');
  }

  /** What there is to say of a session. */
  public static ClientLine of(Session session) {
    ClientLine line = new ClientLine();
    session.states().forEach(state -> state.describe(line));
    session.client().describe(line);
    if (session.isStopped(Stop.PAUSED)) {
      line.paused = true;
      line.flag('b');
    }
    return line;
  }

  /**
   * The line, with these fields. What a proxy has no figure for is 0.
   *
   * @param askedBytes the request that asks for it, if it is this session's and has been read: its
   *     bytes still count as unread, and its reply is not one that is owed
   */
  public String text(Session session, ClientFields fields, int askedBytes) {
    CommandSpec last = session.lastCommand();
    // A server that shares its query buffers has none left by the time it answers.
    long unreadBytes = fields.valkey() ? 0 : session.socket().unreadBytes() + askedBytes;
    SessionClient client = session.client();
    long pending = session.socket().pendingBytes();
    return String.format(
        Locale.ROOT,
        "id=%d addr=%s laddr=%s fd=%d name=%s age=%d idle=%d flags=%s%s db=%d sub=%d psub=%d"
            + " ssub=%d multi=%d%s qbuf=%d qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=%d"
            + " oll=%d omem=%d tot-mem=%d events=%s cmd=%s user=default redir=%d resp=%d%s%s%s",
        client.id(),
        session.socket().remoteAddress(),
        session.socket().localAddress(),
        client.id(),
        client.name(),
        client.ageSeconds(),
        session.idleSeconds(),
        flags(),
        fields.valkey() ? " capa=" + client.capabilities() : "",
        session.database(),
        channels,
        patterns,
        slotSubscriptions,
        multi,
        fields.watch() ? " watch=" + watched : "",
        unreadBytes,
        pending,
        Math.max(0, session.unanswered() - (askedBytes > 0 ? 1 : 0)),
        pending,
        unreadBytes + pending,
        pending > 0 ? "rw" : "r",
        last == null ? "NULL" : last.name(),
        redirect,
        session.protocol().version(),
        fields.library()
            ? " lib-name=" + client.libraryName() + " lib-ver=" + client.libraryVersion()
            : "",
        fields.ioThread() ? " io-thread=0" : "",
        fields.valkey() ? " tot-net-in=0 tot-net-out=0 tot-cmds=0" : "");
  }
}

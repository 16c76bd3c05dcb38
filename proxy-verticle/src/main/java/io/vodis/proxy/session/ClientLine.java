package io.vodis.proxy.session;

import io.vodis.proxy.command.CommandSpec;
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

  public boolean has(char letter) {
    return flags.indexOf(String.valueOf(letter)) >= 0;
  }

  public boolean watches() {
    return watched > 0;
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
    return line;
  }

  /** The line, in the form and with the fields of Redis 7.2. */
  public String text(Session session) {
    CommandSpec last = session.lastCommand();
    long unreadBytes = session.socket().unreadBytes();
    SessionClient client = session.client();
    long pending = session.socket().pendingBytes();
    return String.format(
        Locale.ROOT,
        "id=%d addr=%s laddr=%s fd=%d name=%s age=%d idle=%d flags=%s db=%d sub=%d psub=%d ssub=%d"
            + " multi=%d watch=%d qbuf=%d qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=%d"
            + " oll=%d omem=%d tot-mem=%d events=%s cmd=%s user=default redir=%d resp=%d"
            + " lib-name=%s lib-ver=%s",
        client.id(),
        session.socket().remoteAddress(),
        session.socket().localAddress(),
        client.id(),
        client.name(),
        client.ageSeconds(),
        session.idleSeconds(),
        flags.isEmpty() ? "N" : flags,
        session.database(),
        channels,
        patterns,
        slotSubscriptions,
        multi,
        watched,
        unreadBytes,
        pending,
        session.unanswered(),
        pending,
        unreadBytes + pending,
        pending > 0 ? "rw" : "r",
        last == null ? "NULL" : last.name(),
        redirect,
        session.protocol().version(),
        client.libraryName(),
        client.libraryVersion());
  }
}

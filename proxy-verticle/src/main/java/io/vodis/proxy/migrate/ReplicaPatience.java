package io.vodis.proxy.migrate;

import java.util.List;

/**
 * Whether it is worth while to wait for a replica of a server: not if it says that it has none, and
 * not again at once after none has answered in time; it may be far behind.
 */
final class ReplicaPatience {

  private static final long FIRST_PAUSE_NANOS = 1_000_000_000L;
  private static final long MAX_PAUSE_NANOS = 60_000_000_000L;

  /** How old what the server has said of its replicas may be. */
  private static final long ROLE_PERIOD_NANOS = 1_000_000_000L;

  /** How ROLE of a primary begins, and how it ends if no replica is connected. */
  private static final String PRIMARY = "*3\r\n$6\r\nmaster";

  private static final String NO_REPLICA = "\r\n*0\r\n";

  private final long waitMillis;
  private boolean hasReplica;
  private boolean asked;
  private long roleNanos;
  private long pauseNanos;
  private long againNanos;

  /** Patience of so long; 0 for none at all. */
  ReplicaPatience(long waitMillis) {
    this.waitMillis = waitMillis;
  }

  /** Whether the server has to be asked for its ROLE first. */
  boolean mustAsk(long now) {
    return waitMillis > 0 && (!asked || now - roleNanos >= ROLE_PERIOD_NANOS);
  }

  /** Learns what the server answers to ROLE; an error tells nothing, and none is waited for. */
  void onRole(String reply, long now) {
    asked = true;
    roleNanos = now;
    hasReplica = reply.startsWith(PRIMARY) && !reply.endsWith(NO_REPLICA);
  }

  boolean mayWait(long now) {
    return hasReplica && (pauseNanos == 0 || now - againNanos >= 0);
  }

  /** Answered when one replica has all that was done before, or the time is over. */
  List<byte[]> command() {
    return List.of(
        ServerCall.bytes("WAIT"),
        ServerCall.bytes("1"),
        ServerCall.bytes(Long.toString(waitMillis)));
  }

  /** Learns how many replicas have answered; an error counts for none. */
  void onReply(String reply, long now) {
    if (reply.startsWith(":") && !reply.startsWith(":0")) {
      pauseNanos = 0;
    } else {
      pauseNanos = Math.min(Math.max(FIRST_PAUSE_NANOS, pauseNanos * 2), MAX_PAUSE_NANOS);
      againNanos = now + pauseNanos;
    }
  }
}

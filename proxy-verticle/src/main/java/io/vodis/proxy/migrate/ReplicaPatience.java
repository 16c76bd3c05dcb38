package io.vodis.proxy.migrate;

import java.util.List;

/**
 * Whether it is worth while to wait for a replica of a server: not again at once after none has
 * answered in time. There may be none, or it may be far behind.
 */
final class ReplicaPatience {

  private static final long FIRST_PAUSE_NANOS = 1_000_000_000L;
  private static final long MAX_PAUSE_NANOS = 60_000_000_000L;

  private final long waitMillis;
  private long pauseNanos;
  private long againNanos;

  /** Patience of so long; 0 for none at all. */
  ReplicaPatience(long waitMillis) {
    this.waitMillis = waitMillis;
  }

  boolean mayWait(long now) {
    return waitMillis > 0 && (pauseNanos == 0 || now - againNanos >= 0);
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

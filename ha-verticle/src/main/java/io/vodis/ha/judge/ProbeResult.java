package io.vodis.ha.judge;

import io.vodis.model.HostAndPort;
import io.vodis.redis.ServerStatus;
import org.jspecify.annotations.Nullable;

/**
 * How one server took one probe.
 *
 * @param sentNanos monotonic time before the probe was sent
 * @param doneNanos monotonic time when it was answered or given up
 * @param detail why it failed or was refused, in the server's or the network's words; else empty
 * @param status what the server says of itself; null if it did not say
 */
public record ProbeResult(
    HostAndPort server,
    Outcome outcome,
    long sentNanos,
    long doneNanos,
    String detail,
    @Nullable ServerStatus status) {

  /** Kinds of answer. Whoever answers at all is alive. */
  public enum Outcome {
    ANSWERED,
    /** Alive, and reading its data set from disk: it serves nobody yet, but it will. */
    LOADING,
    /** Alive, and not willing, for example because of a wrong password. */
    REFUSED,
    FAILED
  }

  public boolean alive() {
    return outcome != Outcome.FAILED;
  }
}

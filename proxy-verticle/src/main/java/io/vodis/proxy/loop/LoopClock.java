package io.vodis.proxy.loop;

import java.util.function.LongSupplier;

/**
 * Monotonic time of one loop, read once per batch instead of once per request, and the end of the
 * permission to serve.
 *
 * <p>The lease is compared where a batch begins (a read) and where bytes leave (a flush), each time
 * with a fresh reading: a process that was stopped and continued sends nothing on an old lease.
 */
public final class LoopClock {

  private final LongSupplier source;
  private long nowNanos;
  private long leaseEndNanos;

  public LoopClock(LongSupplier source) {
    this.source = source;
    this.nowNanos = source.getAsLong();
    this.leaseEndNanos = nowNanos;
  }

  /** Reads the clock. */
  public long refresh() {
    nowNanos = source.getAsLong();
    return nowNanos;
  }

  /** Time of the current batch. */
  public long nowNanos() {
    return nowNanos;
  }

  /** Sets the moment from which this loop must not serve; a moment in the past fences it. */
  public void leaseEndsAt(long endNanos) {
    leaseEndNanos = endNanos;
  }

  /** Whether the loop could serve at the time of the current batch. */
  public boolean leased() {
    return leaseEndNanos - nowNanos > 0;
  }
}

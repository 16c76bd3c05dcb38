package io.vodis.topom.migrate;

/**
 * How hard the sweep may drive a source. Where clients are at work, calls take a part of the bound
 * only, and the source is left alone between them for as long as they took, so that a client never
 * waits for two in a row.
 *
 * @param boundNanos how long one call may take
 * @param pausePercent pause after a call, in percent of its duration
 */
record Pace(long boundNanos, int pausePercent) {

  /** Operations per second of others from which a server counts as busy. */
  static final long BUSY_OPS = 500;

  private static final int BUSY_SHARE = 2;

  static Pace of(long maxBlockNanos, long opsOfOthers) {
    return opsOfOthers >= BUSY_OPS
        ? new Pace(maxBlockNanos / BUSY_SHARE, 50)
        : new Pace(maxBlockNanos, 0);
  }

  long pauseNanos(long callNanos) {
    return Math.min(callNanos, boundNanos) * pausePercent / 100;
  }
}

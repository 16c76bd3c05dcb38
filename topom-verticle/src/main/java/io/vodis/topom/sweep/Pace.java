package io.vodis.topom.sweep;

/**
 * How hard the sweep may drive its servers. Where clients are at work, calls take a small part of
 * the bound only, and the source is left alone after each call for twice as long as it took, the
 * time included that answer and next call are on their way ({@link PaceKeeper}): a request that
 * needs a key moved waits for one such call, then for its own, then for the target, and clients
 * feel the sum (bench: migration).
 *
 * @param boundNanos how long one call may take
 * @param pausePercent pause after a call, in percent of its duration
 * @param weighedKeys keys to weigh with one call
 * @param lightKeysMax keys that may always go together if they are light, see {@link KeySizes}
 */
record Pace(long boundNanos, int pausePercent, int weighedKeys, int lightKeysMax) {

  /** Operations per second of others from which a server counts as busy. */
  static final long BUSY_OPS = 500;

  private static final int BUSY_SHARE = 4;

  static Pace of(long maxBlockNanos, long opsOfOthers) {
    return opsOfOthers >= BUSY_OPS
        ? new Pace(maxBlockNanos / BUSY_SHARE, 200, 256, 64)
        : new Pace(maxBlockNanos, 0, 500, 100);
  }

  /** Whether clients are at work. */
  boolean isBusy() {
    return pausePercent > 0;
  }

  /**
   * How many calls may be under way at once. With two the source has the next one at hand when it
   * has served whoever else asks.
   */
  int callsMax() {
    return isBusy() ? 1 : 2;
  }

  long pauseNanos(long callNanos) {
    return Math.min(callNanos, boundNanos) * pausePercent / 100;
  }
}

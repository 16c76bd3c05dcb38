package io.vodis.topom.sweep;

/**
 * Keeps moved keys to so many per second, without making up for time that was not used. Each call
 * is as small as a tenth of a second's worth, so that the rate is even.
 */
final class KeyRate {

  private static final int CALLS_PER_SECOND = 10;

  private long freeNanos;
  private boolean used;

  /** How many keys one call may take; {@code keysPerSecond} 0 is no limit. */
  static int keysMax(int keysPerSecond) {
    return keysPerSecond == 0 ? Integer.MAX_VALUE : Math.max(1, keysPerSecond / CALLS_PER_SECOND);
  }

  /** Keys have been moved. */
  void onMoved(int keys, int keysPerSecond, long nowNanos) {
    if (keysPerSecond > 0) {
      long begin = used ? Math.max(freeNanos, nowNanos) : nowNanos;
      freeNanos = begin + keys * 1_000_000_000L / keysPerSecond;
      used = true;
    }
  }

  /** How long to wait before the next call. */
  long waitNanos(int keysPerSecond, long nowNanos) {
    return keysPerSecond == 0 || !used ? 0 : Math.max(0, freeNanos - nowNanos);
  }
}

package io.vodis.topom.migrate;

/**
 * How many keys one MIGRATE may take, so that the call holds the source no longer than a bound.
 * Starts small, follows the measured cost of a key, grows at most twofold and shrinks at once after
 * a call that took too long.
 */
final class BatchSizer {

  static final int KEYS_MAX = 1000;
  private static final int KEYS_AT_START = 16;
  private static final double WEIGHT = 0.2;

  private int keys = KEYS_AT_START;
  private double nanosPerKey;

  int keys() {
    return keys;
  }

  /**
   * Learns from a call.
   *
   * @param bound how long a call may take at present
   */
  void onCall(int movedKeys, long nanos, long bound) {
    double cost = (double) nanos / movedKeys;
    nanosPerKey = nanosPerKey == 0 ? cost : nanosPerKey + WEIGHT * (cost - nanosPerKey);
    int fitting = (int) Math.min(KEYS_MAX, bound / nanosPerKey);
    int limit = nanos > 2 * bound ? movedKeys / 2 : keys * 2;
    keys = Math.max(1, Math.min(fitting, limit));
  }
}

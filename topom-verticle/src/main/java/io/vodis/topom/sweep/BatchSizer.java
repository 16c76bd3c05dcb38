package io.vodis.topom.sweep;

import java.util.Arrays;

/**
 * How many keys one MIGRATE may take, so that the call holds the source no longer than a bound.
 * Starts small, follows the measured cost of a key, and grows at most twofold.
 *
 * <p>The cost is a low one of the last calls rather than their mean: a call that was slow because
 * the machine was busy says nothing about keys, and smaller batches would only add to its work.
 * Large values show in every call.
 */
final class BatchSizer {

  static final int KEYS_MAX = 1000;
  static final int KEYS_AT_START = 16;
  private static final int WINDOW = 8;
  private static final int LOW = 1;

  /** A call this many times over the bound shrinks the next one at once. */
  private static final int FAR_OVER = 4;

  private final double[] costs = new double[WINDOW];
  private int calls;
  private int keys = KEYS_AT_START;

  int keys() {
    return keys;
  }

  /**
   * Learns from a call.
   *
   * @param heldNanos how long it held the source
   * @param bound how long a call may hold it at present
   */
  void onCall(int movedKeys, long heldNanos, long bound) {
    costs[calls++ % WINDOW] = Math.max(1.0, heldNanos) / movedKeys;
    double[] known = Arrays.copyOf(costs, Math.min(calls, WINDOW));
    Arrays.sort(known);
    double cost = known[Math.min(LOW, known.length - 1)];
    int fitting = (int) Math.min(KEYS_MAX, bound / cost);
    int limit = heldNanos > FAR_OVER * bound ? movedKeys / 2 : keys * 2;
    keys = Math.max(1, Math.min(fitting, limit));
  }
}

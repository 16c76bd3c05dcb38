package io.vodis.metric;

/**
 * The fixed latency buckets of every histogram: powers of two from 16 µs to 16.8 s, so that a
 * bucket is found with one count of leading zeros.
 */
public final class LatencyBuckets {

  private static final int FIRST_BOUND_SHIFT = 14; // 2^14 ns = 16.384 µs
  private static final int BOUND_COUNT = 21; // up to 2^34 ns = 17.18 s

  /** Number of buckets, the overflow bucket included. */
  public static final int COUNT = BOUND_COUNT + 1;

  private LatencyBuckets() {}

  /** The bucket of a duration: the first whose bound is not below it. */
  public static int indexOf(long nanos) {
    if (nanos <= 1L << FIRST_BOUND_SHIFT) {
      return 0;
    }
    int index = 64 - Long.numberOfLeadingZeros(nanos - 1) - FIRST_BOUND_SHIFT;
    return Math.min(index, BOUND_COUNT);
  }

  /** Upper bound of a bucket in seconds; infinite for the last. */
  public static double boundSeconds(int index) {
    return index >= BOUND_COUNT
        ? Double.POSITIVE_INFINITY
        : (1L << (FIRST_BOUND_SHIFT + index)) / 1e9;
  }
}

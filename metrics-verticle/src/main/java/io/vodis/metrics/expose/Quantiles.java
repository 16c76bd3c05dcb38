package io.vodis.metrics.expose;

import io.vodis.metric.LatencyBuckets;
import java.util.List;

/** Quantiles of what was counted between two states of a histogram. */
final class Quantiles {

  private Quantiles() {}

  /**
   * The value in seconds below which the share {@code quantile} of the new observations lies,
   * interpolated within its bucket as Prometheus does; 0 if there is none.
   *
   * @param before counts per bucket; empty for none
   */
  static double since(List<Long> before, List<Long> now, double quantile) {
    long[] grown = new long[now.size()];
    long all = 0;
    for (int i = 0; i < grown.length; i++) {
      grown[i] = Math.max(now.get(i) - (before.isEmpty() ? 0 : before.get(i)), 0);
      all += grown[i];
    }
    if (all == 0) {
      return 0;
    }
    double rank = quantile * all;
    long below = 0;
    for (int i = 0; i < grown.length; i++) {
      if (grown[i] > 0 && below + grown[i] >= rank) {
        return within(i, (rank - below) / grown[i]);
      }
      below += grown[i];
    }
    return within(grown.length - 1, 1);
  }

  /** A place in a bucket. The last one has no end, so its beginning stands for it. */
  private static double within(int bucket, double share) {
    double low = bucket == 0 ? 0 : LatencyBuckets.boundSeconds(bucket - 1);
    double high = LatencyBuckets.boundSeconds(bucket);
    return Double.isInfinite(high) ? low : low + (high - low) * share;
  }
}

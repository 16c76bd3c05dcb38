package io.vodis.metric;

import java.util.ArrayList;
import java.util.List;

/** Counts durations in the buckets of {@link LatencyBuckets}. Confined to one thread. */
public final class LatencyHistogram {

  private final long[] counts = new long[LatencyBuckets.COUNT];
  private long sumNanos;

  /** Adds one observation; a negative one counts as zero. */
  public void record(long nanos) {
    counts[LatencyBuckets.indexOf(nanos)]++;
    sumNanos += Math.max(nanos, 0);
  }

  /** Counts per bucket, not cumulative. */
  public List<Long> counts() {
    List<Long> copy = new ArrayList<>(counts.length);
    for (long count : counts) {
      copy.add(count);
    }
    return copy;
  }

  public double sumSeconds() {
    return sumNanos / 1e9;
  }
}

package io.vodis.testsupport.workload;

import java.time.Duration;

/** A histogram of reply times with steps of about six per cent. Confined to one thread. */
public final class Latencies {

  private static final int STEPS_PER_DOUBLING = 16;
  private static final int STEPS = 64 * STEPS_PER_DOUBLING;

  private final long[] counts = new long[STEPS];
  private long count;
  private long worstNanos;

  public void add(long nanos) {
    counts[stepOf(nanos)]++;
    count++;
    worstNanos = Math.max(worstNanos, nanos);
  }

  public void addAll(Latencies other) {
    for (int i = 0; i < STEPS; i++) {
      counts[i] += other.counts[i];
    }
    count += other.count;
    worstNanos = Math.max(worstNanos, other.worstNanos);
  }

  public long count() {
    return count;
  }

  public Duration worst() {
    return Duration.ofNanos(worstNanos);
  }

  public Duration percentile(double fraction) {
    long rank = (long) Math.ceil(fraction * count);
    long seen = 0;
    for (int i = 0; i < STEPS; i++) {
      seen += counts[i];
      if (seen >= rank && seen > 0) {
        return Duration.ofNanos((long) Math.pow(2, (i + 1.0) / STEPS_PER_DOUBLING));
      }
    }
    return Duration.ZERO;
  }

  private static int stepOf(long nanos) {
    double doublings = Math.log(Math.max(1, nanos)) / Math.log(2);
    return (int) Math.min(STEPS - 1, doublings * STEPS_PER_DOUBLING);
  }
}

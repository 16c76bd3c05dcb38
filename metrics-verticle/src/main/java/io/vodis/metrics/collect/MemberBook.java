package io.vodis.metrics.collect;

import io.vodis.bus.MetricsReport;
import io.vodis.metric.Sample;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The figures of one member through all its lives: processes come and go under the same token.
 *
 * <p>Gauges are those of the life that reported last, while it is alive. Counters and histograms
 * are sums over all lives, so that they go on where they stood when a process is restarted. A life
 * that was given up and reports again simply is alive again; that is why ended lives are kept apart
 * and only the oldest are added up.
 */
final class MemberBook {

  private static final int LIVES_MAX = 4;
  private static final int FORGOTTEN_MAX = 64;

  /** The last report of one incarnation, and when it came. */
  private record Life(MetricsReport report, long receivedNanos) {}

  private final LinkedHashMap<String, Life> lives = new LinkedHashMap<>();
  private final Map<SampleKey, Sample> earlier = new HashMap<>();
  private final Deque<String> forgotten = new ArrayDeque<>();

  /** Takes a report; false if it is older than what is known. */
  boolean accept(MetricsReport report, long nowNanos) {
    Life known = lives.get(report.incarnation());
    if (forgotten.contains(report.incarnation())
        || (known != null && known.report().sequence() >= report.sequence())) {
      return false;
    }
    lives.remove(report.incarnation());
    lives.put(report.incarnation(), new Life(report, nowNanos));
    if (lives.size() > LIVES_MAX) {
      forgetOldest();
    }
    return true;
  }

  /** Time since the last report of any life. */
  Duration silence(long nowNanos) {
    return Duration.ofNanos(nowNanos - latest().receivedNanos());
  }

  String latestIncarnation() {
    return latest().report().incarnation();
  }

  /**
   * The samples of the member.
   *
   * @param alive whether the latest life is; then its gauges are included
   */
  Collection<Sample> samples(boolean alive) {
    Map<SampleKey, Sample> result = new HashMap<>(earlier);
    for (Life life : lives.values()) {
      for (Sample sample : life.report().samples()) {
        if (Samples.wellFormed(sample) && !(sample instanceof Sample.Gauge)) {
          result.merge(SampleKey.of(sample), sample, Samples::sum);
        }
      }
    }
    if (alive) {
      for (Sample sample : latest().report().samples()) {
        if (Samples.wellFormed(sample) && sample instanceof Sample.Gauge) {
          result.put(SampleKey.of(sample), sample);
        }
      }
    }
    return result.values();
  }

  private Life latest() {
    return lives.sequencedValues().getLast();
  }

  private void forgetOldest() {
    String oldest = lives.keySet().iterator().next();
    Life life = lives.remove(oldest);
    if (life != null) {
      for (Sample sample : life.report().samples()) {
        if (Samples.wellFormed(sample) && !(sample instanceof Sample.Gauge)) {
          earlier.merge(SampleKey.of(sample), sample, Samples::sum);
        }
      }
    }
    forgotten.addLast(oldest);
    if (forgotten.size() > FORGOTTEN_MAX) {
      forgotten.removeFirst();
    }
  }
}

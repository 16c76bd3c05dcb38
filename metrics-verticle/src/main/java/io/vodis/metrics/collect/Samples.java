package io.vodis.metrics.collect;

import io.vodis.metric.LatencyBuckets;
import io.vodis.metric.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What can be done with samples: tell whether one is well formed, and add two up. */
final class Samples {

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");

  /** Labels that the exposition adds itself. */
  private static final Set<String> RESERVED = Set.of("product", "role", "member", "le", "quantile");

  private Samples() {}

  /** Other versions of Vodis may report what this one cannot show. */
  static boolean wellFormed(Sample sample) {
    boolean named =
        NAME.matcher(sample.name()).matches()
            && sample.labels().keySet().stream()
                .allMatch(label -> NAME.matcher(label).matches() && !RESERVED.contains(label));
    return named
        && switch (sample) {
          case Sample.Counter counter -> counter.value() >= 0;
          case Sample.Gauge gauge -> true;
          case Sample.Histogram histogram -> histogram.counts().size() == LatencyBuckets.COUNT;
        };
  }

  /**
   * Two states of the same counter or histogram in two lives of one member; of a gauge, the latter.
   */
  static Sample sum(Sample first, Sample second) {
    if (first instanceof Sample.Counter a && second instanceof Sample.Counter b) {
      return new Sample.Counter(a.name(), a.labels(), a.value() + b.value());
    } else if (first instanceof Sample.Histogram a && second instanceof Sample.Histogram b) {
      List<Long> counts = new ArrayList<>(a.counts().size());
      for (int i = 0; i < a.counts().size(); i++) {
        counts.add(a.counts().get(i) + b.counts().get(i));
      }
      return new Sample.Histogram(a.name(), a.labels(), counts, a.sumSeconds() + b.sumSeconds());
    }
    return second;
  }
}

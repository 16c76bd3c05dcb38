package io.vodis.metric;

import java.util.List;
import java.util.Map;

/**
 * One figure at one moment. {@code name} is one of the constants of this package, in Prometheus
 * form without the {@code vodis_} prefix; units are the last part of the name.
 */
public sealed interface Sample {

  String name();

  Map<String, String> labels();

  /** Only grows, from the start of the process. */
  record Counter(String name, Map<String, String> labels, double value) implements Sample {
    public Counter {
      labels = Map.copyOf(labels);
    }
  }

  /** Goes up and down. */
  record Gauge(String name, Map<String, String> labels, double value) implements Sample {
    public Gauge {
      labels = Map.copyOf(labels);
    }
  }

  /**
   * A distribution since the start of the process.
   *
   * @param counts per bucket of {@link LatencyBuckets}, not cumulative; the last is the overflow
   * @param sumSeconds sum of all observed values
   */
  record Histogram(String name, Map<String, String> labels, List<Long> counts, double sumSeconds)
      implements Sample {
    public Histogram {
      labels = Map.copyOf(labels);
      counts = List.copyOf(counts);
    }
  }
}

package io.vodis.metric;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What one metric is: the row of the catalogue ({@code docs/metrics.md}) and the maker of its
 * {@link Sample}s. Each area keeps its definitions as constants of one class of this package, for
 * example {@link ProcessMetrics}; the metrics role finds them there.
 *
 * @param name in Prometheus form without the {@code vodis_} prefix; counters end in {@code _total},
 *     histograms in {@code _seconds}
 * @param help one sentence, shown by Prometheus
 * @param labels names of the labels in the order in which values are given to {@code of}; the
 *     member's own labels ({@link #MEMBER_LABELS}) are added by the metrics role
 */
public record MetricDefinition(String name, Type type, String help, List<String> labels) {

  /** The kinds of metric, as in Prometheus. */
  public enum Type {
    COUNTER,
    GAUGE,
    HISTOGRAM
  }

  /** Labels that every series gets from the member that reports it. */
  public static final List<String> MEMBER_LABELS = List.of("product", "role", "member");

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");

  public MetricDefinition {
    labels = List.copyOf(labels);
    check(NAME.matcher(name).matches(), name, "name must match " + NAME);
    check((type == Type.COUNTER) == name.endsWith("_total"), name, "counters end in _total");
    check(type != Type.HISTOGRAM || name.endsWith("_seconds"), name, "histograms are _seconds");
    check(!help.isBlank() && help.indexOf('\n') < 0, name, "help must be one line");
    for (String label : labels) {
      check(NAME.matcher(label).matches(), name, "label must match " + NAME);
      check(
          !MEMBER_LABELS.contains(label) && !label.equals("le") && !label.equals("quantile"),
          name,
          label + " is reserved");
    }
    check(labels.stream().distinct().count() == labels.size(), name, "a label is named twice");
  }

  public static MetricDefinition counter(String name, String help, String... labels) {
    return new MetricDefinition(name, Type.COUNTER, help, List.of(labels));
  }

  public static MetricDefinition gauge(String name, String help, String... labels) {
    return new MetricDefinition(name, Type.GAUGE, help, List.of(labels));
  }

  /** A histogram of durations over {@link LatencyBuckets}. */
  public static MetricDefinition histogram(String name, String help, String... labels) {
    return new MetricDefinition(name, Type.HISTOGRAM, help, List.of(labels));
  }

  /** The value of a counter or gauge, with one value per label. */
  public Sample of(double value, String... labelValues) {
    return switch (type) {
      case COUNTER -> new Sample.Counter(name, labelled(labelValues), value);
      case GAUGE -> new Sample.Gauge(name, labelled(labelValues), value);
      case HISTOGRAM -> throw new IllegalArgumentException(name + " is a histogram");
    };
  }

  /** The state of a histogram: not cumulative counts per bucket, with one value per label. */
  public Sample of(List<Long> counts, double sumSeconds, String... labelValues) {
    check(type == Type.HISTOGRAM, name, "not a histogram");
    return new Sample.Histogram(name, labelled(labelValues), counts, sumSeconds);
  }

  private Map<String, String> labelled(String... values) {
    check(values.length == labels.size(), name, "expected values for " + labels);
    if (values.length == 0) {
      return Map.of();
    }
    Map<String, String> result = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      result.put(labels.get(i), values[i]);
    }
    return result;
  }

  private static void check(boolean condition, String name, String text) {
    if (!condition) {
      throw new IllegalArgumentException("metric " + name + ": " + text);
    }
  }
}

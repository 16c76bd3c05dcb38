package io.vodis.metrics.expose;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vodis.metric.LatencyBuckets;
import io.vodis.metric.MetricDefinition;
import io.vodis.metric.Sample;
import io.vodis.metrics.catalogue.MetricCatalogue;
import io.vodis.metrics.collect.Figure;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The product's figures as a page for Prometheus. They enter the registry as snapshots rather than
 * as meters, because no meter can be given the buckets of a histogram that was counted elsewhere.
 */
public final class PrometheusPage {

  private static final double[] BOUNDS = bounds();
  private static final String UNDESCRIBED = "Reported by a member of another version.";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final String product;
  private final Supplier<List<Figure>> figures;

  public PrometheusPage(String product, Supplier<List<Figure>> figures) {
    this.product = product;
    this.figures = figures;
    MultiCollector collector = this::collect;
    registry.getPrometheusRegistry().register(collector);
  }

  /** What the scraping handler reads. */
  public PrometheusMeterRegistry registry() {
    return registry;
  }

  private MetricSnapshots collect() {
    Map<String, List<Figure>> families =
        figures.get().stream()
            .collect(
                Collectors.groupingBy(
                    figure -> figure.sample().name(), TreeMap::new, Collectors.toList()));
    MetricSnapshots.Builder snapshots = MetricSnapshots.builder();
    families.forEach((name, family) -> snapshots.metricSnapshot(family(name, family)));
    return snapshots.build();
  }

  /**
   * One family. Members of different versions may disagree on the type of a name: then only the
   * figures of the catalogue's type, or of the first one's, are shown.
   */
  private MetricSnapshot family(String name, List<Figure> family) {
    MetricDefinition definition = MetricCatalogue.of(name).orElse(null);
    String help = definition == null ? UNDESCRIBED : definition.help();
    return switch (definition == null ? type(family.getFirst()) : definition.type()) {
      case COUNTER -> counters(name, help, family);
      case GAUGE -> gauges(name, help, family);
      case HISTOGRAM -> histograms(name, help, family);
    };
  }

  private MetricSnapshot counters(String name, String help, List<Figure> family) {
    CounterSnapshot.Builder builder =
        CounterSnapshot.builder().name(SeriesName.of(withoutTotal(name))).help(help);
    for (Figure figure : family) {
      if (figure.sample() instanceof Sample.Counter counter) {
        builder.dataPoint(
            CounterDataPointSnapshot.builder()
                .value(counter.value())
                .labels(labels(figure))
                .build());
      }
    }
    return builder.build();
  }

  private MetricSnapshot gauges(String name, String help, List<Figure> family) {
    GaugeSnapshot.Builder builder = GaugeSnapshot.builder().name(SeriesName.of(name)).help(help);
    for (Figure figure : family) {
      if (figure.sample() instanceof Sample.Gauge gauge) {
        builder.dataPoint(
            GaugeDataPointSnapshot.builder().value(gauge.value()).labels(labels(figure)).build());
      }
    }
    return builder.build();
  }

  private MetricSnapshot histograms(String name, String help, List<Figure> family) {
    HistogramSnapshot.Builder builder =
        HistogramSnapshot.builder().name(SeriesName.of(name)).help(help);
    for (Figure figure : family) {
      if (figure.sample() instanceof Sample.Histogram histogram) {
        Number[] counts = histogram.counts().toArray(Number[]::new);
        builder.dataPoint(
            (HistogramDataPointSnapshot)
                HistogramDataPointSnapshot.builder()
                    .classicHistogramBuckets(ClassicHistogramBuckets.of(BOUNDS, counts))
                    .sum(histogram.sumSeconds())
                    .labels(labels(figure))
                    .build());
      }
    }
    return builder.build();
  }

  private Labels labels(Figure figure) {
    Labels.Builder builder = Labels.builder();
    SeriesName.labels(product, figure).forEach(builder::label);
    return builder.build();
  }

  private static MetricDefinition.Type type(Figure figure) {
    return switch (figure.sample()) {
      case Sample.Counter counter -> MetricDefinition.Type.COUNTER;
      case Sample.Gauge gauge -> MetricDefinition.Type.GAUGE;
      case Sample.Histogram histogram -> MetricDefinition.Type.HISTOGRAM;
    };
  }

  /** The writer puts the suffix back. */
  private static String withoutTotal(String name) {
    return name.endsWith("_total") ? name.substring(0, name.length() - "_total".length()) : name;
  }

  private static double[] bounds() {
    double[] bounds = new double[LatencyBuckets.COUNT];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = LatencyBuckets.boundSeconds(i);
    }
    return bounds;
  }
}

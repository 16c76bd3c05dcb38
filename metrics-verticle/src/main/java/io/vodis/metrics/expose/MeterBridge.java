package io.vodis.metrics.expose;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.vodis.metric.Sample;
import io.vodis.metrics.collect.Figure;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the meters of one Micrometer registry in step with the product's figures, for receivers
 * that are pushed to. A counter is pushed as what it grew by, a histogram as count, total time, and
 * quantiles of the time since the last update.
 *
 * <p>Not for use by several threads at once; the registry reads the values from its own thread.
 */
final class MeterBridge {

  private static final double[] QUANTILES = {0.5, 0.99, 0.999};

  private final MeterRegistry registry;
  private final String product;
  private final Map<Key, Bridged> bridged = new HashMap<>();
  private final Set<String> membersSeen = new HashSet<>();

  private record Key(String name, Class<?> kind, Map<String, String> labels) {}

  /** One series: its latest values, and the meters that read them. */
  private static final class Bridged {
    private final List<Meter> meters = new ArrayList<>();
    private final double baseline;
    private volatile double value;
    private volatile double seconds;
    private final double[] quantiles = new double[QUANTILES.length];
    private List<Long> counts = List.of();

    Bridged(double baseline) {
      this.baseline = baseline;
    }
  }

  MeterBridge(MeterRegistry registry, String product) {
    this.registry = registry;
    this.product = product;
  }

  /** Takes over these figures; meters of series that are no longer there are removed. */
  void update(Collection<Figure> figures) {
    Set<Key> present = new HashSet<>();
    Set<String> members = new HashSet<>();
    for (Figure figure : figures) {
      Map<String, String> labels = SeriesName.labels(product, figure);
      Key key = new Key(figure.sample().name(), figure.sample().getClass(), labels);
      present.add(key);
      members.add(memberOf(figure));
      Bridged series = bridged.get(key);
      if (series == null) {
        series = bridge(key, figure);
        bridged.put(key, series);
      }
      set(series, figure.sample());
    }
    membersSeen.retainAll(members);
    membersSeen.addAll(members);
    bridged
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !present.contains(entry.getKey());
              if (gone) {
                entry.getValue().meters.forEach(registry::remove);
              }
              return gone;
            });
  }

  /**
   * What a counter stood at when its member was first seen has grown before: pushing it as growth
   * would draw a peak at every restart of this process. A series that a known member adds later
   * starts from nothing.
   */
  private Bridged bridge(Key key, Figure figure) {
    boolean known = membersSeen.contains(memberOf(figure));
    String name = SeriesName.of(key.name());
    List<Tag> tags = new ArrayList<>();
    key.labels().forEach((label, value) -> tags.add(Tag.of(label, value)));
    return switch (figure.sample()) {
      case Sample.Counter counter -> {
        Bridged series = new Bridged(known ? 0 : counter.value());
        series.meters.add(
            FunctionCounter.builder(name, series, s -> s.value - s.baseline)
                .tags(tags)
                .register(registry));
        yield series;
      }
      case Sample.Gauge gauge -> {
        Bridged series = new Bridged(0);
        series.meters.add(Gauge.builder(name, series, s -> s.value).tags(tags).register(registry));
        yield series;
      }
      case Sample.Histogram histogram -> histogram(name, tags, histogram, known);
    };
  }

  private Bridged histogram(
      String name, List<Tag> tags, Sample.Histogram histogram, boolean known) {
    Bridged series = new Bridged(known ? 0 : count(histogram));
    double baselineSeconds = known ? 0 : histogram.sumSeconds();
    series.meters.add(
        FunctionTimer.builder(
                name,
                series,
                s -> (long) (s.value - s.baseline),
                s -> s.seconds - baselineSeconds,
                TimeUnit.SECONDS)
            .tags(tags)
            .register(registry));
    for (int i = 0; i < QUANTILES.length; i++) {
      int index = i;
      series.meters.add(
          Gauge.builder(name + "_quantile", series, s -> s.quantiles[index])
              .tags(tags)
              .tag("quantile", Double.toString(QUANTILES[i]))
              .register(registry));
    }
    return series;
  }

  private static void set(Bridged series, Sample sample) {
    switch (sample) {
      case Sample.Counter counter -> series.value = counter.value();
      case Sample.Gauge gauge -> series.value = gauge.value();
      case Sample.Histogram histogram -> {
        for (int i = 0; i < QUANTILES.length; i++) {
          series.quantiles[i] = Quantiles.since(series.counts, histogram.counts(), QUANTILES[i]);
        }
        series.counts = histogram.counts();
        series.seconds = histogram.sumSeconds();
        series.value = count(histogram);
      }
    }
  }

  private static double count(Sample.Histogram histogram) {
    return histogram.counts().stream().mapToLong(Long::longValue).sum();
  }

  private static String memberOf(Figure figure) {
    return figure.role() + " " + figure.member();
  }
}

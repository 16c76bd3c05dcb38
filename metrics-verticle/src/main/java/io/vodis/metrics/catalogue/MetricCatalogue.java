package io.vodis.metrics.catalogue;

import io.vodis.metric.CollectorMetrics;
import io.vodis.metric.HaMetrics;
import io.vodis.metric.MetricDefinition;
import io.vodis.metric.ProcessMetrics;
import io.vodis.metric.ProxyMetrics;
import io.vodis.metric.TopomMetrics;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every metric that Vodis knows, by name, in the order of definition. */
public final class MetricCatalogue {

  private static final List<Class<?>> AREAS =
      List.of(
          ProxyMetrics.class,
          TopomMetrics.class,
          HaMetrics.class,
          CollectorMetrics.class,
          ProcessMetrics.class);

  private static final Map<String, MetricDefinition> BY_NAME = load();

  private MetricCatalogue() {}

  /** The areas, each with its metrics. */
  public static Map<Class<?>, List<MetricDefinition>> areas() {
    Map<Class<?>, List<MetricDefinition>> areas = new LinkedHashMap<>();
    for (Class<?> area : AREAS) {
      areas.put(area, definitions(area));
    }
    return areas;
  }

  /** What a name means; empty for a metric of another version. */
  public static Optional<MetricDefinition> of(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  private static Map<String, MetricDefinition> load() {
    Map<String, MetricDefinition> byName = new LinkedHashMap<>();
    for (Class<?> area : AREAS) {
      for (MetricDefinition definition : definitions(area)) {
        if (byName.put(definition.name(), definition) != null) {
          throw new IllegalStateException("metric " + definition.name() + " is defined twice");
        }
      }
    }
    return byName;
  }

  private static List<MetricDefinition> definitions(Class<?> area) {
    return Arrays.stream(area.getFields())
        .filter(field -> Modifier.isStatic(field.getModifiers()))
        .filter(field -> field.getType() == MetricDefinition.class)
        .map(MetricCatalogue::value)
        .toList();
  }

  private static MetricDefinition value(Field field) {
    try {
      return (MetricDefinition) field.get(null);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(field + " must be public", e);
    }
  }
}

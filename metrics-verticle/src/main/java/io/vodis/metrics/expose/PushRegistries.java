package io.vodis.metrics.expose;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.NamingConvention;
import io.micrometer.core.instrument.util.HierarchicalNameMapper;
import io.micrometer.influx.InfluxApiVersion;
import io.micrometer.influx.InfluxConfig;
import io.micrometer.influx.InfluxMeterRegistry;
import io.micrometer.statsd.StatsdConfig;
import io.micrometer.statsd.StatsdFlavor;
import io.micrometer.statsd.StatsdMeterRegistry;
import io.vodis.metrics.MetricsConfig;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes Micrometer's registries from the configuration. */
public final class PushRegistries {

  private PushRegistries() {}

  /** A registry that writes lines to InfluxDB 1, or 2 if there is a token. */
  public static MeterRegistry influx(MetricsConfig.Influx config) {
    return InfluxMeterRegistry.builder(new Influx(config)).httpClient(new InfluxSender()).build();
  }

  /** A registry that sends packets to StatsD. */
  public static MeterRegistry statsd(MetricsConfig.Statsd config) {
    int colon = config.metricsReportStatsdServer().lastIndexOf(':');
    String host = config.metricsReportStatsdServer().substring(0, colon);
    int port = Integer.parseInt(config.metricsReportStatsdServer().substring(colon + 1));
    String prefix = config.metricsReportStatsdPrefix();
    MeterRegistry registry =
        StatsdMeterRegistry.builder(
                new StatsdSettings(
                    host,
                    port,
                    config.metricsReportStatsdPeriod(),
                    StatsdFlavor.valueOf(config.metricsReportStatsdFlavor().name())))
            .nameMapper(hierarchical())
            .build();
    registry.config().namingConvention(new Prefixed(prefix, registry.config().namingConvention()));
    return registry;
  }

  /** Etsy's StatsD knows no labels: their values become parts of the name, in order of label. */
  private static HierarchicalNameMapper hierarchical() {
    return (id, convention) ->
        id.getConventionName(convention)
            + id.getConventionTags(convention).stream()
                .map(tag -> "." + tag.getKey() + "." + tag.getValue().replaceAll("[.:|@ ]", "_"))
                .collect(Collectors.joining());
  }

  /** Names stay as they are in all receivers, after the prefix; label values are cleaned. */
  private record Prefixed(String prefix, NamingConvention rest) implements NamingConvention {

    @Override
    public String name(
        String name, io.micrometer.core.instrument.Meter.Type type, @Nullable String baseUnit) {
      return prefix.isEmpty() ? name : prefix + "." + name;
    }

    @Override
    public String tagKey(String key) {
      return rest.tagKey(key);
    }

    @Override
    public String tagValue(String value) {
      return rest.tagValue(value);
    }
  }

  private record StatsdSettings(
      String host, int port, Duration pollingFrequency, StatsdFlavor flavor)
      implements StatsdConfig {

    @Override
    public @Nullable String get(String key) {
      return null;
    }

    @Override
    public Duration step() {
      return pollingFrequency;
    }
  }

  /** Keys of Micrometer, answered from ours. */
  private record Influx(MetricsConfig.Influx config) implements InfluxConfig {

    @Override
    public @Nullable String get(String key) {
      return keys().get(key);
    }

    private Map<String, String> keys() {
      return config.metricsReportInfluxdbToken().isEmpty()
          ? Map.of("influx.db", config.metricsReportInfluxdbDatabase())
          : Map.of(
              "influx.org", config.metricsReportInfluxdbOrg(),
              "influx.bucket", config.metricsReportInfluxdbBucket(),
              "influx.token", config.metricsReportInfluxdbToken());
    }

    @Override
    public InfluxApiVersion apiVersion() {
      return config.metricsReportInfluxdbToken().isEmpty()
          ? InfluxApiVersion.V1
          : InfluxApiVersion.V2;
    }

    @Override
    public String uri() {
      return config.metricsReportInfluxdbServer().replaceAll("/+$", "");
    }

    @Override
    public Duration step() {
      return config.metricsReportInfluxdbPeriod();
    }

    @Override
    public @Nullable String userName() {
      String user = config.metricsReportInfluxdbUsername();
      return user.isEmpty() ? null : user;
    }

    @Override
    public @Nullable String password() {
      return userName() == null ? null : config.metricsReportInfluxdbPassword();
    }
  }
}

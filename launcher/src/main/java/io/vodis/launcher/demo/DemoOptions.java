package io.vodis.launcher.demo;

import io.vodis.config.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What can be chosen about a demo. Filled in by picocli, read by {@link Demo}. */
final class DemoOptions {

  @Option(names = "--groups", description = "Groups of Redis servers (default: 2).")
  @Nullable Integer groups;

  @Option(names = "--replicas", description = "Replicas in each group (default: 1).")
  @Nullable Integer replicas;

  @Option(names = "--proxies", description = "Proxies, on ports in a row (default: 1).")
  int proxies = 1;

  @Option(names = "--proxy-port", description = "Port of the first proxy (default: 19000).")
  int proxyPort = 19000;

  @Option(names = "--http-port", description = "Port of page and HTTP API (default: 18080).")
  int httpPort = 18080;

  @Option(names = "--metrics-port", description = "Port of /metrics (default: 18090).")
  int metricsPort = 18090;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = {
        "Keeps everything in DIR; a later start with the same DIR goes on with it.",
        "Without it: a temporary directory that is removed at the end."
      })
  @Nullable Path data;

  @Option(
      names = "--redis-server",
      paramLabel = "PATH",
      description = "Redis or Valkey server to run instead of the bundled one.")
  @Nullable Path redisServer;

  @Option(
      names = "--down-after",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "A primary silent for so long is replaced (default: 5s).")
  Duration downAfter = Duration.ofSeconds(5);

  @Option(
      names = "--set",
      paramLabel = "ROLE.KEY=VALUE",
      description = "Sets one configuration key of a role, e.g. proxy.session_auth=secret.")
  Map<String, String> overrides = new LinkedHashMap<>();

  /** Fails with one line on what cannot be. */
  void check() {
    require(groups == null || (groups >= 1 && groups <= 16), "--groups", "1 to 16");
    require(replicas == null || (replicas >= 0 && replicas <= 5), "--replicas", "0 to 5");
    require(
        proxies >= 1 && proxies <= DemoSettings.PROXIES_MAX,
        "--proxies",
        "1 to " + DemoSettings.PROXIES_MAX);
    require(proxyPort >= 1 && proxyPort + proxies <= 65536, "--proxy-port", "1 to 65535");
    require(httpPort >= 1 && httpPort <= 65535, "--http-port", "1 to 65535");
    require(metricsPort >= 1 && metricsPort <= 65535, "--metrics-port", "1 to 65535");
  }

  private static void require(boolean condition, String option, String allowed) {
    if (!condition) {
      throw new DemoException("invalid " + option + ": expected " + allowed);
    }
  }

  /** Reads durations as configuration files do. */
  static final class DurationConverter implements ITypeConverter<Duration> {

    @Override
    public Duration convert(String text) {
      try {
        return Durations.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}

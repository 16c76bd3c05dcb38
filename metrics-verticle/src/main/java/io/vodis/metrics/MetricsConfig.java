package io.vodis.metrics;

import io.vodis.config.ConfigException;
import io.vodis.config.CoordinatorConfig;
import io.vodis.config.Doc;
import io.vodis.config.ListenAddress;
import io.vodis.config.LogConfig;
import io.vodis.config.ProductConfig;
import io.vodis.config.Section;
import java.time.Duration;

/** Configuration of the metrics role. */
public record MetricsConfig(
    @Section("Product") ProductConfig product,
    @Section("Coordinator") CoordinatorConfig coordinator,
    @Section("Log") LogConfig log,
    @Section("Admin port and Prometheus page") Admin admin,
    @Section("InfluxDB") Influx influx,
    @Section("StatsD") Statsd statsd) {

  private static final Duration PERIOD_MIN = Duration.ofSeconds(1);
  private static final Duration PERIOD_MAX = Duration.ofHours(1);

  /** Where the figures are read. */
  public record Admin(
      @Doc("HTTP address of /metrics, /health/live, /health/ready and /status.") String adminAddr,
      @Doc("Datacenter of this process, free text, shown in lists. Empty: none.")
          String datacenter) {
    public Admin {
      ListenAddress.parse("admin_addr", adminAddr);
    }
  }

  /** Push to InfluxDB. Version 2 is used as soon as a token is set. */
  public record Influx(
      @Doc("URL of InfluxDB, for example http://127.0.0.1:8086. Empty: nothing is pushed.")
          String metricsReportInfluxdbServer,
      @Doc("Time between two pushes, 1s to 1h.") Duration metricsReportInfluxdbPeriod,
      @Doc("User of InfluxDB 1. Empty: none.") String metricsReportInfluxdbUsername,
      @Doc(value = "Password of InfluxDB 1.", secret = true) String metricsReportInfluxdbPassword,
      @Doc("Database of InfluxDB 1; made if it is not there.") String metricsReportInfluxdbDatabase,
      @Doc("Organisation of InfluxDB 2.") String metricsReportInfluxdbOrg,
      @Doc("Bucket of InfluxDB 2.") String metricsReportInfluxdbBucket,
      @Doc(value = "Token of InfluxDB 2. Empty: InfluxDB 1.", secret = true)
          String metricsReportInfluxdbToken) {
    public Influx {
      checkPeriod("metrics_report_influxdb_period", metricsReportInfluxdbPeriod);
      if (!metricsReportInfluxdbServer.isEmpty()) {
        checkTarget(
            metricsReportInfluxdbServer,
            metricsReportInfluxdbToken.isEmpty(),
            metricsReportInfluxdbDatabase,
            metricsReportInfluxdbOrg,
            metricsReportInfluxdbBucket);
      }
    }

    private static void checkTarget(
        String server, boolean versionOne, String database, String org, String bucket) {
      if (!server.matches("https?://.+")) {
        throw ConfigException.invalid(
            "metrics_report_influxdb_server", server, "http://host:port or https://host:port");
      }
      if (versionOne && database.isEmpty()) {
        throw ConfigException.invalid(
            "metrics_report_influxdb_database",
            database,
            "a name, because metrics_report_influxdb_server is set and no token is");
      }
      if (!versionOne && bucket.isEmpty()) {
        throw ConfigException.invalid(
            "metrics_report_influxdb_bucket", bucket, "a name, because a token is set");
      }
      if (!versionOne && org.isEmpty()) {
        throw ConfigException.invalid(
            "metrics_report_influxdb_org", org, "a name, because a token is set");
      }
    }

    @Override
    public String toString() {
      return "Influx[" + metricsReportInfluxdbServer + "]";
    }
  }

  /** How StatsD daemons differ in the way labels are written. */
  public enum StatsdFlavor {
    ETSY,
    DATADOG,
    TELEGRAF
  }

  /** Push to StatsD. */
  public record Statsd(
      @Doc("host:port of StatsD (UDP). Empty: nothing is pushed.") String metricsReportStatsdServer,
      @Doc("Time between two pushes, 1s to 1h.") Duration metricsReportStatsdPeriod,
      @Doc("Put before every name, with a dot. Empty: nothing.") String metricsReportStatsdPrefix,
      @Doc(
              "How labels are written: etsy (in the name), datadog (tags) or telegraf (tags of"
                  + " InfluxDB).")
          StatsdFlavor metricsReportStatsdFlavor) {
    public Statsd {
      checkPeriod("metrics_report_statsd_period", metricsReportStatsdPeriod);
      if (!metricsReportStatsdServer.isEmpty()) {
        ListenAddress.parse("metrics_report_statsd_server", metricsReportStatsdServer);
      }
    }
  }

  public static MetricsConfig defaults() {
    Duration period = Duration.ofSeconds(1);
    return new MetricsConfig(
        ProductConfig.defaults(),
        CoordinatorConfig.defaults(),
        LogConfig.defaults(),
        new Admin("0.0.0.0:18090", ""),
        new Influx("", period, "", "", "", "", "", ""),
        new Statsd("", period, "", StatsdFlavor.ETSY));
  }

  private static void checkPeriod(String key, Duration period) {
    if (period.compareTo(PERIOD_MIN) < 0 || period.compareTo(PERIOD_MAX) > 0) {
      throw ConfigException.invalid(key, period, "1s to 1h");
    }
  }
}

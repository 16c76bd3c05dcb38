package io.vodis.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vodis.metrics.MetricsConfig.Influx;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MetricsConfigTest {

  private static final Duration PERIOD = Duration.ofSeconds(1);

  @Test
  void aReceiverMustBeNamedWhole() {
    assertThatThrownBy(() -> new Influx("influx:8086", PERIOD, "", "", "db", "", "", ""))
        .hasMessageContaining("metrics_report_influxdb_server");
    assertThatThrownBy(() -> new Influx("http://i:8086", PERIOD, "", "", "", "", "", ""))
        .hasMessageContaining("metrics_report_influxdb_database");
    assertThatThrownBy(() -> new Influx("http://i:8086", PERIOD, "", "", "", "org", "", "t"))
        .hasMessageContaining("metrics_report_influxdb_bucket");
    assertThatThrownBy(() -> new Influx("http://i:8086", PERIOD, "", "", "", "", "b", "t"))
        .hasMessageContaining("metrics_report_influxdb_org");
    assertThatThrownBy(() -> new Influx("", Duration.ZERO, "", "", "", "", "", ""))
        .hasMessageContaining("1s to 1h");
  }

  @Test
  void secretsAreNotPrinted() {
    Influx influx = new Influx("http://i:8086", PERIOD, "ann", "s3cret", "db", "o", "b", "t0ken");

    assertThat(influx.toString()).doesNotContain("s3cret").doesNotContain("t0ken");
  }
}

package io.vodis.metrics.expose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vodis.metric.HaMetrics;
import io.vodis.metric.LatencyBuckets;
import io.vodis.metric.MetricDefinition;
import io.vodis.metric.ProcessSamples;
import io.vodis.metric.Sample;
import io.vodis.metrics.catalogue.MetricCatalogue;
import io.vodis.metrics.collect.Figure;
import io.vodis.model.Role;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PrometheusPageTest {

  private final List<Figure> figures = new ArrayList<>();
  private final PrometheusPage page = new PrometheusPage("shop", () -> figures);

  @Test
  void showsCountersAndGaugesOfAllMembersWithTheirLabels() {
    // Given
    add(Role.HA, "10.0.0.1:12080", HaMetrics.FAILOVER_REQUESTS.of(3, "accepted"));
    add(Role.HA, "10.0.0.2:12080", HaMetrics.FAILOVER_REQUESTS.of(4, "accepted"));
    add(Role.HA, "10.0.0.1:12080", HaMetrics.SERVER_UP.of(1, "1", "10.0.0.9:6379"));

    // When
    Exposition read = Exposition.parse(page.registry().scrape());

    // Then
    assertThat(read.types())
        .containsEntry("vodis_ha_failover_requests_total", "counter")
        .containsEntry("vodis_ha_server_up", "gauge");
    Map<String, String> second = Map.of("role", "ha", "member", "10.0.0.2:12080");
    assertThat(read.value("vodis_ha_failover_requests_total", second)).isEqualTo(4);
    assertThat(
            read.value("vodis_ha_server_up", Map.of("product", "shop", "server", "10.0.0.9:6379")))
        .isEqualTo(1);
  }

  @Test
  void histogramsAreCumulativeAndUsableWithHistogramQuantile() {
    // Given
    List<Long> counts = new ArrayList<>(Collections.nCopies(LatencyBuckets.COUNT, 0L));
    counts.set(0, 5L);
    counts.set(4, 10L);
    counts.set(LatencyBuckets.COUNT - 1, 1L);
    add(Role.HA, "m", HaMetrics.PROBE_SECONDS.of(counts, 22.5));

    // When
    Exposition read = Exposition.parse(page.registry().scrape());

    // Then
    String bucket = "vodis_ha_probe_seconds_bucket";
    assertThat(read.types()).containsEntry("vodis_ha_probe_seconds", "histogram");
    assertThat(read.value(bucket, Map.of("le", "1.6384E-5"))).isEqualTo(5);
    assertThat(read.value(bucket, Map.of("le", Double.toString(LatencyBuckets.boundSeconds(4)))))
        .isEqualTo(15);
    assertThat(read.value(bucket, Map.of("le", "+Inf"))).isEqualTo(16);
    assertThat(read.value("vodis_ha_probe_seconds_count", Map.of())).isEqualTo(16);
    assertThat(read.value("vodis_ha_probe_seconds_sum", Map.of())).isEqualTo(22.5);
  }

  @Test
  void labelValuesThatWouldBreakThePageAreEscaped() {
    // Given
    add(Role.PROXY, "a\"b\\c\nd", new Sample.Gauge("odd", Map.of("command", "{x=\"y\"}"), 1));

    // When
    Exposition read = Exposition.parse(page.registry().scrape());

    // Then
    assertThat(read.series()).hasSize(1);
    assertThat(read.series().getFirst().labels()).containsEntry("member", "a\\\"b\\\\c\\nd");
  }

  @Test
  void figuresOfAnotherVersionAreShownUnlessTheirTypeDisagrees() {
    // Given
    add(Role.PROXY, "m1", new Sample.Counter("new_things_total", Map.of(), 2));
    add(Role.PROXY, "m1", new Sample.Counter("ha_server_up", Map.of(), 2));
    add(Role.PROXY, "m2", HaMetrics.SERVER_UP.of(1, "1", "s"));

    // When
    Exposition read = Exposition.parse(page.registry().scrape());

    // Then
    assertThat(read.value("vodis_new_things_total", Map.of())).isEqualTo(2);
    assertThat(read.value("vodis_ha_server_up", Map.of())).isEqualTo(1);
  }

  @Test
  void everyMetricOfTheCatalogueCanBeShown() {
    // Given
    List<Long> counts = Collections.nCopies(LatencyBuckets.COUNT, 1L);
    for (List<MetricDefinition> area : MetricCatalogue.areas().values()) {
      for (MetricDefinition definition : area) {
        String[] values = definition.labels().toArray(String[]::new);
        add(
            Role.TOPOM,
            "m",
            definition.type() == MetricDefinition.Type.HISTOGRAM
                ? definition.of(counts, 1, values)
                : definition.of(1, values));
      }
    }

    // When
    Exposition read = Exposition.parse(page.registry().scrape());

    // Then
    MetricCatalogue.areas().values().stream()
        .flatMap(List::stream)
        .forEach(
            definition ->
                assertThat(read.types())
                    .containsEntry(
                        "vodis_" + definition.name(),
                        definition.type().name().toLowerCase(java.util.Locale.ROOT)));
  }

  @Test
  void speaksOpenMetricsToThoseWhoAskForIt() {
    // Given
    ProcessSamples.sample().forEach(sample -> add(Role.PROXY, "m", sample));

    // When
    String accept = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.1";

    // Then
    assertThat(page.registry().scrape(accept)).endsWith("# EOF\n");
  }

  @Test
  void theReaderOfThisTestRefusesWrongPages() {
    assertThatThrownBy(() -> Exposition.parse("a 1\n")).hasMessageContaining("no TYPE");
    assertThatThrownBy(() -> Exposition.parse("# TYPE a gauge\na 1\na 2\n"))
        .hasMessageContaining("series twice");
    assertThatThrownBy(() -> Exposition.parse("# TYPE a gauge\na{b=\"c} 1\n"))
        .hasMessageContaining("labels");
    assertThatThrownBy(
            () ->
                Exposition.parse(
                    "# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\n"))
        .hasMessageContaining("cumulative");
  }

  private void add(Role role, String member, Sample sample) {
    figures.add(new Figure(role, member, sample));
  }
}

package io.vodis.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vodis.bus.MetricsPublisher;
import io.vodis.config.CoordinatorConfig;
import io.vodis.config.LogConfig;
import io.vodis.config.ProductConfig;
import io.vodis.lifecycle.MemberIdentity;
import io.vodis.lifecycle.RunningRole;
import io.vodis.metric.HaMetrics;
import io.vodis.metric.LatencyHistogram;
import io.vodis.metric.Sample;
import io.vodis.metrics.MetricsConfig.StatsdFlavor;
import io.vodis.metrics.expose.Exposition;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.store.Registration;
import io.vodis.testsupport.FreePorts;
import io.vodis.testsupport.InMemoryStoreServer;
import io.vodis.testsupport.InMemoryTopologyStore;
import io.vodis.testsupport.LocalNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The role with a real bus and reporting members, and receivers that only pretend. Each test has
 * parts of its own and mostly waits for the next second's figures: so they run side by side.
 */
@Execution(ExecutionMode.CONCURRENT)
class MetricsRoleTest {

  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final MetricsConfig.Influx NO_INFLUX = MetricsConfig.defaults().influx();
  private static final MetricsConfig.Statsd NO_STATSD = MetricsConfig.defaults().statsd();

  private final Vertx vertx = Vertx.vertx();
  private final InMemoryStoreServer storeServer = new InMemoryStoreServer("shop");
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final AtomicLong accepted = new AtomicLong(1000);
  private final LatencyHistogram probes = new LatencyHistogram();

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable resource : opened.reversed()) {
      resource.close();
    }
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void onePageShowsTheWholeProductAndCanBeReadStrictly() throws Exception {
    // Given
    probes.record(3_000_000);
    RunningRole role = startRole(NO_INFLUX, NO_STATSD);
    Member first = startReporter(1);
    startReporter(2);

    // When
    awaitValue(role, "vodis_ha_failover_requests_total", member(2), 1000);
    Exposition page = page(role);

    // Then
    assertThat(page.value("vodis_ha_failover_requests_total", member(1))).isEqualTo(1000);
    assertThat(page.value("vodis_member_up", member(1))).isEqualTo(1);
    assertThat(page.value("vodis_process_open_fds", member(1))).isPositive();
    assertThat(page.types()).containsEntry("vodis_ha_probe_seconds", "histogram");
    assertThat(page.value("vodis_ha_probe_seconds_count", member(1))).isEqualTo(1);
    assertThat(get(role, "/health/ready")).contains("ready");
    assertThat(new JsonObject(get(role, "/status")).encode()).contains(first.token());
  }

  @Test
  void aMemberThatEndsLosesItsGaugesAndKeepsItsCounters() throws Exception {
    // Given
    RunningRole role = startRole(NO_INFLUX, NO_STATSD);
    startReporter(1);
    awaitValue(role, "vodis_member_up", member(1), 1);

    // When
    opened.removeLast().close();

    // Then
    awaitValue(role, "vodis_member_up", member(1), 0);
    assertThat(page(role).value("vodis_ha_failover_requests_total", member(1))).isEqualTo(1000);
    assertThat(page(role).series())
        .noneMatch(
            series ->
                series.name().equals("vodis_process_open_fds")
                    && series.labels().containsValue("127.0.0.1:1"));
  }

  @Test
  void pushesToInfluxOneThatIsStartedLaterWithUserAndDatabase() throws Exception {
    // Given nobody listens at first
    int port = FreePorts.next();
    startRole(
        new MetricsConfig.Influx(
            "http://127.0.0.1:" + port, PERIOD, "ann", "s3cret", "codis", "", "", ""),
        NO_STATSD);
    startReporter(1);

    // When
    FakeInflux influx = new FakeInflux(vertx, port);
    opened.add(influx);

    // Then
    String counter =
        "vodis_ha_failover_requests_total,member=127.0.0.1:1,outcome=accepted,"
            + "product=shop,role=ha,metric_type=counter value=5 ";
    awaitLine(influx::lines, line -> line.startsWith(counter.replace("value=5", "value=0")));
    accepted.addAndGet(5);
    awaitLine(influx::lines, line -> line.startsWith(counter));
    assertThat(influx.received())
        .anyMatch(
            request ->
                request.uri().startsWith("/write?")
                    && request.uri().contains("db=codis")
                    && request.headers().getOrDefault("authorization", "").startsWith("Basic "));
    assertThat(influx.received())
        .anyMatch(
            request ->
                request.uri().startsWith("/query") && request.uri().contains("CREATE+DATABASE"));
    assertThat(influx.lines())
        .filteredOn(line -> !line.isBlank())
        .allMatch(MetricsRoleTest::isLineProtocol);
    assertThat(influx.lines()).noneMatch(line -> line.contains("s3cret"));
  }

  @Test
  void pushesHistogramsToInfluxTwoAsCountTimeAndQuantiles() throws Exception {
    // Given
    FakeInflux influx = new FakeInflux(vertx, 0);
    opened.add(influx);
    startRole(
        new MetricsConfig.Influx(influx.url(), PERIOD, "", "", "", "acme", "vodis", "t0ken"),
        NO_STATSD);
    startReporter(1);
    // Only what is recorded after the first figures of this member counts as an increase.
    awaitLine(influx::lines, line -> line.startsWith("vodis_ha_probe_seconds,member=127.0.0.1:1,"));

    // When
    for (int i = 0; i < 100; i++) {
      probes.record(3_000_000);
    }

    // Then
    awaitLine(
        influx::lines,
        line -> line.startsWith("vodis_ha_probe_seconds,") && line.contains("count=100"));
    awaitLine(
        influx::lines,
        line ->
            line.startsWith("vodis_ha_probe_seconds_quantile,")
                && line.contains("quantile=0.99,")
                && line.contains("value=0.004"));
    assertThat(influx.received())
        .anyMatch(
            request ->
                request.uri().startsWith("/api/v2/write?")
                    && request.uri().contains("bucket=vodis")
                    && request.uri().contains("org=acme")
                    && request.headers().getOrDefault("authorization", "").equals("Token t0ken"));
  }

  @ParameterizedTest
  @EnumSource(StatsdFlavor.class)
  void pushesToStatsdInEachFlavourThoughItIsStartedLater(StatsdFlavor flavor) throws Exception {
    // Given nobody listens at first
    int port = FreePorts.next();
    startRole(NO_INFLUX, new MetricsConfig.Statsd("127.0.0.1:" + port, PERIOD, "prod", flavor));
    startReporter(1);

    // When
    FakeStatsd statsd = new FakeStatsd(port);
    opened.add(statsd);

    // Then
    String name = "prod.vodis_ha_failover_requests_total";
    String counter =
        switch (flavor) {
          case ETSY ->
              name
                  + ".member.127_0_0_1_1.outcome.accepted.product.shop.role.ha.statistic.count:7|c";
          case DATADOG ->
              name
                  + ":7|c|#statistic:count,member:127.0.0.1:1,outcome:accepted,product:shop,role:ha";
          case TELEGRAF ->
              name
                  + ",statistic=count,member=127.0.0.1_1,outcome=accepted,product=shop,role=ha:7|c";
        };
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              assertThat(statsd.lines()).anyMatch(line -> line.contains("vodis_ha_server_up"));
            });
    accepted.addAndGet(7);
    awaitLine(statsd::lines, counter::equals);
  }

  private RunningRole startRole(MetricsConfig.Influx influx, MetricsConfig.Statsd statsd) {
    LocalNode node = LocalNode.of(vertx, storeServer.client(), "shop");
    opened.add(node);
    RunningRole role =
        MetricsRole.start(
            node,
            new MetricsConfig(
                new ProductConfig("shop", ""),
                CoordinatorConfig.defaults(),
                LogConfig.defaults(),
                new MetricsConfig.Admin("127.0.0.1:0", ""),
                influx,
                statsd));
    opened.add(role);
    return role;
  }

  /** A member that is alive and reports; the last thing opened, so that a test can end it. */
  private Member startReporter(int number) {
    InMemoryTopologyStore store = storeServer.client();
    HostAndPort address = new HostAndPort("127.0.0.1", number);
    Member member = MemberIdentity.starting(Role.HA, "shop", address, address, "");
    Registration registration = store.register(member);
    MetricsPublisher publisher = MetricsPublisher.start(vertx, "shop", member, this::samples);
    opened.add(
        () -> {
          publisher.close();
          registration.close();
        });
    return member;
  }

  private List<Sample> samples() {
    return List.of(
        HaMetrics.FAILOVER_REQUESTS.of(accepted.get(), "accepted"),
        HaMetrics.SERVER_UP.of(1, "1", "10.0.0.9:6379"),
        HaMetrics.PROBE_SECONDS.of(probes.counts(), probes.sumSeconds()));
  }

  private static Map<String, String> member(int number) {
    return Map.of("member", "127.0.0.1:" + number, "role", "ha");
  }

  private static void awaitValue(
      RunningRole role, String name, Map<String, String> labels, double value) {
    await()
        .atMost(Duration.ofSeconds(15))
        .untilAsserted(() -> assertThat(page(role).value(name, labels)).isEqualTo(value));
  }

  private static void awaitLine(
      Supplier<List<String>> lines, java.util.function.Predicate<String> wanted) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(lines.get()).anyMatch(wanted));
  }

  private static final Pattern LINE_PROTOCOL =
      Pattern.compile(
          "[a-z0-9_]+(,[a-z_]+=[^ =,]+)+ [a-z]+=[0-9.eE+-]+(,[a-z]+=[0-9.eE+-]+)* \\d+");

  private static boolean isLineProtocol(String line) {
    return LINE_PROTOCOL.matcher(line.replace("\\ ", "_")).matches();
  }

  private static Exposition page(RunningRole role) throws IOException, InterruptedException {
    return Exposition.parse(get(role, "/metrics"));
  }

  private static String get(RunningRole role, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://" + role.member().adminAddress() + path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }
}

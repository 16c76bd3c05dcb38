package io.vodis.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.micrometer.PrometheusScrapingHandler;
import io.vodis.bus.Addresses;
import io.vodis.bus.BusServer;
import io.vodis.bus.MetricsPublisher;
import io.vodis.bus.MetricsReport;
import io.vodis.cluster.ClusterNode;
import io.vodis.config.ListenAddress;
import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.ConfigReload;
import io.vodis.lifecycle.HealthEndpoint;
import io.vodis.lifecycle.MemberIdentity;
import io.vodis.lifecycle.OpenedParts;
import io.vodis.lifecycle.RunningRole;
import io.vodis.metrics.collect.Figure;
import io.vodis.metrics.collect.ReportBook;
import io.vodis.metrics.expose.PrometheusPage;
import io.vodis.metrics.expose.PushRegistries;
import io.vodis.metrics.expose.Pusher;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.store.Registration;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The metrics role of a process, put together. */
public final class MetricsRole implements RunningRole {

  private static final Logger LOGGER = LoggerFactory.getLogger(MetricsRole.class);

  private final Clock clock = Clock.SYSTEM;
  private final ReportBook book = new ReportBook();
  private final PrometheusPage page;
  private final Member member;
  private final MemberWatch memberWatch;
  private volatile boolean started;

  private final ConfigReload<MetricsConfig> configuration;
  private final OpenedParts parts = new OpenedParts("metrics");

  private MetricsRole(ClusterNode node, MetricsConfig config) {
    Vertx vertx = node.vertx();
    String product = node.product().productName();
    page = new PrometheusPage(product, this::figures);
    configuration = ConfigReload.ofLogLevel(MetricsConfig.class, config);
    try {
      HealthEndpoint endpoint =
          parts.open(
              HealthEndpoint.start(
                  vertx,
                  ListenAddress.parse("admin_addr", config.admin().adminAddr()),
                  new HealthEndpoint.Pages(this::notReady, this::status, this::addPage)));
      HostAndPort address = new HostAndPort(node.advertisedHost(), endpoint.port());
      member =
          MemberIdentity.starting(
              Role.METRICS, product, address, address, config.admin().datacenter());
      Registration registration = parts.open(node.store().register(member));
      memberWatch =
          parts.open(
              new MemberWatch(
                  node.store(),
                  registration,
                  book,
                  clock,
                  node.coordinator().coordinatorSessionTimeout()));
      MessageConsumer<MetricsReport> consumer =
          BusServer.subscribe(vertx, Addresses.METRICS, product, this::accept);
      parts.open(() -> consumer.unregister().onFailure(e -> LOGGER.debug("the bus is gone", e)));
      parts.open(
          MetricsPublisher.start(vertx, product, member, () -> book.ownSamples(clock.nanoTime())));
      openPushers(vertx, product, config);
      LOGGER.info("metrics of product {} on http://{}/metrics", product, address);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Starts gathering; returns when the page is up and this member is registered. */
  public static RunningRole start(ClusterNode node, MetricsConfig config) {
    MetricsRole role = new MetricsRole(node, config);
    role.memberWatch.start();
    role.started = true;
    return role;
  }

  @Override
  public Member member() {
    return member;
  }

  private void openPushers(Vertx vertx, String product, MetricsConfig config) {
    if (!config.influx().metricsReportInfluxdbServer().isEmpty()) {
      LOGGER.info("pushing to InfluxDB at {}", config.influx().metricsReportInfluxdbServer());
      push(
          vertx,
          product,
          PushRegistries.influx(config.influx()),
          config.influx().metricsReportInfluxdbPeriod());
    }
    if (!config.statsd().metricsReportStatsdServer().isEmpty()) {
      LOGGER.info("pushing to StatsD at {}", config.statsd().metricsReportStatsdServer());
      push(
          vertx,
          product,
          PushRegistries.statsd(config.statsd()),
          config.statsd().metricsReportStatsdPeriod());
    }
  }

  private void push(Vertx vertx, String product, MeterRegistry registry, Duration period) {
    parts.open(Pusher.start(vertx, product, registry, period, this::figures));
  }

  private void accept(MetricsReport report) {
    book.accept(report, clock.nanoTime());
  }

  private List<Figure> figures() {
    return book.figures(clock.nanoTime());
  }

  private void addPage(Router router) {
    router.get("/metrics").handler(PrometheusScrapingHandler.create(page.registry()));
  }

  private Optional<String> notReady() {
    return started ? memberWatch.cutOff() : Optional.of("starting");
  }

  private JsonObject status() {
    JsonArray members = new JsonArray();
    for (ReportBook.MemberState state : book.memberStates(clock.nanoTime())) {
      members.add(
          new JsonObject()
              .put("role", state.role().id())
              .put("member", state.member())
              .put("token", state.token())
              .put("alive", state.alive())
              .put("report_age_millis", state.silence().toMillis()));
    }
    return new JsonObject().put("role", Role.METRICS.id()).put("members", members);
  }

  @Override
  public ConfigReload<MetricsConfig> configuration() {
    return configuration;
  }

  @Override
  public void close() {
    parts.close();
  }
}

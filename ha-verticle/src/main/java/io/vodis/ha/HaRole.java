package io.vodis.ha;

import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import io.vodis.bus.Addresses;
import io.vodis.bus.BusReply.Opinion;
import io.vodis.bus.BusServer;
import io.vodis.bus.HaQuery;
import io.vodis.bus.HaQuery.OpinionQuery;
import io.vodis.bus.MetricsPublisher;
import io.vodis.cluster.ClusterNode;
import io.vodis.cluster.VouchPage;
import io.vodis.cluster.WitnessService;
import io.vodis.config.ListenAddress;
import io.vodis.ha.act.Ballot;
import io.vodis.ha.act.BusPeers;
import io.vodis.ha.act.BusTopom;
import io.vodis.ha.act.FailoverCaller;
import io.vodis.ha.probe.Prober;
import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.ConfigReload;
import io.vodis.lifecycle.HealthEndpoint;
import io.vodis.lifecycle.MemberIdentity;
import io.vodis.lifecycle.OpenedParts;
import io.vodis.lifecycle.RunningRole;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.ServerAccess;
import io.vodis.redis.VertxRedisAdmin;
import io.vodis.store.Registration;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ha role of a process, put together. */
public final class HaRole implements RunningRole {

  private static final Logger LOGGER = LoggerFactory.getLogger(HaRole.class);

  /** A loop that has not come round for so many probe intervals is stuck. */
  private static final int STUCK_INTERVALS = 10;

  private final Clock clock = Clock.SYSTEM;
  private final Member member;
  private final Duration stuckAfter;
  private final StoreView storeView;
  private final HealthWatch watch;

  /** Pages can be asked for before there is anything to tell. */
  private volatile boolean started;

  private final ConfigReload<HaConfig> configuration;
  private final OpenedParts parts = new OpenedParts("ha");

  private HaRole(ClusterNode node, HaConfig config) {
    Vertx vertx = node.vertx();
    String product = node.product().productName();
    stuckAfter = config.probes().probeInterval().multipliedBy(STUCK_INTERVALS);
    configuration = ConfigReload.ofLogLevel(HaConfig.class, config);
    try {
      ListenAddress listen = ListenAddress.parse("admin_addr", config.admin().adminAddr());
      VouchPage vouch = new VouchPage(node.product());
      HealthEndpoint endpoint =
          parts.open(
              HealthEndpoint.start(
                  vertx,
                  listen,
                  new HealthEndpoint.Pages(this::notReady, this::status, vouch::addTo)));
      HostAndPort address = new HostAndPort(node.advertisedHost(), endpoint.port());
      member =
          MemberIdentity.starting(Role.HA, product, address, address, config.admin().datacenter());
      Registration registration = parts.open(node.store().register(member));
      parts.open(WitnessService.start(node, registration, vouch));
      storeView =
          parts.open(
              new StoreView(
                  node.store(),
                  registration,
                  clock,
                  node.coordinator().coordinatorSessionTimeout()));
      watch = parts.open(new HealthWatch(config.policy(), rim(node, config)));
      MessageConsumer<HaQuery> consumer =
          BusServer.serveBlocking(
              vertx, Addresses.HA, Addresses.HA.of(product, member.incarnation()), this::answer);
      parts.open(() -> consumer.unregister().onFailure(e -> LOGGER.debug("the bus is gone", e)));
      parts.open(MetricsPublisher.start(vertx, product, member, watch::samples));
      LOGGER.info("ha watches product {}, admin port {}", product, address);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private HealthWatch.Rim rim(ClusterNode node, HaConfig config) {
    Vertx vertx = node.vertx();
    String product = node.product().productName();
    RedisAdmin redis =
        new VertxRedisAdmin(
            vertx, ServerAccess.of(node.product()), "vodis:ha:" + member.incarnation());
    return new HealthWatch.Rim(
        new Prober(redis, clock, config.probes().probeTimeout()),
        storeView,
        new Ballot(member.incarnation(), new BusPeers(vertx, node.store(), product)),
        new FailoverCaller(new BusTopom(vertx, product)),
        clock);
  }

  /** Starts watching; returns when this member is registered. */
  public static RunningRole start(ClusterNode node, HaConfig config) {
    HaRole role = new HaRole(node, config);
    role.storeView.start();
    role.watch.start();
    role.started = true;
    return role;
  }

  @Override
  public Member member() {
    return member;
  }

  private Opinion answer(HaQuery query) {
    return switch (query) {
      case OpinionQuery opinion -> watch.opinion(member.incarnation(), opinion.server());
    };
  }

  private Optional<String> notReady() {
    if (!started) {
      return Optional.of("starting");
    }
    Duration since = Duration.ofNanos(clock.nanoTime() - watch.snapshot().doneNanos());
    return since.compareTo(stuckAfter) > 0
        ? Optional.of("no round of probes for " + since.toMillis() + " ms")
        : storeView.cutOff();
  }

  private JsonObject status() {
    return started
        ? StatusPage.of(member, watch.snapshot(), storeView.cutOff())
        : new JsonObject().put("state", "starting");
  }

  @Override
  public ConfigReload<HaConfig> configuration() {
    return configuration;
  }

  @Override
  public void close() {
    parts.close();
  }
}

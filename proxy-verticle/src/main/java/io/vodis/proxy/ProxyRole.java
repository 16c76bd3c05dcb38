package io.vodis.proxy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vodis.bus.MetricsPublisher;
import io.vodis.cluster.ClusterNode;
import io.vodis.cluster.VouchPage;
import io.vodis.config.ListenAddress;
import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.ConfigReload;
import io.vodis.lifecycle.HealthEndpoint;
import io.vodis.lifecycle.MemberIdentity;
import io.vodis.lifecycle.OneLine;
import io.vodis.lifecycle.OpenedParts;
import io.vodis.lifecycle.Periodic;
import io.vodis.lifecycle.RunningRole;
import io.vodis.lifecycle.VodisException;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.proxy.control.ProxyControlVerticle;
import io.vodis.proxy.control.TopomKeyMoves;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The proxy role of a process, put together. */
public final class ProxyRole implements RunningRole {

  private static final Logger LOGGER = LoggerFactory.getLogger(ProxyRole.class);
  private static final Duration PROXIES_PERIOD = Duration.ofSeconds(1);
  private static final long STEP_SECONDS = 20;

  /** An answer that has not come by then is asked for again. */
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(3);

  /** What takes effect at once, for new and for present clients where both can have it. */
  static final Set<String> WHILE_RUNNING =
      Set.of(
          "command_policy",
          "session_auth",
          "session_recv_timeout",
          "session_send_timeout",
          "session_max_pipeline",
          "session_max_output",
          "session_max_request",
          "session_multi_max_commands",
          "session_multi_max_size",
          "session_keepalive_period",
          "session_break_on_failure",
          "proxy_max_clients",
          "client_max_pause",
          "slowlog_log_slower_than",
          "slowlog_max_len",
          "slowlog_close_look",
          "commandlog_request_larger_than",
          "commandlog_large_request_max_len",
          "commandlog_reply_larger_than",
          "commandlog_large_reply_max_len",
          "config_set_allowed",
          "on_isolation");

  private final Member member;
  private final ConfigReload<ProxyConfig> configuration;
  private final Duration drainTimeout;
  private volatile boolean draining;
  private volatile @Nullable ProxyControlVerticle control;

  private final OpenedParts parts = new OpenedParts("the proxy");

  private ProxyRole(ClusterNode node, ProxyConfig config) {
    Vertx vertx = node.vertx();
    String product = node.product().productName();
    String incarnation = UUID.randomUUID().toString();
    drainTimeout = config.listen().proxyDrainTimeout();
    try {
      DataPlane plane = listen(vertx, config, incarnation);
      configuration = reloading(config, plane);
      AdminPages pages =
          new AdminPages(
              config.isolation().adminToken(), configuration::reload, () -> this.control);
      VouchPage vouch = new VouchPage(node.product());
      HealthEndpoint endpoint =
          parts.open(
              HealthEndpoint.start(
                  vertx,
                  config.listen().adminAddress(),
                  new HealthEndpoint.Pages(
                      this::notReady,
                      this::warnings,
                      () -> new StatusPage(plane, control).render(),
                      router -> {
                        pages.addTo(router);
                        vouch.addTo(router);
                      })));
      // Closed before the health page, which tells meanwhile that the proxy is not ready.
      parts.open(() -> drain(plane, config.listen().proxyDrainTimeout()));
      member = identity(node, config.listen(), plane, endpoint.port());
      ProxyControlVerticle verticle =
          new ProxyControlVerticle(
              node,
              member,
              plane,
              Clock.SYSTEM,
              config.isolation().onIsolation(),
              vouch,
              config.isolation().tableFile(product).orElse(null));
      await("joining the bus", vertx.deployVerticle(verticle));
      plane.topom(
          TopomKeyMoves.over(vertx, product, ANSWER_TIMEOUT, config.slot().slotPullReplicaWait()));
      // Closed last: until all is answered, this proxy may still write.
      parts.last(verticle::leave);
      control = verticle;
      verticle.begin();
      if (config.server().clusterCompatible()) {
        HostAndPort self = member.serviceAddress();
        parts.open(
            Periodic.start(
                "proxies",
                PROXIES_PERIOD,
                () ->
                    plane.proxies(
                        self,
                        node.store().liveMembers(Role.PROXY).stream()
                            .map(Member::serviceAddress)
                            .toList())));
      }
      parts.open(
          MetricsPublisher.start(
              vertx, product, member, () -> new ProxySamples(plane, verticle).sample()));
      LOGGER.info("proxy of product {} on {}", product, member.serviceAddress());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Starts the proxy; returns when it listens, before it has a table. It is registered by then,
   * unless the store is away.
   */
  public static RunningRole start(ClusterNode node, ProxyConfig config) {
    return new ProxyRole(
        node,
        new ProxyConfig(
            node.product(),
            node.coordinator(),
            config.log(),
            config.listen(),
            config.session(),
            config.backend(),
            config.slot(),
            config.command(),
            config.server(),
            config.pubsub(),
            config.isolation()));
  }

  /** No connection is touched. What CONFIG SET has changed is back at what the file says. */
  private ConfigReload<ProxyConfig> reloading(ProxyConfig started, DataPlane plane) {
    return new ConfigReload<>(
        ProxyConfig.class,
        started,
        WHILE_RUNNING,
        fresh -> {
          plane.reload(started, fresh);
          ProxyControlVerticle verticle = control;
          if (verticle != null) {
            verticle.onIsolation(fresh.isolation().onIsolation());
          }
        });
  }

  private static DataPlane listen(Vertx vertx, ProxyConfig config, String incarnation) {
    try {
      return await("starting", DataPlane.start(vertx, config, incarnation));
    } catch (VodisException e) {
      throw new VodisException(
          "cannot listen on " + config.listen().proxyAddr() + ": " + OneLine.of(e), e);
    }
  }

  private static Member identity(
      ClusterNode node, ListenConfig listen, DataPlane plane, int adminPort) {
    Member member =
        MemberIdentity.starting(
            Role.PROXY,
            node.product().productName(),
            new HostAndPort(host(node, listen.proxyAddress()), plane.proxyPort()),
            new HostAndPort(host(node, listen.adminAddress()), adminPort),
            listen.proxyDatacenter());
    return new Member(
        member.role(),
        member.token(),
        plane.incarnation(),
        member.serviceAddress(),
        member.adminAddress(),
        member.datacenter(),
        member.pid(),
        member.startTime());
  }

  /** What others are told to connect to: never a wildcard. */
  private static String host(ClusterNode node, ListenAddress address) {
    return address.isWildcard() ? node.advertisedHost() : address.host();
  }

  private static <T> T await(String what, Future<T> future) {
    try {
      return future.await(STEP_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new VodisException(what + ": " + OneLine.of(e), e);
    }
  }

  private void drain(DataPlane plane, Duration patience) {
    draining = true;
    LOGGER.info("ending: clients have {} s to finish", patience.toSeconds());
    try {
      plane.close(patience).await(patience.toSeconds() + STEP_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new VodisException("stopping: " + OneLine.of(e), e);
    }
  }

  @Override
  public ConfigReload<ProxyConfig> configuration() {
    return configuration;
  }

  @Override
  public Duration closeLimit() {
    return drainTimeout.plusSeconds(10);
  }

  private Optional<String> notReady() {
    if (draining) {
      return Optional.of("ending");
    }
    ProxyControlVerticle verticle = control;
    return verticle == null ? Optional.of("starting") : verticle.notServing();
  }

  private List<String> warnings() {
    ProxyControlVerticle verticle = control;
    return verticle == null ? List.of() : verticle.warnings();
  }

  @Override
  public Member member() {
    return member;
  }

  /** Answers what has been asked before it leaves the product. */
  @Override
  public void close() {
    parts.close();
  }
}

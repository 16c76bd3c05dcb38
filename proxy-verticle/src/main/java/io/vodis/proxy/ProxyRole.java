package io.vodis.proxy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vodis.bus.MetricsPublisher;
import io.vodis.cluster.ClusterNode;
import io.vodis.config.ListenAddress;
import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.HealthEndpoint;
import io.vodis.lifecycle.MemberIdentity;
import io.vodis.lifecycle.OneLine;
import io.vodis.lifecycle.Periodic;
import io.vodis.lifecycle.RunningRole;
import io.vodis.lifecycle.VodisException;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.proxy.control.ProxyControlVerticle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The proxy role of a process, put together. */
public final class ProxyRole implements RunningRole {

  private static final Logger LOGGER = LoggerFactory.getLogger(ProxyRole.class);
  private static final Duration PROXIES_PERIOD = Duration.ofSeconds(1);
  private static final long STEP_SECONDS = 20;

  private final Member member;
  private final Reloading reloading;
  private final Duration drainTimeout;
  private volatile boolean draining;
  private volatile @Nullable ProxyControlVerticle control;

  /** What has been opened, the latest first. */
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  private ProxyRole(ClusterNode node, ProxyConfig config) {
    Vertx vertx = node.vertx();
    String product = node.product().productName();
    String incarnation = UUID.randomUUID().toString();
    drainTimeout = config.listen().proxyDrainTimeout();
    try {
      DataPlane plane = listen(vertx, config, incarnation);
      reloading = new Reloading(config, plane);
      HealthEndpoint endpoint =
          open(
              HealthEndpoint.start(
                  vertx,
                  config.listen().adminAddress(),
                  new HealthEndpoint.Pages(
                      this::notReady,
                      () -> new StatusPage(plane, control).render(),
                      reloading::addTo)));
      // Closed before the health page, which tells meanwhile that the proxy is not ready.
      open(() -> drain(plane, config.listen().proxyDrainTimeout()));
      member = identity(node, config.listen(), plane, endpoint.port());
      ProxyControlVerticle verticle = new ProxyControlVerticle(node, member, plane, Clock.SYSTEM);
      await("joining the bus", vertx.deployVerticle(verticle));
      // Closed last: until all is answered, this proxy may still write.
      opened.addLast(verticle::leave);
      verticle.join();
      control = verticle;
      if (config.server().clusterCompatible()) {
        HostAndPort self = member.serviceAddress();
        open(
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
      open(
          MetricsPublisher.start(
              vertx, product, member, () -> new ProxySamples(plane, verticle).sample()));
      LOGGER.info("proxy of product {} on {}", product, member.serviceAddress());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Starts the proxy; returns when it listens and is registered, before it has a table. */
  public static RunningRole start(ClusterNode node, ProxyConfig config) {
    return new ProxyRole(
        node,
        new ProxyConfig(
            node.product(),
            node.coordinator(),
            config.listen(),
            config.session(),
            config.backend(),
            config.slot(),
            config.command(),
            config.server(),
            config.pubsub()));
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
  public void reloadFrom(Supplier<? extends Record> source) {
    reloading.from(source);
  }

  @Override
  public String reload() {
    return reloading.reload();
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

  @Override
  public Member member() {
    return member;
  }

  private <T extends AutoCloseable> T open(T resource) {
    opened.addFirst(resource);
    return resource;
  }

  /** Answers what has been asked before it leaves the product. */
  @Override
  public void close() {
    for (AutoCloseable resource : opened) {
      try {
        resource.close();
      } catch (Exception e) {
        LOGGER.warn("ending the proxy: {}", OneLine.of(e));
      }
    }
    opened.clear();
  }
}

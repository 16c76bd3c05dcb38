package io.vodis.proxy;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vodis.config.ProductConfig;
import io.vodis.lifecycle.ConfigReload;
import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import io.vodis.proxy.route.RouteTable;
import io.vodis.testsupport.RespClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/** A data plane without a cluster, with tables handed in directly. */
final class Planes implements AutoCloseable {

  private static final long STEP_SECONDS = 20;

  final DataPlane plane;
  private final Vertx vertx;
  private long epoch;

  private Planes(Vertx vertx, DataPlane plane) {
    this.vertx = vertx;
    this.plane = plane;
  }

  static Planes start(int loops) throws TimeoutException {
    return start(loops, config -> config);
  }

  static Planes start(int loops, UnaryOperator<ProxyConfig> change) throws TimeoutException {
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    ProxyConfig config = change.apply(Configs.listening("127.0.0.1:0", loops));
    Planes planes =
        new Planes(
            vertx, DataPlane.start(vertx, config, "test").await(STEP_SECONDS, TimeUnit.SECONDS));
    planes.lend(3600_000);
    return planes;
  }

  static ProxyConfig withSlots(ProxyConfig config, SlotConfig slots) {
    return new ProxyConfig(
        config.product(),
        config.coordinator(),
        config.log(),
        config.listen(),
        config.session(),
        config.backend(),
        slots,
        config.command(),
        config.server(),
        config.pubsub(),
        config.isolation());
  }

  static ProxyConfig withServer(ProxyConfig config, ServerConfig server) {
    return new ProxyConfig(
        config.product(),
        config.coordinator(),
        config.log(),
        config.listen(),
        config.session(),
        config.backend(),
        config.slot(),
        config.command(),
        server,
        config.pubsub(),
        config.isolation());
  }

  /**
   * The same, but clients may change these settings of the servers, which may take as long for
   * their answers as a busy machine needs.
   */
  static ServerConfig allowing(ServerConfig server, List<String> settings) {
    return new ServerConfig(
        server.clientMaxPause(),
        server.slowlogLogSlowerThan(),
        server.slowlogMaxLen(),
        server.slowlogCloseLook(),
        server.commandlogRequestLargerThan(),
        server.commandlogLargeRequestMaxLen(),
        server.commandlogReplyLargerThan(),
        server.commandlogLargeReplyMaxLen(),
        Duration.ofSeconds(20),
        settings,
        server.clusterCompatible(),
        server.serverAddressedCommands());
  }

  /** The same, but it answers as a node of a cluster. */
  static ServerConfig asCluster(ServerConfig server) {
    return new ServerConfig(
        server.clientMaxPause(),
        server.slowlogLogSlowerThan(),
        server.slowlogMaxLen(),
        server.slowlogCloseLook(),
        server.commandlogRequestLargerThan(),
        server.commandlogLargeRequestMaxLen(),
        server.commandlogReplyLargerThan(),
        server.commandlogLargeReplyMaxLen(),
        server.serverSurveyTimeout(),
        server.configSetAllowed(),
        true,
        server.serverAddressedCommands());
  }

  /** The same, but PING and INFO take the address of a server. */
  static ServerConfig addressing(ServerConfig server) {
    return new ServerConfig(
        server.clientMaxPause(),
        server.slowlogLogSlowerThan(),
        server.slowlogMaxLen(),
        server.slowlogCloseLook(),
        server.commandlogRequestLargerThan(),
        server.commandlogLargeRequestMaxLen(),
        server.commandlogReplyLargerThan(),
        server.commandlogLargeReplyMaxLen(),
        server.serverSurveyTimeout(),
        server.configSetAllowed(),
        server.clusterCompatible(),
        true);
  }

  static ProxyConfig withPasswords(ProxyConfig config, String product, SessionConfig session) {
    return new ProxyConfig(
        new ProductConfig(config.product().productName(), product),
        config.coordinator(),
        config.log(),
        config.listen(),
        session,
        config.backend(),
        config.slot(),
        config.command(),
        config.server(),
        config.pubsub(),
        config.isolation());
  }

  /** The configuration, as a proxy has it that is a process. */
  ConfigReload<ProxyConfig> reloading(ProxyConfig started) {
    return new ConfigReload<>(
        ProxyConfig.class, started, ProxyRole.WHILE_RUNNING, fresh -> plane.reload(started, fresh));
  }

  void lend(long millis) {
    plane.leaseEndsAt(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
  }

  /** All slots on one route; returns when every loop has confirmed. */
  void installAll(SlotRoute route) throws TimeoutException {
    install(List.of(new SlotRange(0, Topology.SLOT_COUNT - 1, route)))
        .await(STEP_SECONDS, TimeUnit.SECONDS);
  }

  /** The lower and the upper half of the slots. */
  void installHalves(HostAndPort lower, HostAndPort upper) throws TimeoutException {
    install(StandaloneProxy.spread(List.of(lower, upper))).await(STEP_SECONDS, TimeUnit.SECONDS);
  }

  io.vertx.core.Future<Void> install(List<SlotRange> ranges) {
    epoch++;
    return plane.install(new RouteTable(epoch, ranges));
  }

  static SlotRoute serving(HostAndPort server) {
    return new SlotRoute.Serving(server, List.of());
  }

  RespClient client() {
    return RespClient.connect("127.0.0.1", plane.proxyPort());
  }

  @Override
  public void close() throws TimeoutException {
    plane.close(java.time.Duration.ofSeconds(1)).await(STEP_SECONDS, TimeUnit.SECONDS);
    vertx.close().await(STEP_SECONDS, TimeUnit.SECONDS);
  }
}

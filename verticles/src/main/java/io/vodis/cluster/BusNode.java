package io.vodis.cluster;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vodis.bus.BusSupport;
import io.vodis.config.CoordinatorConfig;
import io.vodis.config.ProductConfig;
import io.vodis.store.zookeeper.ZooKeeperClients;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;

/** Starts the clustered Vert.x of a process. */
final class BusNode {

  private BusNode() {}

  /**
   * Joins the cluster of a product. The store must be reachable; afterwards it need not be.
   *
   * @param advertisedHost where the other members reach this process
   */
  static Vertx start(ProductConfig product, CoordinatorConfig coordinator, String advertisedHost) {
    CuratorFramework curator = startedClient(product, coordinator);
    try {
      return build(
          new VodisClusterManager(curator, newNodeId()), options(coordinator, advertisedHost));
    } catch (ClusterException e) {
      curator.close();
      throw e;
    }
  }

  /** Begins alone, and joins the cluster when the store is reached. */
  static Late startLate(
      ProductConfig product, CoordinatorConfig coordinator, String advertisedHost) {
    LateClusterManager manager =
        new LateClusterManager(() -> startedClient(product, coordinator), newNodeId());
    return new Late(build(manager, options(coordinator, advertisedHost)), manager);
  }

  /** A Vert.x that may not have joined yet. */
  record Late(Vertx vertx, LateClusterManager manager) {}

  private static Vertx build(ClusterManager manager, VertxOptions options) {
    try {
      Vertx vertx =
          Vertx.builder()
              .with(options)
              .withClusterManager(manager)
              .buildClustered()
              .await(60, TimeUnit.SECONDS);
      BusSupport.install(vertx);
      return vertx;
    } catch (Exception e) {
      throw new ClusterException("cannot join the cluster: " + e.getMessage(), e);
    }
  }

  private static CuratorFramework startedClient(
      ProductConfig product, CoordinatorConfig coordinator) {
    CuratorFramework curator = ZooKeeperClients.create(coordinator, rootPath(product), 3);
    curator.start();
    return curator;
  }

  private static String newNodeId() {
    return UUID.randomUUID().toString();
  }

  private static String rootPath(ProductConfig product) {
    return "codis3/" + product.productName() + "/vodis/bus";
  }

  private static VertxOptions options(CoordinatorConfig coordinator, String advertisedHost) {
    EventBusOptions bus =
        new EventBusOptions()
            .setHost(isOnThisMachine(advertisedHost) ? advertisedHost : "0.0.0.0")
            .setPort(coordinator.busPort())
            .setClusterPublicHost(advertisedHost)
            .setConnectTimeout(3000)
            .setClusterPingInterval(5000)
            .setClusterPingReplyInterval(5000);
    if (coordinator.advertisedBusPort() > 0) {
      bus.setClusterPublicPort(coordinator.advertisedBusPort());
    }
    return new VertxOptions()
        .setPreferNativeTransport(true)
        .setEventLoopPoolSize(Runtime.getRuntime().availableProcessors())
        .setEventBusOptions(bus);
  }

  /** Whether the advertised host can be bound to; behind address translation it cannot. */
  private static boolean isOnThisMachine(String host) {
    try {
      return NetworkInterface.getByInetAddress(InetAddress.getByName(host)) != null;
    } catch (UnknownHostException | SocketException e) {
      return false;
    }
  }
}

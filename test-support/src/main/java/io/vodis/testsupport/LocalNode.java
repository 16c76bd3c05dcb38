package io.vodis.testsupport;

import io.vertx.core.Vertx;
import io.vodis.bus.BusSupport;
import io.vodis.cluster.ClusterNode;
import io.vodis.config.CoordinatorConfig;
import io.vodis.config.ProductConfig;
import io.vodis.store.TopologyStore;

/**
 * A process of a product within the test's JVM. Several nodes that are given the same Vert.x and
 * clients of the same {@link InMemoryStoreServer} make a product, with a real bus but no network
 * between them.
 */
public record LocalNode(
    Vertx vertx, TopologyStore store, ProductConfig product, CoordinatorConfig coordinator)
    implements ClusterNode {

  public LocalNode {
    BusSupport.install(vertx);
  }

  /** A node with default configuration. */
  public static LocalNode of(Vertx vertx, TopologyStore store, String product) {
    return new LocalNode(
        vertx, store, new ProductConfig(product, ""), CoordinatorConfig.defaults());
  }

  @Override
  public String advertisedHost() {
    return "127.0.0.1";
  }

  /** Closes the store's client; the Vert.x is the test's own. */
  @Override
  public void close() {
    store.close();
  }
}

package io.vodis.cluster;

import io.vertx.core.Vertx;
import io.vodis.config.CoordinatorConfig;
import io.vodis.config.ProductConfig;
import io.vodis.store.TopologyStore;

/**
 * One process as part of a product: its clustered Vert.x, with the bus codec installed, and its
 * store. All roles of the process share it.
 */
public interface ClusterNode extends AutoCloseable {

  Vertx vertx();

  TopologyStore store();

  ProductConfig product();

  CoordinatorConfig coordinator();

  /** Whether the store has been reached since the start, and the bus with it. */
  default boolean hasJoined() {
    return true;
  }

  /** Host under which other members reach this process; never a wildcard. */
  String advertisedHost();

  @Override
  void close();
}

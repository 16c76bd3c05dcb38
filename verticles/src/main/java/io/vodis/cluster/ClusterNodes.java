package io.vodis.cluster;

import io.vertx.core.Vertx;
import io.vodis.config.CoordinatorConfig;
import io.vodis.config.ProductConfig;
import io.vodis.lifecycle.Threads;
import io.vodis.store.StoreException;
import io.vodis.store.TopologyStore;
import io.vodis.store.zookeeper.ZooKeeperTopologyStore;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes this process a part of its product. */
public final class ClusterNodes {

  private static final Logger LOGGER = LoggerFactory.getLogger(ClusterNodes.class);
  private static final Duration FIRST_WARNING_AFTER = Duration.ofSeconds(2);
  private static final Duration RETRY_INTERVAL = Duration.ofMillis(500);
  private static final Duration WARNING_INTERVAL = Duration.ofSeconds(30);
  private static final int JOIN_ATTEMPTS_MAX = 3;

  private ClusterNodes() {}

  /**
   * Waits for the store, as long as it takes, and joins. Processes and store may be started in any
   * order. Blocks; not for event loops.
   *
   * @throws ClusterException if the store is there but joining fails
   */
  public static ClusterNode start(ProductConfig product, CoordinatorConfig coordinator) {
    ZooKeeperTopologyStore store = ZooKeeperTopologyStore.open(coordinator, product.productName());
    try {
      awaitStore(store, coordinator);
      return join(store, product, coordinator);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /**
   * The same, but does not wait if the store does not answer soon: then the node is alone, and
   * joins by itself when the store is there. For roles that have something to do meanwhile.
   */
  public static ClusterNode startWithOrWithoutStore(
      ProductConfig product, CoordinatorConfig coordinator) {
    ZooKeeperTopologyStore store = ZooKeeperTopologyStore.open(coordinator, product.productName());
    try {
      if (store.awaitConnected(FIRST_WARNING_AFTER)) {
        return join(store, product, coordinator);
      }
      LOGGER.warn(
          "waiting for the store: {} does not answer; begins without it", where(coordinator));
      String advertisedHost = AdvertisedHost.of(coordinator);
      BusNode.Late late = BusNode.startLate(product, coordinator, advertisedHost);
      return new Node(
          late.vertx(),
          store,
          product,
          coordinator,
          advertisedHost,
          () -> late.manager().hasJoined());
    } catch (InterruptedException e) {
      store.close();
      Thread.currentThread().interrupt();
      throw new ClusterException("interrupted while waiting for " + where(coordinator), e);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private static ClusterNode join(
      ZooKeeperTopologyStore store, ProductConfig product, CoordinatorConfig coordinator) {
    String advertisedHost = AdvertisedHost.of(coordinator);
    for (int attempt = 1; ; attempt++) {
      try {
        Vertx vertx = BusNode.start(product, coordinator, advertisedHost);
        return new Node(vertx, store, product, coordinator, advertisedHost, () -> true);
      } catch (ClusterException e) {
        if (attempt == JOIN_ATTEMPTS_MAX) {
          throw e;
        }
        awaitStore(store, coordinator);
      }
    }
  }

  /**
   * Starts something that needs the store, and tries again while the store does not answer: it may
   * have gone away, or the session with it, since the process has joined.
   *
   * @param start undoes what it has done when it fails
   */
  public static <T> T startWithStore(Supplier<T> start) {
    boolean told = false;
    while (true) {
      try {
        return start.get();
      } catch (StoreException e) {
        if (e.reason() != StoreException.Reason.UNAVAILABLE
            || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        if (!told) {
          told = true;
          LOGGER.warn("waiting for the store, which has gone away meanwhile: {}", e.getMessage());
        }
        Threads.current().sleep(RETRY_INTERVAL);
      }
    }
  }

  private static void awaitStore(ZooKeeperTopologyStore store, CoordinatorConfig coordinator) {
    String where = where(coordinator);
    try {
      if (store.awaitConnected(FIRST_WARNING_AFTER)) {
        return;
      }
      do {
        LOGGER.warn("waiting for the store: {} does not answer", where);
      } while (!store.awaitConnected(WARNING_INTERVAL));
      LOGGER.info("the store answers: {}", where);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterException("interrupted while waiting for " + where, e);
    }
  }

  private static String where(CoordinatorConfig coordinator) {
    return coordinator.coordinatorName() + " at " + coordinator.coordinatorAddr();
  }

  private record Node(
      Vertx vertx,
      TopologyStore store,
      ProductConfig product,
      CoordinatorConfig coordinator,
      String advertisedHost,
      BooleanSupplier joined)
      implements ClusterNode {

    @Override
    public boolean hasJoined() {
      return joined.getAsBoolean();
    }

    /** Leaves the bus first, so that nobody sends to a process that has left the store. */
    @Override
    public void close() {
      try {
        vertx.close().await(15, TimeUnit.SECONDS);
      } catch (Exception e) {
        LOGGER.warn("Vert.x does not close in order: {}", e.toString());
      } finally {
        store.close();
      }
    }
  }
}

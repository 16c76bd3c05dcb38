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

  /** What a process does while it waits for the store. */
  public interface Waiting {

    /** It does nothing. */
    Waiting NOTHING =
        new Waiting() {
          @Override
          public void begin(String reason) {}

          @Override
          public void end() {}
        };

    /** It waits, for this; may be told several times. */
    void begin(String reason);

    /** It goes on. */
    void end();
  }

  /**
   * Waits for the store, as long as it takes, and joins. Processes and store may be started in any
   * order. Blocks; not for event loops.
   *
   * @throws ClusterException if the store is there but joining fails
   */
  public static ClusterNode start(ProductConfig product, CoordinatorConfig coordinator) {
    return start(product, coordinator, Waiting.NOTHING);
  }

  /** The same; does something meanwhile. */
  public static ClusterNode start(
      ProductConfig product, CoordinatorConfig coordinator, Waiting waiting) {
    ZooKeeperTopologyStore store = ZooKeeperTopologyStore.open(coordinator, product.productName());
    try {
      awaitStore(store, coordinator, waiting);
      return join(store, product, coordinator, waiting);
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
        return join(store, product, coordinator, Waiting.NOTHING);
      }
      LOGGER.warn("{}; begins without it", waitsFor(coordinator));
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

  /**
   * Waits until a node that has begun without the store has joined, and says now and then that it
   * waits. Blocks.
   */
  public static void awaitJoined(ClusterNode node, Waiting waiting) {
    if (node.hasJoined()) {
      return;
    }
    String reason = waitsFor(node.coordinator());
    waiting.begin(reason);
    long toldNanos = System.nanoTime();
    while (!node.hasJoined()) {
      Threads.current().sleep(RETRY_INTERVAL);
      if (Thread.currentThread().isInterrupted()) {
        throw new ClusterException("interrupted: " + reason, new InterruptedException());
      }
      if (System.nanoTime() - toldNanos > WARNING_INTERVAL.toNanos()) {
        toldNanos = System.nanoTime();
        LOGGER.warn("{}", reason);
      }
    }
    waiting.end();
  }

  private static ClusterNode join(
      ZooKeeperTopologyStore store,
      ProductConfig product,
      CoordinatorConfig coordinator,
      Waiting waiting) {
    String advertisedHost = AdvertisedHost.of(coordinator);
    for (int attempt = 1; ; attempt++) {
      try {
        Vertx vertx = BusNode.start(product, coordinator, advertisedHost);
        return new Node(vertx, store, product, coordinator, advertisedHost, () -> true);
      } catch (ClusterException e) {
        if (attempt == JOIN_ATTEMPTS_MAX) {
          throw e;
        }
        awaitStore(store, coordinator, waiting);
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
    return startWithStore(start, Waiting.NOTHING);
  }

  /** The same; does something between the attempts. */
  public static <T> T startWithStore(Supplier<T> start, Waiting waiting) {
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
        waiting.begin("waiting for the store: " + e.getMessage());
        Threads.current().sleep(RETRY_INTERVAL);
        waiting.end();
      }
    }
  }

  private static void awaitStore(
      ZooKeeperTopologyStore store, CoordinatorConfig coordinator, Waiting waiting) {
    String where = where(coordinator);
    try {
      if (store.awaitConnected(FIRST_WARNING_AFTER)) {
        return;
      }
      waiting.begin(waitsFor(coordinator));
      do {
        LOGGER.warn("{}", waitsFor(coordinator));
      } while (!store.awaitConnected(WARNING_INTERVAL));
      LOGGER.info("the store answers: {}", where);
      waiting.end();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterException("interrupted while waiting for " + where, e);
    }
  }

  private static String waitsFor(CoordinatorConfig coordinator) {
    return "waiting for the store: " + where(coordinator) + " does not answer";
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

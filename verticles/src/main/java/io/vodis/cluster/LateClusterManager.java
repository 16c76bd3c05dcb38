package io.vodis.cluster;

import io.vertx.core.Completable;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import io.vertx.core.shareddata.Counter;
import io.vertx.core.shareddata.Lock;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.NodeListener;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vodis.lifecycle.OneLine;
import io.vodis.lifecycle.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.curator.framework.CuratorFramework;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a clustered Vert.x begin while the store is away. Until the store is there this node is
 * alone: it knows of its own consumers only. Then it joins by itself, with everything that has been
 * registered meanwhile.
 */
final class LateClusterManager implements ClusterManager {

  private static final Logger LOGGER = LoggerFactory.getLogger(LateClusterManager.class);
  private static final Duration RETRY_INTERVAL = Duration.ofMillis(500);
  private static final long JOIN_SECONDS_MAX = 60;

  private final Supplier<CuratorFramework> clients;
  private final String nodeId;
  private final Map<String, List<RegistrationInfo>> registrations = new LinkedHashMap<>();
  private @Nullable Vertx vertx;
  private @Nullable RegistrationListener registrationListener;
  private @Nullable NodeListener nodeListener;
  private @Nullable NodeInfo nodeInfo;
  private Threads.@Nullable Task joining;
  private volatile boolean left;

  /** Takes over once it has joined. */
  private volatile @Nullable VodisClusterManager joined;

  /**
   * A node that has not joined.
   *
   * @param clients makes a started client for each attempt; it is closed here
   */
  LateClusterManager(Supplier<CuratorFramework> clients, String nodeId) {
    this.clients = clients;
    this.nodeId = nodeId;
  }

  boolean hasJoined() {
    return joined != null;
  }

  @Override
  public void init(Vertx owner) {
    vertx = owner;
  }

  @Override
  public void registrationListener(RegistrationListener listener) {
    registrationListener = listener;
  }

  @Override
  public void nodeListener(NodeListener listener) {
    nodeListener = listener;
  }

  @Override
  public void join(Completable<Void> promise) {
    joining = Threads.current().start("late join", this::joinWhenPossible);
    promise.succeed();
  }

  private void joinWhenPossible() {
    while (!left) {
      CuratorFramework client = clients.get();
      try {
        client.blockUntilConnected();
        takeOver(join(client));
        LOGGER.info("the store is there: joined the bus");
        return;
      } catch (InterruptedException e) {
        client.close();
        return;
      } catch (Exception e) {
        LOGGER.info("could not join the bus, trying again: {}", OneLine.of(e));
        client.close();
        Threads.current().sleep(RETRY_INTERVAL);
      }
    }
  }

  private VodisClusterManager join(CuratorFramework client) throws Exception {
    VodisClusterManager manager = new VodisClusterManager(client, nodeId);
    manager.init(Objects.requireNonNull(vertx));
    if (registrationListener != null) {
      manager.registrationListener(registrationListener);
    }
    if (nodeListener != null) {
      manager.nodeListener(nodeListener);
    }
    Promise<Void> done = Promise.promise();
    manager.join(done);
    done.future().await(JOIN_SECONDS_MAX, TimeUnit.SECONDS);
    return manager;
  }

  private synchronized void takeOver(VodisClusterManager manager) {
    if (left) {
      manager.leave((done, error) -> {});
      return;
    }
    if (nodeInfo != null) {
      manager.setNodeInfo(nodeInfo, LateClusterManager::log);
    }
    registrations.forEach(
        (address, all) ->
            all.forEach(one -> manager.addRegistration(address, one, LateClusterManager::log)));
    registrations.clear();
    joined = manager;
  }

  private static void log(@Nullable Void done, @Nullable Throwable error) {
    if (error != null) {
      LOGGER.debug("not on the bus yet", error);
    }
  }

  @Override
  public synchronized void leave(Completable<Void> promise) {
    left = true;
    if (joining != null) {
      joining.interrupt();
    }
    VodisClusterManager manager = joined;
    if (manager == null) {
      promise.succeed();
    } else {
      manager.leave(promise);
    }
  }

  @Override
  public boolean isActive() {
    return !left;
  }

  @Override
  public synchronized void setNodeInfo(NodeInfo info, Completable<Void> promise) {
    nodeInfo = info;
    VodisClusterManager manager = joined;
    if (manager == null) {
      promise.succeed();
    } else {
      manager.setNodeInfo(info, promise);
    }
  }

  @Override
  public synchronized void addRegistration(
      String address, RegistrationInfo registration, Completable<Void> promise) {
    VodisClusterManager manager = joined;
    if (manager == null) {
      registrations.computeIfAbsent(address, key -> new ArrayList<>()).add(registration);
      promise.succeed();
    } else {
      manager.addRegistration(address, registration, promise);
    }
  }

  @Override
  public synchronized void removeRegistration(
      String address, RegistrationInfo registration, Completable<Void> promise) {
    VodisClusterManager manager = joined;
    if (manager == null) {
      registrations.getOrDefault(address, new ArrayList<>()).remove(registration);
      promise.succeed();
    } else {
      manager.removeRegistration(address, registration, promise);
    }
  }

  @Override
  public synchronized void getRegistrations(
      String address, Completable<List<RegistrationInfo>> promise) {
    VodisClusterManager manager = joined;
    if (manager == null) {
      promise.succeed(List.copyOf(registrations.getOrDefault(address, List.of())));
    } else {
      manager.getRegistrations(address, promise);
    }
  }

  @Override
  public String getNodeId() {
    return nodeId;
  }

  @Override
  public List<String> getNodes() {
    VodisClusterManager manager = joined;
    return manager == null ? List.of(nodeId) : manager.getNodes();
  }

  @Override
  public NodeInfo getNodeInfo() {
    return Objects.requireNonNull(nodeInfo, "the bus has not started");
  }

  @Override
  public void getNodeInfo(String id, Completable<NodeInfo> promise) {
    VodisClusterManager manager = joined;
    if (manager != null) {
      manager.getNodeInfo(id, promise);
    } else if (id.equals(nodeId)) {
      promise.succeed(getNodeInfo());
    } else {
      promise.fail(alone());
    }
  }

  @Override
  public <K, V> void getAsyncMap(String name, Completable<AsyncMap<K, V>> promise) {
    manager().ifPresentOrElse(m -> m.getAsyncMap(name, promise), () -> promise.fail(alone()));
  }

  @Override
  public <K, V> Map<K, V> getSyncMap(String name) {
    return manager().orElseThrow(LateClusterManager::alone).getSyncMap(name);
  }

  @Override
  public void getLockWithTimeout(String name, long timeout, Completable<Lock> promise) {
    manager()
        .ifPresentOrElse(
            m -> m.getLockWithTimeout(name, timeout, promise), () -> promise.fail(alone()));
  }

  @Override
  public void getCounter(String name, Completable<Counter> promise) {
    manager().ifPresentOrElse(m -> m.getCounter(name, promise), () -> promise.fail(alone()));
  }

  private Optional<VodisClusterManager> manager() {
    return Optional.ofNullable(joined);
  }

  private static IllegalStateException alone() {
    return new IllegalStateException("the store is away, and this node is alone");
  }
}

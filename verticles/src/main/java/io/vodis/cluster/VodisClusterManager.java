package io.vodis.cluster;

import io.vertx.core.Completable;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.spi.cluster.zookeeper.ZookeeperClusterManager;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.BackgroundCallback;
import org.apache.curator.framework.recipes.cache.PathChildrenCacheEvent;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ZooKeeper cluster manager, mended so that membership survives any outage of the store.
 *
 * <p>As shipped, a node whose ZooKeeper session has expired drops out of the cluster for good: the
 * LOST event keeps it from joining again, and what it writes after reconnecting may go into an
 * ephemeral node that still belongs to the old session and disappears with it. Therefore LOST is
 * handled as SUSPENDED, this class remembers what should exist for this node, and looks once a
 * second whether each of these nodes exists, belongs to the <em>present</em> session and says what
 * it should.
 *
 * <p>What is read comes from caches that follow the store. When they do not know what is asked for,
 * the store is asked itself: a cache that has missed something must not keep a member from being
 * reached for ever.
 *
 * @see <a href="https://github.com/vert-x3/vertx-zookeeper/issues/69">vertx-zookeeper #69</a>
 */
final class VodisClusterManager extends ZookeeperClusterManager {

  private static final Logger LOGGER = LoggerFactory.getLogger(VodisClusterManager.class);
  private static final String NODES = "/cluster/nodes/";
  private static final String REGISTRATIONS = "/__vertx.subs/";
  private static final long HEAL_INTERVAL_MILLIS = 1000;

  private final CuratorFramework curator;
  private final String nodeId;

  /** What must exist for this node, by path; the value is the content. */
  private final Map<String, byte[]> ownNodes = new ConcurrentHashMap<>();

  private volatile @Nullable FreshRegistrations registrations;

  private final ScheduledExecutorService healer =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().daemon().name("vodis-cluster-healer").unstarted(task));

  /** Takes a started client over; it is closed when the node leaves. */
  VodisClusterManager(CuratorFramework curator, String nodeId) {
    super(curator, nodeId);
    this.curator = curator;
    this.nodeId = nodeId;
  }

  @Override
  public void join(Completable<Void> promise) {
    super.join(
        (joined, error) -> {
          if (error == null) {
            startHealing();
          } else {
            healer.shutdownNow();
          }
          promise.complete(joined, error);
        });
  }

  @Override
  public void leave(Completable<Void> promise) {
    ownNodes.clear();
    stop(healer);
    FreshRegistrations listening = registrations;
    if (listening != null) {
      listening.close();
    }
    super.leave(promise);
  }

  @Override
  public void setNodeInfo(NodeInfo info, Completable<Void> promise) {
    Buffer content = Buffer.buffer();
    info.writeToBuffer(content);
    ownNodes.put(NODES + nodeId, content.getBytes());
    super.setNodeInfo(info, promise);
  }

  @Override
  public void registrationListener(RegistrationListener listener) {
    FreshRegistrations fresh = new FreshRegistrations(listener, super::getRegistrations);
    registrations = fresh;
    super.registrationListener(fresh);
  }

  @Override
  public void getRegistrations(String address, Completable<List<RegistrationInfo>> promise) {
    super.getRegistrations(
        address,
        (found, error) -> {
          if (error == null && found.isEmpty() && curator.getZookeeperClient().isConnected()) {
            readRegistrations(address, promise);
          } else {
            promise.complete(found, error);
          }
        });
  }

  /** The name of a registration says all there is to know. */
  private void readRegistrations(String address, Completable<List<RegistrationInfo>> promise) {
    BackgroundCallback onChildren =
        (client, event) -> {
          List<String> names = event.getChildren() == null ? List.of() : event.getChildren();
          if (!names.isEmpty()) {
            LOGGER.debug("{} was not in the cache of the bus", address);
          }
          promise.succeed(names.stream().map(VodisClusterManager::registration).toList());
        };
    try {
      curator.getChildren().inBackground(onChildren).forPath(REGISTRATIONS + address);
    } catch (Exception e) {
      LOGGER.debug("the registrations of {} cannot be read now", address, e);
      promise.succeed(List.of());
    }
  }

  private static RegistrationInfo registration(String name) {
    int dash = name.lastIndexOf('-');
    return new RegistrationInfo(
        name.substring(0, dash), Long.parseLong(name.substring(dash + 1)), false);
  }

  @Override
  public void getNodeInfo(String id, Completable<NodeInfo> promise) {
    super.getNodeInfo(
        id,
        (found, error) -> {
          if (error == null || !curator.getZookeeperClient().isConnected()) {
            promise.complete(found, error);
          } else {
            readNodeInfo(id, error, promise);
          }
        });
  }

  private void readNodeInfo(String id, Throwable error, Completable<NodeInfo> promise) {
    BackgroundCallback onData =
        (client, event) -> {
          byte[] content = event.getData();
          if (content == null) {
            promise.fail(error);
            return;
          }
          NodeInfo info = new NodeInfo();
          try {
            int unused = info.readFromBuffer(0, Buffer.buffer(content));
          } catch (RuntimeException e) {
            promise.fail(e); // it has joined at this moment, and has not said yet where it is
            return;
          }
          LOGGER.debug("node {} was not in the cache of the bus", id);
          promise.succeed(info);
        };
    try {
      curator.getData().inBackground(onData).forPath(NODES + id);
    } catch (Exception e) {
      promise.fail(e);
    }
  }

  @Override
  public void addRegistration(
      String address, RegistrationInfo registration, Completable<Void> promise) {
    if (registration.localOnly()) {
      super.addRegistration(address, registration, promise);
      return;
    }
    Buffer content = Buffer.buffer();
    registration.writeToBuffer(content);
    ownNodes.put(path(address, registration), content.getBytes());
    createContainer(address, () -> super.addRegistration(address, registration, promise));
  }

  @Override
  public void removeRegistration(
      String address, RegistrationInfo registration, Completable<Void> promise) {
    ownNodes.remove(path(address, registration));
    super.removeRegistration(address, registration, promise);
  }

  @Override
  public void childEvent(CuratorFramework client, PathChildrenCacheEvent event) throws Exception {
    if (event.getType() == PathChildrenCacheEvent.Type.CONNECTION_LOST) {
      super.childEvent(
          client,
          new PathChildrenCacheEvent(PathChildrenCacheEvent.Type.CONNECTION_SUSPENDED, null));
    } else {
      super.childEvent(client, event);
    }
  }

  /**
   * Makes the parent of an address's registrations a node that the store removes when it is empty:
   * addresses of members come and go with every restart. Whether it works does not matter.
   */
  private void createContainer(String address, Runnable next) {
    try {
      curator
          .create()
          .creatingParentsIfNeeded()
          .withMode(CreateMode.CONTAINER)
          .inBackground((client, event) -> next.run())
          .forPath(REGISTRATIONS + address, new byte[0]);
    } catch (Exception e) {
      LOGGER.debug("cannot create the container of {}", address, e);
      next.run();
    }
  }

  private static String path(String address, RegistrationInfo registration) {
    return REGISTRATIONS + address + "/" + registration.nodeId() + "-" + registration.seq();
  }

  private void startHealing() {
    var unused =
        healer.scheduleWithFixedDelay(
            this::heal, HEAL_INTERVAL_MILLIS, HEAL_INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void heal() {
    if (!curator.getZookeeperClient().isConnected()) {
      return;
    }
    try {
      long session = curator.getZookeeperClient().getZooKeeper().getSessionId();
      for (String path : ownNodes.keySet()) {
        heal(path, session);
      }
    } catch (Exception e) {
      LOGGER.debug("cluster membership could not be checked, trying again", e);
    }
  }

  private void heal(String path, long session) throws Exception {
    Stat stat = new Stat();
    Optional<byte[]> present = read(path, stat);
    byte[] content = ownNodes.get(path);
    boolean own = present.isPresent() && stat.getEphemeralOwner() == session;
    if (content == null || own && Arrays.equals(present.get(), content)) {
      return;
    }
    try {
      if (own) {
        curator.setData().withVersion(stat.getVersion()).forPath(path, content);
      } else {
        if (present.isPresent()) {
          curator.delete().withVersion(stat.getVersion()).forPath(path);
        }
        curator
            .create()
            .creatingParentsIfNeeded()
            .withMode(CreateMode.EPHEMERAL)
            .forPath(path, content);
      }
      LOGGER.info("cluster membership restored: {}", path);
    } catch (KeeperException.NodeExistsException
        | KeeperException.NoNodeException
        | KeeperException.BadVersionException e) {
      LOGGER.debug("{} has just changed, looking again later", path, e);
    }
    if (!ownNodes.containsKey(path)) { // removed by its owner in the meantime
      curator.delete().quietly().forPath(path);
    }
  }

  private Optional<byte[]> read(String path, Stat stat) throws Exception {
    try {
      return Optional.of(curator.getData().storingStatIn(stat).forPath(path));
    } catch (KeeperException.NoNodeException e) {
      return Optional.empty();
    }
  }

  private static void stop(ExecutorService executor) {
    executor.shutdownNow();
    try {
      if (!executor.awaitTermination(5, TimeUnit.SECONDS)) {
        LOGGER.warn("the cluster healer does not stop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

package io.vodis.store.zookeeper;

import io.vodis.config.CoordinatorConfig;
import io.vodis.model.HostAndPort;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;

/**
 * Makes Curator clients from the configuration. The store and the cluster manager have one each,
 * because the cluster manager closes the client it was given.
 */
public final class ZooKeeperClients {

  private ZooKeeperClients() {}

  /**
   * A client that is not started yet. It reconnects and renews its session for ever, but retries
   * operations only {@code retryCount} times.
   *
   * @param namespace prefix of all paths, without a leading slash; empty for none
   */
  public static CuratorFramework create(
      CoordinatorConfig config, String namespace, int retryCount) {
    int sessionMillis = (int) config.coordinatorSessionTimeout().toMillis();
    CuratorFrameworkFactory.Builder builder =
        CuratorFrameworkFactory.builder()
            .connectString(connectString(config))
            .sessionTimeoutMs(sessionMillis)
            .connectionTimeoutMs(Math.min(sessionMillis, 3000))
            .ensembleTracker(false) // the configured addresses are those that work from here
            .retryPolicy(new RetryNTimes(retryCount, 200))
            .aclProvider(aclProvider(config));
    if (!namespace.isEmpty()) {
      builder.namespace(namespace);
    }
    if (!config.coordinatorAuth().isEmpty()) {
      builder.authorization("digest", config.coordinatorAuth().getBytes(StandardCharsets.UTF_8));
    }
    return builder.build();
  }

  private static String connectString(CoordinatorConfig config) {
    return config.servers().stream().map(HostAndPort::toString).collect(Collectors.joining(","));
  }

  /** Who may use what we create: the configured user alone, or everybody if there is none. */
  static List<ACL> acl(CoordinatorConfig config) {
    return config.coordinatorAuth().isEmpty()
        ? ZooDefs.Ids.OPEN_ACL_UNSAFE
        : ZooDefs.Ids.CREATOR_ALL_ACL;
  }

  private static ACLProvider aclProvider(CoordinatorConfig config) {
    List<ACL> acl = acl(config);
    return new ACLProvider() {
      @Override
      public List<ACL> getDefaultAcl() {
        return acl;
      }

      @Override
      public List<ACL> getAclForPath(String path) {
        return acl;
      }
    };
  }
}

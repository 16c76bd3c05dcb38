package io.vodis.store.zookeeper;

import io.vodis.model.Role;
import io.vodis.store.StorePaths;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;

/** The persistent nodes that everything else stands on, created by whoever comes first. */
final class StoreLayout {

  private static final byte[] EMPTY = {};

  private final ZooKeeperConnection connection;
  private final StorePaths paths;
  private volatile @Nullable ZooKeeper ensuredIn;

  StoreLayout(ZooKeeperConnection connection, StorePaths paths) {
    this.connection = connection;
    this.paths = paths;
  }

  /** Creates what is missing; looked at once per session. */
  void ensure(ZooKeeper session) {
    if (session == ensuredIn) {
      return;
    }
    List<CompletableFuture<Boolean>> answers = new ArrayList<>();
    nodes()
        .forEach(
            (path, content) ->
                answers.add(
                    Zk.create(session, path, content, connection.acl(), CreateMode.PERSISTENT)));
    answers.forEach(connection::answerOf);
    ensuredIn = session;
  }

  /** Parents before children. */
  private Map<String, byte[]> nodes() {
    Map<String, byte[]> nodes = new LinkedHashMap<>();
    nodes.put("/codis3", EMPTY);
    nodes.put(paths.root(), EMPTY);
    nodes.put(paths.slots(), EMPTY);
    nodes.put(paths.groups(), EMPTY);
    nodes.put(paths.proxies(), EMPTY);
    nodes.put(paths.root() + "/vodis", EMPTY);
    nodes.put(paths.root() + "/vodis/members", EMPTY);
    nodes.put(paths.root() + "/vodis/live", EMPTY);
    nodes.put(paths.audit(), EMPTY);
    nodes.put(paths.witnesses(), EMPTY);
    for (Role role : Role.values()) {
      nodes.put(paths.members(role), EMPTY);
      nodes.put(paths.live(role), EMPTY);
    }
    nodes.put(paths.term(), Numbers.write(0));
    nodes.put(paths.epoch(), Numbers.write(0));
    return nodes;
  }
}

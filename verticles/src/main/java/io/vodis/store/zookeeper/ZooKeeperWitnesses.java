package io.vodis.store.zookeeper;

import io.vodis.model.Member;
import io.vodis.store.MemberRows;
import io.vodis.store.StorePaths;
import io.vodis.store.Witnesses;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooKeeper;

/** The rows in which proxies name those who may vouch for them; one for each incarnation. */
final class ZooKeeperWitnesses {

  private final ZooKeeperConnection connection;
  private final StorePaths paths;

  ZooKeeperWitnesses(ZooKeeperConnection connection, StorePaths paths) {
    this.connection = connection;
    this.paths = paths;
  }

  List<Witnesses> all() {
    ZooKeeper session = connection.session();
    CompletableFuture<Boolean> synced = Zk.sync(session, paths.witnesses());
    CompletableFuture<List<String>> names = Zk.children(session, paths.witnesses());
    connection.answerOf(synced);
    List<CompletableFuture<Optional<Zk.Node>>> nodes =
        connection.answerOf(names).stream()
            .map(name -> Zk.get(session, paths.witnesses(name)))
            .toList();
    List<Witnesses> all = new ArrayList<>();
    for (CompletableFuture<Optional<Zk.Node>> node : nodes) {
      connection
          .answerOf(node)
          .ifPresent(
              found -> all.add(MemberRows.readWitnesses(paths.witnesses(), found.content())));
    }
    return all;
  }

  /** Whether the row of this incarnation is there. */
  boolean areThere(ZooKeeper session, Member proxy) {
    String path = paths.witnesses(proxy.incarnation());
    CompletableFuture<Boolean> synced = Zk.sync(session, path);
    CompletableFuture<Boolean> there = Zk.exists(session, path);
    connection.answerOf(synced);
    return connection.answerOf(there);
  }

  void put(ZooKeeper session, Witnesses named) {
    String path = paths.witnesses(named.proxy().incarnation());
    byte[] content = MemberRows.writeWitnesses(named);
    if (!connection.answerOf(
        Zk.create(session, path, content, connection.acl(), CreateMode.PERSISTENT))) {
      connection.answerOf(Zk.set(session, path, content, -1));
    }
  }

  /** Removes what proxies of this token have named, without asking anybody. */
  void forget(String token) {
    for (Witnesses named : all()) {
      if (named.proxy().token().equals(token)) {
        connection.answerOf(
            Zk.delete(connection.session(), paths.witnesses(named.proxy().incarnation())));
      }
    }
  }

  /** Removes a row if it is still this one and the leader still leads. */
  boolean remove(ZooKeeperElection election, ZooKeeperElection.Fence fence, Witnesses named) {
    ZooKeeper session = connection.session();
    String path = paths.witnesses(named.proxy().incarnation());
    CompletableFuture<Boolean> synced = Zk.sync(session, path);
    CompletableFuture<Optional<Zk.Node>> found = Zk.get(session, path);
    connection.answerOf(synced);
    Optional<Zk.Node> node = connection.answerOf(found);
    if (node.isEmpty() || !MemberRows.readWitnesses(path, node.get().content()).equals(named)) {
      return false;
    }
    List<Op> ops = new ArrayList<>(election.checks(fence));
    ops.add(Op.delete(path, node.get().stat().getVersion()));
    try {
      connection.await(Zk.multi(session, ops, results -> {}));
      return true;
    } catch (Zk.FailedMulti e) {
      if (e.failedIndex() < ops.size() - 1) {
        throw ZooKeeperElection.notLeader(fence);
      }
      return false;
    } catch (KeeperException e) {
      throw connection.unavailable(e);
    }
  }
}

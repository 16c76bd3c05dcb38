package io.vodis.store.zookeeper;

import io.vodis.model.Member;
import io.vodis.store.Leadership;
import io.vodis.store.MemberRows;
import io.vodis.store.StoreException;
import io.vodis.store.StorePaths;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooKeeper;

/**
 * Who leads. An election raises the term node and creates the ephemeral leader node in one
 * transaction; a commit checks that the term node still has the version of its election and that
 * the leader node is there.
 */
final class ZooKeeperElection {

  /** The version of the term node that a leadership began with. */
  record Fence(int termVersion) {}

  private final ZooKeeperConnection connection;
  private final StoreLayout layout;
  private final StorePaths paths;

  ZooKeeperElection(ZooKeeperConnection connection, StoreLayout layout, StorePaths paths) {
    this.connection = connection;
    this.layout = layout;
    this.paths = paths;
  }

  /**
   * Takes the lead if nobody has it, or if the leader node is one of this very process: left by a
   * session it has lost, or by an election whose answer it did not get.
   */
  Optional<Leadership> tryLead(Member self) {
    ZooKeeper session = connection.session();
    layout.ensure(session);
    CompletableFuture<Boolean> synced = Zk.sync(session, paths.leader());
    CompletableFuture<Optional<Zk.Node>> leaderNode = Zk.get(session, paths.leader());
    CompletableFuture<Optional<Zk.Node>> termNode = Zk.get(session, paths.term());
    CompletableFuture<Optional<Zk.Node>> topomNode = Zk.get(session, paths.topom());
    connection.answerOf(synced);
    Optional<Zk.Node> leader = connection.answerOf(leaderNode);
    Optional<Zk.Node> term = connection.answerOf(termNode);
    Optional<Zk.Node> topom = connection.answerOf(topomNode);
    if (term.isEmpty() || leader.isPresent() && !isOurs(leader.get(), self)) {
      return Optional.empty();
    }
    topom.ifPresent(node -> MemberRows.requireVodisTopom(paths.topom(), node.content()));

    int termVersion = term.get().stat().getVersion();
    long nextTerm = Numbers.read(paths.term(), term.get().content()) + 1;
    List<Op> ops = new ArrayList<>();
    ops.add(Op.setData(paths.term(), Numbers.write(nextTerm), termVersion));
    leader.ifPresent(node -> ops.add(Op.delete(paths.leader(), node.stat().getVersion())));
    ops.add(
        Op.create(
            paths.leader(),
            MemberRows.writeLeader(self, nextTerm),
            connection.acl(),
            CreateMode.EPHEMERAL));
    byte[] dashboard = MemberRows.writeCodisTopom(self, paths.product());
    ops.add(
        topom
            .map(node -> Op.setData(paths.topom(), dashboard, node.stat().getVersion()))
            .orElseGet(
                () ->
                    Op.create(paths.topom(), dashboard, connection.acl(), CreateMode.PERSISTENT)));
    try {
      connection.await(Zk.multi(session, ops, results -> {}));
      return Optional.of(new Leadership(self, nextTerm, new Fence(termVersion + 1)));
    } catch (Zk.FailedMulti e) {
      return Optional.empty(); // somebody was faster
    } catch (KeeperException e) {
      throw connection.unavailable(e);
    }
  }

  private boolean isOurs(Zk.Node leader, Member self) {
    return MemberRows.readLeader(paths.leader(), leader.content(), this)
        .leader()
        .incarnation()
        .equals(self.incarnation());
  }

  /** Gives the lead up if {@code fence} still holds. */
  void resign(Fence fence) {
    List<Op> ops =
        List.of(Op.check(paths.term(), fence.termVersion()), Op.delete(paths.leader(), -1));
    try {
      connection.await(Zk.multi(connection.session(), ops, results -> {}));
    } catch (Zk.FailedMulti e) {
      return; // lost already
    } catch (KeeperException e) {
      throw connection.unavailable(e);
    }
  }

  Optional<Leadership> leader() {
    ZooKeeper session = connection.session();
    CompletableFuture<Boolean> synced = Zk.sync(session, paths.leader());
    CompletableFuture<Optional<Zk.Node>> node = Zk.get(session, paths.leader());
    connection.answerOf(synced);
    return connection
        .answerOf(node)
        .map(found -> MemberRows.readLeader(paths.leader(), found.content(), "none"));
  }

  /** What must be true in a transaction of the leader. */
  List<Op> checks(Fence fence) {
    return List.of(Op.check(paths.term(), fence.termVersion()), Op.check(paths.leader(), 0));
  }

  /** Whether the leadership is in force; to name the reason of a refusal, not to rely on. */
  boolean holds(Fence fence) {
    try {
      connection.await(Zk.multi(connection.session(), checks(fence), results -> {}));
      return true;
    } catch (KeeperException e) {
      return false;
    }
  }

  static StoreException notLeader(Fence fence) {
    return new StoreException(
        StoreException.Reason.NOT_LEADER,
        "this topom no longer leads (its term node had version " + fence.termVersion() + ")");
  }
}

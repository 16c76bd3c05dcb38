package io.vodis.store.zookeeper;

import io.vodis.model.Topology;
import io.vodis.store.StoreChange;
import io.vodis.store.StoreException;
import io.vodis.store.StorePaths;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.ZooKeeper;

/**
 * Reads and commits the topology.
 *
 * <p>Reading is one round trip however many rows there are: a sync, the epoch, the rows that have
 * changed since the last time, and the epoch again, all on their way at once. ZooKeeper answers in
 * order and delivers the event of a change before any answer that shows it, so if at the end the
 * epoch is the same and no further event has come, the rows and the epoch belong together.
 */
final class TopologyAccess {

  /** The counter that every commit raises, with its version in the store. */
  private record Epoch(long value, int version) {}

  private static final int ATTEMPTS_MAX = 100;
  private static final long NEVER = -1;

  private final ZooKeeperConnection connection;
  private final StoreWatches watches;
  private final RowChanges changes;
  private final StorePaths paths;
  private final TopologyRowCache cache;
  private final ReentrantLock lock = new ReentrantLock();

  /** The generation of {@link RowChanges} in which all rows were read. */
  private long completeIn = NEVER;

  private volatile Epoch epoch = new Epoch(0, TopologyRowCache.ABSENT);

  TopologyAccess(
      ZooKeeperConnection connection, StoreWatches watches, RowChanges changes, StorePaths paths) {
    this.connection = connection;
    this.watches = watches;
    this.changes = changes;
    this.paths = paths;
    this.cache = new TopologyRowCache(paths);
  }

  Topology load() {
    lock.lock();
    try {
      for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        if (tryRefresh(watches.watchedSession())) {
          return cache.topology(epoch.value());
        }
      }
    } finally {
      lock.unlock();
    }
    throw new StoreException(
        StoreException.Reason.UNAVAILABLE, "the topology changes faster than it can be read");
  }

  /** Reads what has changed; false if more has changed meanwhile. */
  private boolean tryRefresh(ZooKeeper session) {
    long generation = changes.generation();
    boolean complete = generation == completeIn;
    completeIn = NEVER;
    Collection<String> wanted = complete ? changes.drain() : listRows(session);
    CompletableFuture<Boolean> synced = Zk.sync(session, paths.epoch());
    CompletableFuture<Optional<Zk.Node>> epochBefore = Zk.get(session, paths.epoch());
    Map<String, CompletableFuture<Optional<Zk.Node>>> rows = new LinkedHashMap<>();
    for (String path : wanted) {
      if (paths.isRow(path)) {
        rows.put(path, Zk.get(session, path));
      }
    }
    CompletableFuture<Optional<Zk.Node>> epochAfter = Zk.get(session, paths.epoch());
    connection.answerOf(synced);
    Epoch before = epochOf(connection.answerOf(epochBefore));
    rows.forEach((path, row) -> cache.read(path, connection.answerOf(row).orElse(null)));
    epoch = epochOf(connection.answerOf(epochAfter));
    completeIn = generation;
    return epoch.equals(before) && changes.isEmpty() && changes.generation() == generation;
  }

  private List<String> listRows(ZooKeeper session) {
    changes.drain();
    cache.clear();
    connection.answerOf(Zk.sync(session, paths.epoch()));
    CompletableFuture<List<String>> slots = Zk.children(session, paths.slots());
    CompletableFuture<List<String>> groups = Zk.children(session, paths.groups());
    List<String> found = new ArrayList<>();
    found.add(paths.control());
    connection.answerOf(slots).forEach(name -> found.add(paths.slots() + "/" + name));
    connection.answerOf(groups).forEach(name -> found.add(paths.groups() + "/" + name));
    return found;
  }

  private Epoch epochOf(Optional<Zk.Node> node) {
    return node.map(
            found ->
                new Epoch(Numbers.read(paths.epoch(), found.content()), found.stat().getVersion()))
        .orElseGet(() -> new Epoch(0, TopologyRowCache.ABSENT));
  }

  /**
   * Writes the rows of {@code changed} in one transaction with the checks of the leader.
   *
   * @param result what the topology is afterwards
   */
  void commit(
      ZooKeeperElection election,
      ZooKeeperElection.Fence fence,
      Topology base,
      Topology result,
      List<StoreChange> changed) {
    lock.lock();
    try {
      if (completeIn != changes.generation() || epoch.value() != base.epoch()) {
        if (load().epoch() != base.epoch()) {
          throw election.holds(fence) ? stale(base) : ZooKeeperElection.notLeader(fence);
        }
      }
      ZooKeeper session = watches.watchedSession();
      CommitRows rows = new CommitRows(changed, result.epoch(), paths, cache, connection.acl());
      if (!rows.areAsIn(base)) {
        throw stale(base); // another program has edited a row
      }
      List<Op> ops = new ArrayList<>(election.checks(fence));
      int checkCount = ops.size();
      ops.add(Op.setData(paths.epoch(), Numbers.write(result.epoch()), epoch.version()));
      ops.addAll(rows.ops());
      submit(
          session,
          ops,
          done -> {
            OpResult.SetDataResult raised = (OpResult.SetDataResult) done.get(checkCount);
            epoch = new Epoch(result.epoch(), raised.getStat().getVersion());
            rows.onCommitted(done.subList(checkCount + 1, done.size()), changes);
          },
          failed -> failed < checkCount ? ZooKeeperElection.notLeader(fence) : stale(base));
    } finally {
      lock.unlock();
    }
  }

  private void submit(
      ZooKeeper session,
      List<Op> ops,
      Consumer<List<OpResult>> onSuccess,
      IntFunction<StoreException> onRefused) {
    try {
      connection.await(Zk.multi(session, ops, onSuccess));
    } catch (Zk.FailedMulti e) {
      changes.forgetAll();
      throw onRefused.apply(e.failedIndex());
    } catch (KeeperException e) {
      changes.forgetAll();
      throw connection.unavailable(e);
    } catch (StoreException e) {
      changes.forgetAll();
      throw e;
    }
  }

  private static StoreException stale(Topology base) {
    return new StoreException(
        StoreException.Reason.STALE_EPOCH,
        "the topology is no longer the one of epoch " + base.epoch() + " that was to be changed");
  }
}

package io.vodis.store.zookeeper;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;

/**
 * Operations on one session as futures, so that many can be on their way at once; ZooKeeper answers
 * them in order. A failure is a {@link KeeperException}.
 */
final class Zk {

  /** What is at a path. */
  record Node(byte[] content, Stat stat) {}

  private Zk() {}

  /** Makes the reads that follow on this session see every write finished before this call. */
  static CompletableFuture<Boolean> sync(ZooKeeper zk, String path) {
    CompletableFuture<Boolean> result = new CompletableFuture<>();
    zk.sync(path, (code, at, context) -> complete(result, code, at, true), null);
    return result;
  }

  static CompletableFuture<Optional<Node>> get(ZooKeeper zk, String path) {
    CompletableFuture<Optional<Node>> result = new CompletableFuture<>();
    zk.getData(
        path,
        false,
        (code, at, context, content, stat) -> {
          if (code == Code.NONODE.intValue()) {
            result.complete(Optional.empty());
          } else if (code == Code.OK.intValue()) {
            result.complete(Optional.of(new Node(content == null ? new byte[0] : content, stat)));
          } else {
            fail(result, code, at);
          }
        },
        null);
    return result;
  }

  /** Names of the children; none if there is no such node. */
  static CompletableFuture<List<String>> children(ZooKeeper zk, String path) {
    CompletableFuture<List<String>> result = new CompletableFuture<>();
    zk.getChildren(
        path,
        false,
        (code, at, context, names) -> {
          if (code == Code.NONODE.intValue()) {
            result.complete(List.of());
          } else {
            complete(result, code, at, names);
          }
        },
        null);
    return result;
  }

  static CompletableFuture<Boolean> exists(ZooKeeper zk, String path) {
    return get(zk, path).thenApply(Optional::isPresent);
  }

  static CompletableFuture<Stat> set(ZooKeeper zk, String path, byte[] content, int version) {
    CompletableFuture<Stat> result = new CompletableFuture<>();
    zk.setData(
        path,
        content,
        version,
        (code, at, context, stat) -> complete(result, code, at, stat),
        null);
    return result;
  }

  /** Creates a node; true if it was not there before. */
  static CompletableFuture<Boolean> create(
      ZooKeeper zk, String path, byte[] content, List<ACL> acl, CreateMode mode) {
    CompletableFuture<Boolean> result = new CompletableFuture<>();
    zk.create(
        path,
        content,
        acl,
        mode,
        (code, at, context, name) -> {
          if (code == Code.NODEEXISTS.intValue()) {
            result.complete(false);
          } else {
            complete(result, code, at, true);
          }
        },
        null);
    return result;
  }

  /** Deletes a node; true if it was there. */
  static CompletableFuture<Boolean> delete(ZooKeeper zk, String path) {
    CompletableFuture<Boolean> result = new CompletableFuture<>();
    zk.delete(
        path,
        -1,
        (code, at, context) -> {
          if (code == Code.NONODE.intValue()) {
            result.complete(false);
          } else {
            complete(result, code, at, true);
          }
        },
        null);
    return result;
  }

  static CompletableFuture<Boolean> watch(
      ZooKeeper zk, String path, Watcher watcher, AddWatchMode mode) {
    CompletableFuture<Boolean> result = new CompletableFuture<>();
    zk.addWatch(path, watcher, mode, (code, at, context) -> complete(result, code, at, true), null);
    return result;
  }

  /**
   * All or nothing. A failure carries the results, which say which operation it was.
   *
   * @param onSuccess called before any event that follows the transaction
   */
  static CompletableFuture<List<OpResult>> multi(
      ZooKeeper zk, List<Op> ops, Consumer<List<OpResult>> onSuccess) {
    CompletableFuture<List<OpResult>> result = new CompletableFuture<>();
    zk.multi(
        ops,
        (code, at, context, results) -> {
          if (code == Code.OK.intValue()) {
            onSuccess.accept(results);
            result.complete(results);
          } else if (results != null && !results.isEmpty()) {
            result.completeExceptionally(new FailedMulti(Code.get(code), results));
          } else {
            fail(result, code, String.valueOf(at));
          }
        },
        null);
    return result;
  }

  /** A transaction that was refused because of one of its operations. */
  static final class FailedMulti extends KeeperException {

    private static final long serialVersionUID = 1L;

    private final int failedIndex;

    FailedMulti(Code code, List<OpResult> results) {
      super(code);
      this.failedIndex = indexOfFailure(results);
    }

    /** Place of the operation that did not hold. */
    int failedIndex() {
      return failedIndex;
    }

    /** Operations before and after the one that failed are marked with other codes. */
    private static int indexOfFailure(List<OpResult> results) {
      for (int i = 0; i < results.size(); i++) {
        if (results.get(i) instanceof OpResult.ErrorResult error
            && error.getErr() != Code.OK.intValue()
            && error.getErr() != Code.RUNTIMEINCONSISTENCY.intValue()) {
          return i;
        }
      }
      return results.size();
    }
  }

  private static <T> void complete(CompletableFuture<T> result, int code, String path, T value) {
    if (code == Code.OK.intValue()) {
      result.complete(value);
    } else {
      fail(result, code, path);
    }
  }

  private static void fail(CompletableFuture<?> result, int code, String path) {
    result.completeExceptionally(KeeperException.create(Code.get(code), path));
  }
}

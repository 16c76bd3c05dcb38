package io.vodis.store.zookeeper;

import io.vodis.model.AuditEntry;
import io.vodis.store.AuditRow;
import io.vodis.store.StorePaths;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.ZooKeeper;

/** The audit log: a node per commit, written by the commit itself. */
final class ZooKeeperAudit {

  /** So many nodes are deleted at once. */
  private static final int DELETES_MAX = 200;

  private final ZooKeeperConnection connection;
  private final StorePaths paths;

  ZooKeeperAudit(ZooKeeperConnection connection, StorePaths paths) {
    this.connection = connection;
    this.paths = paths;
  }

  List<AuditEntry> newest(long before, int limit) {
    ZooKeeper session = connection.session();
    connection.answerOf(Zk.sync(session, paths.epoch()));
    Map<Long, CompletableFuture<Optional<Zk.Node>>> nodes = new LinkedHashMap<>();
    epochs(session).stream()
        .filter(epoch -> epoch < before)
        .limit(limit)
        .forEach(epoch -> nodes.put(epoch, Zk.get(session, paths.audit(epoch))));
    List<AuditEntry> entries = new ArrayList<>();
    nodes.forEach(
        (epoch, answer) ->
            connection
                .answerOf(answer)
                .ifPresent(
                    node -> entries.add(AuditRow.read(paths.audit(epoch), epoch, node.content()))));
    return entries;
  }

  void trim(int keep) {
    ZooKeeper session = connection.session();
    List<Long> old = epochs(session).stream().skip(keep).toList();
    for (int from = 0; from < old.size(); from += DELETES_MAX) {
      List<CompletableFuture<Boolean>> answers = new ArrayList<>();
      for (long epoch : old.subList(from, Math.min(old.size(), from + DELETES_MAX))) {
        answers.add(Zk.delete(session, paths.audit(epoch)));
      }
      answers.forEach(connection::answerOf);
    }
  }

  /** Newest first; what is not ours is left alone. */
  private List<Long> epochs(ZooKeeper session) {
    return connection.answerOf(Zk.children(session, paths.audit())).stream()
        .filter(name -> name.matches("\\d{19}"))
        .map(Long::valueOf)
        .sorted(Comparator.reverseOrder())
        .toList();
  }
}

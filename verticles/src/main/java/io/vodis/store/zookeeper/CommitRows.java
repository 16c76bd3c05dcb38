package io.vodis.store.zookeeper;

import io.vodis.model.Topology;
import io.vodis.store.AuditRow;
import io.vodis.store.ControlRow;
import io.vodis.store.StoreChange;
import io.vodis.store.StorePaths;
import io.vodis.store.TopologyRows;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.data.ACL;

/**
 * The rows of one commit as operations of a transaction. Each names the version it replaces, so
 * that a row edited by another program is noticed rather than overwritten.
 */
final class CommitRows {

  private final StorePaths paths;
  private final TopologyRowCache cache;
  private final List<ACL> acl;
  private final long epoch;

  /** The last change of each row, by path. */
  private final Map<String, StoreChange> changeByPath = new LinkedHashMap<>();

  /**
   * The rows of a commit.
   *
   * @param epoch that the commit makes
   */
  CommitRows(
      List<StoreChange> changes,
      long epoch,
      StorePaths paths,
      TopologyRowCache cache,
      List<ACL> acl) {
    this.epoch = epoch;
    this.paths = paths;
    this.cache = cache;
    this.acl = acl;
    for (StoreChange change : changes) {
      changeByPath.put(path(change), change);
    }
    changeByPath
        .values()
        .removeIf(
            change ->
                change instanceof StoreChange.RemoveGroup remove
                    && cache.groupVersion(remove.groupId()) == TopologyRowCache.ABSENT);
  }

  /** Whether the rows to be changed are still those that the change was made for. */
  boolean areAsIn(Topology base) {
    return changeByPath.values().stream()
        .allMatch(
            change ->
                switch (change) {
                  case StoreChange.PutSlot put ->
                      cache.slot(put.slot().slotId()).equals(base.slot(put.slot().slotId()));
                  case StoreChange.PutGroup put ->
                      cache.group(put.group().groupId()).equals(base.group(put.group().groupId()));
                  case StoreChange.AddAudit audit -> true;
                  case StoreChange.PutControl put -> cache.control().equals(base.control());
                  case StoreChange.RemoveGroup remove ->
                      cache.group(remove.groupId()).equals(base.group(remove.groupId()));
                });
  }

  List<Op> ops() {
    List<Op> ops = new ArrayList<>();
    changeByPath.forEach(
        (path, change) ->
            ops.add(
                switch (change) {
                  case StoreChange.PutSlot put ->
                      put(
                          path,
                          TopologyRows.write(put.slot()),
                          cache.slotVersion(put.slot().slotId()));
                  case StoreChange.PutGroup put ->
                      put(
                          path,
                          TopologyRows.write(put.group()),
                          cache.groupVersion(put.group().groupId()));
                  case StoreChange.PutControl put ->
                      put(path, ControlRow.write(put.control()), cache.controlVersion());
                  case StoreChange.AddAudit audit ->
                      put(path, AuditRow.write(audit.entry()), TopologyRowCache.ABSENT);
                  case StoreChange.RemoveGroup remove ->
                      Op.delete(path, cache.groupVersion(remove.groupId()));
                }));
    return ops;
  }

  /** Takes the new rows over; {@code results} are those of {@link #ops}. */
  void onCommitted(List<OpResult> results, RowChanges changes) {
    int i = 0;
    for (Map.Entry<String, StoreChange> entry : changeByPath.entrySet()) {
      int version = versionAfter(results.get(i++));
      switch (entry.getValue()) {
        case StoreChange.PutSlot put -> cache.put(put.slot(), version);
        case StoreChange.PutGroup put -> cache.put(put.group(), version);
        case StoreChange.AddAudit audit -> {}
        case StoreChange.PutControl put -> cache.put(put.control(), version);
        case StoreChange.RemoveGroup remove -> cache.removeGroup(remove.groupId());
      }
      changes.onKnown(entry.getKey());
    }
  }

  private static int versionAfter(OpResult result) {
    return result instanceof OpResult.SetDataResult set ? set.getStat().getVersion() : 0;
  }

  private Op put(String path, byte[] content, int version) {
    return version == TopologyRowCache.ABSENT
        ? Op.create(path, content, acl, CreateMode.PERSISTENT)
        : Op.setData(path, content, version);
  }

  private String path(StoreChange change) {
    return switch (change) {
      case StoreChange.PutSlot put -> paths.slot(put.slot().slotId());
      case StoreChange.PutGroup put -> paths.group(put.group().groupId());
      case StoreChange.AddAudit audit -> paths.audit(epoch);
      case StoreChange.PutControl put -> paths.control();
      case StoreChange.RemoveGroup remove -> paths.group(remove.groupId());
    };
  }
}

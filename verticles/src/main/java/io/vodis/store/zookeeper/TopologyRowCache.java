package io.vodis.store.zookeeper;

import io.vodis.model.Group;
import io.vodis.model.MigrationControl;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.store.ControlRow;
import io.vodis.store.StorePaths;
import io.vodis.store.TopologyRows;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The rows of slots and groups as last read or written, each with its version in the store. */
final class TopologyRowCache {

  /** Version of a row that is not in the store. */
  static final int ABSENT = -1;

  private record Row<T>(T value, int version) {}

  private static final Row<MigrationControl> NO_CONTROL = new Row<>(MigrationControl.NONE, ABSENT);

  private final StorePaths paths;
  private final Map<Integer, Row<SlotMapping>> slots = new ConcurrentHashMap<>();
  private final Map<Integer, Row<Group>> groups = new ConcurrentSkipListMap<>();

  private volatile Row<MigrationControl> control = NO_CONTROL;

  TopologyRowCache(StorePaths paths) {
    this.paths = paths;
  }

  void clear() {
    slots.clear();
    groups.clear();
    control = NO_CONTROL;
  }

  /** Takes over what was read at a path; null if nothing was there. */
  void read(String path, Zk.@Nullable Node node) {
    OptionalInt slotId = paths.slotAt(path);
    if (slotId.isPresent() && slotId.getAsInt() < Topology.SLOT_COUNT) {
      if (node == null) {
        slots.remove(slotId.getAsInt());
      } else {
        put(
            TopologyRows.readSlot(path, slotId.getAsInt(), node.content()),
            node.stat().getVersion());
      }
    }
    if (path.equals(paths.control())) {
      if (node == null) {
        control = NO_CONTROL;
      } else {
        put(ControlRow.read(path, node.content()), node.stat().getVersion());
      }
    }
    OptionalInt groupId = paths.groupAt(path);
    if (groupId.isPresent()) {
      if (node == null) {
        removeGroup(groupId.getAsInt());
      } else {
        put(
            TopologyRows.readGroup(path, groupId.getAsInt(), node.content()),
            node.stat().getVersion());
      }
    }
  }

  void put(SlotMapping slot, int version) {
    slots.put(slot.slotId(), new Row<>(slot, version));
  }

  void put(Group group, int version) {
    groups.put(group.groupId(), new Row<>(group, version));
  }

  void put(MigrationControl value, int version) {
    control = new Row<>(value, version);
  }

  MigrationControl control() {
    return control.value();
  }

  int controlVersion() {
    return control.version();
  }

  void removeGroup(int groupId) {
    groups.remove(groupId);
  }

  int slotVersion(int slotId) {
    Row<SlotMapping> row = slots.get(slotId);
    return row == null ? ABSENT : row.version();
  }

  int groupVersion(int groupId) {
    Row<Group> row = groups.get(groupId);
    return row == null ? ABSENT : row.version();
  }

  Optional<Group> group(int groupId) {
    return Optional.ofNullable(groups.get(groupId)).map(Row::value);
  }

  Topology topology(long epoch) {
    Map<Integer, Group> values = new ConcurrentSkipListMap<>();
    groups.forEach((id, row) -> values.put(id, row.value()));
    return new Topology(
        paths.product(),
        epoch,
        IntStream.range(0, Topology.SLOT_COUNT).mapToObj(this::slot).toList(),
        values,
        control.value());
  }

  SlotMapping slot(int slotId) {
    Row<SlotMapping> row = slots.get(slotId);
    return row == null ? SlotMapping.offline(slotId) : row.value();
  }
}

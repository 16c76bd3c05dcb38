package io.vodis.topom.edit;

import io.vodis.model.MigrationControl;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.store.StoreChange;
import io.vodis.topom.TopomException;
import io.vodis.topom.TopomException.Code;
import io.vodis.topom.plan.MigrationWindows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Changes of how actions run. Each throws {@link TopomException} if it is not allowed. */
public final class ControlEdits {

  private static final Duration BLOCK_MIN = Duration.ofNanos(200_000);
  private static final Duration BLOCK_MAX = Duration.ofSeconds(1);

  private ControlEdits() {}

  /** All actions stand still, or go on; then also those that were paused one by one. */
  public static List<StoreChange> pauseAll(Topology topology, boolean paused) {
    MigrationControl control = topology.control().withPaused(paused);
    return put(topology, paused ? control : control.withPausedSlots(new TreeSet<>()));
  }

  /** The action of one slot stands still, or goes on. */
  public static List<StoreChange> pause(Topology topology, int slotId, boolean paused) {
    if (slotId < 0 || slotId >= Topology.SLOT_COUNT) {
      throw new TopomException(Code.INVALID, "there is no slot " + slotId);
    }
    if (topology.slot(slotId).isIdle()) {
      throw new TopomException(Code.NOT_FOUND, "slot " + slotId + " has no action");
    }
    SortedSet<Integer> slotIds = new TreeSet<>(topology.control().pausedSlots());
    if (paused) {
      // Actions that ended while they were paused are forgotten at this occasion.
      slotIds.removeIf(id -> topology.slot(id).isIdle());
      slotIds.add(slotId);
    } else if (!slotIds.remove(slotId) && topology.control().paused()) {
      throw new TopomException(Code.CONFLICT, "all actions are paused; resume them all");
    }
    return put(topology, topology.control().withPausedSlots(slotIds));
  }

  /** What operators want of running actions; null means as configured. */
  public record Settings(
      @Nullable Integer parallelSlots,
      @Nullable Duration maxBlock,
      @Nullable Integer keysPerSecond,
      @Nullable String windows) {

    /** As they are now. */
    public static Settings of(MigrationControl control) {
      return new Settings(
          control.parallelSlots(), control.maxBlock(), control.keysPerSecond(), control.windows());
    }
  }

  public static List<StoreChange> settings(Topology topology, Settings wanted) {
    Integer parallel = wanted.parallelSlots();
    if (parallel != null && (parallel < 1 || parallel > Topology.SLOT_COUNT)) {
      throw invalid("parallelSlots", parallel, "1 to " + Topology.SLOT_COUNT);
    }
    Duration block = wanted.maxBlock();
    if (block != null && (block.compareTo(BLOCK_MIN) < 0 || block.compareTo(BLOCK_MAX) > 0)) {
      throw invalid("maxBlockMicros", block.toNanos() / 1000, "200 to 1000000");
    }
    Integer keys = wanted.keysPerSecond();
    if (keys != null && keys < 0) {
      throw invalid("keysPerSecond", keys, "0 or more");
    }
    String windows = wanted.windows();
    if (windows != null) {
      try {
        MigrationWindows.parse(windows);
      } catch (IllegalArgumentException e) {
        throw new TopomException(Code.INVALID, "windows: " + e.getMessage(), e);
      }
    }
    MigrationControl now = topology.control();
    return put(
        topology,
        new MigrationControl(now.paused(), now.pausedSlots(), parallel, block, keys, windows));
  }

  /** The same changes, and no pause for the slots they are about. */
  static List<StoreChange> withoutPauses(Topology topology, List<StoreChange> changes) {
    List<Integer> slotIds =
        changes.stream()
            .filter(StoreChange.PutSlot.class::isInstance)
            .map(StoreChange.PutSlot.class::cast)
            .map(StoreChange.PutSlot::slot)
            .map(SlotMapping::slotId)
            .toList();
    List<StoreChange> all = new ArrayList<>(changes);
    all.addAll(put(topology, topology.control().without(slotIds)));
    return all;
  }

  private static List<StoreChange> put(Topology topology, MigrationControl control) {
    return control.equals(topology.control())
        ? List.of()
        : List.of(new StoreChange.PutControl(control));
  }

  private static TopomException invalid(String field, Object value, String allowed) {
    return new TopomException(Code.INVALID, field + " = " + value + ", allowed: " + allowed);
  }
}

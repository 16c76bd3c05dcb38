package io.vodis.topom.plan;

import io.vodis.model.Group;
import io.vodis.model.Promotion;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which actions may run now. Actions start in order of their index; those with the same source and
 * target run together as one batch, because one pass over the source serves them all. A group takes
 * part in one batch at a time, so several batches run at once only between different groups.
 */
public final class MigrationScheduler {

  private MigrationScheduler() {}

  /**
   * Slots that go the same way, in whatever state.
   *
   * @param sourceGroupId {@link SlotMapping#NO_GROUP} for slots that were offline
   * @param slotIds what has started first, then in order of their actions
   */
  public record Batch(int sourceGroupId, int targetGroupId, List<Integer> slotIds) {
    public Batch {
      slotIds = List.copyOf(slotIds);
    }

    public Way way() {
      return new Way(sourceGroupId, targetGroupId);
    }

    /** Whether the group is the batch's source or target. */
    public boolean involves(int groupId) {
      return groupId != SlotMapping.NO_GROUP
          && (groupId == sourceGroupId || groupId == targetGroupId);
    }
  }

  /** A way that slots go: from one group to another. */
  public record Way(int sourceGroupId, int targetGroupId) {}

  /**
   * Batches to start besides {@code running}. What has left {@code pending} goes on before anything
   * new is started, and is not limited: it is under way already.
   *
   * @param held ways that have failed and are to be left alone for now; they hinder nobody
   * @param slotsMax of the batches that run at once, together
   */
  public static List<Batch> next(
      Topology topology, Collection<Batch> running, Set<Way> held, int slotsMax) {
    Set<Integer> busy = new HashSet<>();
    int room = slotsMax;
    for (Batch batch : running) {
      busy.add(batch.sourceGroupId());
      busy.add(batch.targetGroupId());
      room -= batch.slotIds().size();
    }
    List<SlotMapping> waiting =
        topology.slots().stream()
            .filter(slot -> slot.action() instanceof SlotAction.Moving)
            .filter(slot -> !held.contains(way(slot)))
            .sorted(
                Comparator.<SlotMapping, Boolean>comparing(MigrationScheduler::isPending)
                    .thenComparing(slot -> moving(slot).index()))
            .toList();
    List<Batch> batches = new ArrayList<>();
    for (SlotMapping first : waiting) {
      int source = first.groupId();
      int target = moving(first).targetGroupId();
      if (isBusy(busy, source) || isBusy(busy, target) || isPending(first) && room <= 0) {
        continue;
      }
      if (isPending(first) && (isPromoting(topology, source) || isPromoting(topology, target))) {
        continue;
      }
      List<Integer> slotIds = new ArrayList<>();
      for (SlotMapping slot : waiting) {
        if (way(slot).equals(way(first)) && (!isPending(slot) || slotIds.size() < room)) {
          slotIds.add(slot.slotId());
        }
      }
      batches.add(new Batch(source, target, slotIds));
      room -= slotIds.size();
      busy.add(source);
      busy.add(target);
    }
    return batches;
  }

  private static boolean isBusy(Set<Integer> busy, int groupId) {
    return groupId != SlotMapping.NO_GROUP && busy.contains(groupId);
  }

  private static boolean isPromoting(Topology topology, int groupId) {
    return !topology
        .group(groupId)
        .map(Group::promotion)
        .orElse(Promotion.NONE)
        .equals(Promotion.NONE);
  }

  private static Way way(SlotMapping slot) {
    return new Way(slot.groupId(), moving(slot).targetGroupId());
  }

  private static boolean isPending(SlotMapping slot) {
    return slot.action() instanceof SlotAction.Pending;
  }

  private static SlotAction.Moving moving(SlotMapping slot) {
    return (SlotAction.Moving) slot.action();
  }
}

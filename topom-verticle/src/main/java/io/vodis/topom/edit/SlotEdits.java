package io.vodis.topom.edit;

import io.vodis.model.Group;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.store.StoreChange;
import io.vodis.topom.TopomException;
import io.vodis.topom.TopomException.Code;
import io.vodis.topom.plan.RebalancePlan;
import io.vodis.topom.transition.Decision;
import io.vodis.topom.transition.SlotEvent;
import io.vodis.topom.transition.SlotTransitions;
import java.util.ArrayList;
import java.util.List;

/** Changes of slots. Each throws {@link TopomException} if it is not allowed. */
public final class SlotEdits {

  private SlotEdits() {}

  /** Gives idle slots to a group; nothing is moved. */
  public static List<StoreChange> assign(Topology topology, int first, int last, int groupId) {
    serving(topology, groupId);
    return overwrite(topology, first, last, groupId);
  }

  /** Takes idle slots from their groups. */
  public static List<StoreChange> offline(Topology topology, int first, int last) {
    return overwrite(topology, first, last, SlotMapping.NO_GROUP);
  }

  /** Pending actions for the idle slots of the range that are not in the group already. */
  public static List<StoreChange> migrate(Topology topology, int first, int last, int groupId) {
    serving(topology, groupId);
    int index = lastIndex(topology);
    List<StoreChange> changes = new ArrayList<>();
    for (SlotMapping slot : range(topology, first, last)) {
      if (slot.isIdle() && slot.groupId() != groupId) {
        index++;
        changes.add(put(slot, new SlotEvent.Requested(index, groupId)));
      }
    }
    return ControlEdits.withoutPauses(topology, changes);
  }

  /** The pending actions of a plan that was made from this very topology. */
  public static List<StoreChange> confirm(Topology topology, RebalancePlan plan) {
    if (plan.epoch() != topology.epoch()) {
      throw new TopomException(
          Code.CONFLICT,
          "the plan was made at epoch "
              + plan.epoch()
              + ", the topology is at "
              + topology.epoch()
              + "; plan again");
    }
    return moves(topology, plan.moves());
  }

  /** Pending actions for these moves. */
  public static List<StoreChange> moves(Topology topology, List<RebalancePlan.Move> moves) {
    int index = lastIndex(topology);
    List<StoreChange> changes = new ArrayList<>();
    for (RebalancePlan.Move move : moves) {
      SlotMapping slot = range(topology, move.slotId(), move.slotId()).getFirst();
      serving(topology, move.targetGroupId());
      index++;
      changes.add(put(slot, new SlotEvent.Requested(index, move.targetGroupId())));
    }
    return ControlEdits.withoutPauses(topology, changes);
  }

  /** Cancels an action in any state; keys that have been moved come back. */
  public static List<StoreChange> cancel(Topology topology, int slotId) {
    SlotMapping slot = range(topology, slotId, slotId).getFirst();
    if (slot.isIdle()) {
      throw new TopomException(Code.NOT_FOUND, "slot " + slotId + " has no action");
    }
    return ControlEdits.withoutPauses(topology, List.of(put(slot, new SlotEvent.Cancelled())));
  }

  /** Cancels every action that has not started. */
  public static List<StoreChange> cancelPending(Topology topology) {
    return ControlEdits.withoutPauses(
        topology,
        topology.slots().stream()
            .filter(slot -> slot.action() instanceof SlotAction.Pending)
            .map(slot -> put(slot, new SlotEvent.Cancelled()))
            .toList());
  }

  /** Cancels every action that can be: not what is on its way back already. */
  public static List<StoreChange> cancelAll(Topology topology) {
    List<StoreChange> changes = new ArrayList<>();
    for (SlotMapping slot : topology.slots()) {
      if (SlotTransitions.decide(slot, new SlotEvent.Cancelled())
          instanceof Decision.Next<SlotMapping> next) {
        changes.add(new StoreChange.PutSlot(next.row()));
      }
    }
    return ControlEdits.withoutPauses(topology, changes);
  }

  private static List<StoreChange> overwrite(Topology topology, int first, int last, int groupId) {
    List<StoreChange> changes = new ArrayList<>();
    for (SlotMapping slot : range(topology, first, last)) {
      if (!slot.isIdle()) {
        throw new TopomException(
            Code.CONFLICT, "slot " + slot.slotId() + " has an action; cancel it first");
      }
      if (slot.groupId() != groupId) {
        changes.add(
            new StoreChange.PutSlot(new SlotMapping(slot.slotId(), groupId, SlotAction.IDLE)));
      }
    }
    return changes;
  }

  private static List<SlotMapping> range(Topology topology, int first, int last) {
    if (first < 0 || last < first || last >= Topology.SLOT_COUNT) {
      throw new TopomException(
          Code.INVALID,
          "invalid slot range ["
              + first
              + ","
              + last
              + "], slots are 0 to "
              + (Topology.SLOT_COUNT - 1));
    }
    return topology.slots().subList(first, last + 1);
  }

  private static void serving(Topology topology, int groupId) {
    Group group = GroupEdits.existing(topology, groupId);
    if (group.servers().isEmpty()) {
      throw new TopomException(Code.CONFLICT, "group " + groupId + " has no server");
    }
  }

  private static StoreChange put(SlotMapping slot, SlotEvent event) {
    return switch (SlotTransitions.decide(slot, event)) {
      case Decision.Next<SlotMapping> next -> new StoreChange.PutSlot(next.row());
      case Decision.Rejected<SlotMapping> rejected ->
          throw new TopomException(Code.CONFLICT, rejected.reason());
    };
  }

  private static int lastIndex(Topology topology) {
    return topology.slots().stream()
        .mapToInt(slot -> slot.action() instanceof SlotAction.Moving m ? m.index() : 0)
        .max()
        .orElse(0);
  }
}

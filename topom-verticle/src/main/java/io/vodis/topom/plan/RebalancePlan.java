package io.vodis.topom.plan;

import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Moves that would even out the slots. Previewing prints it, confirming hands it to the service.
 *
 * @param epoch of the topology it was made from
 * @param moves by ascending slot
 * @param slotsBefore slots per group now, running actions counted at their target
 * @param slotsAfter slots per group once all moves are done
 * @param costBefore what the slots of each group weigh by the policy's measure; empty if all weigh
 *     the same
 * @param costAfter the same once all moves are done
 */
public record RebalancePlan(
    long epoch,
    List<Move> moves,
    Map<Integer, Integer> slotsBefore,
    Map<Integer, Integer> slotsAfter,
    Map<Integer, Long> costBefore,
    Map<Integer, Long> costAfter) {

  /**
   * One slot to another group.
   *
   * @param sourceGroupId 0 when the slot is offline
   */
  public record Move(int slotId, int sourceGroupId, int targetGroupId) {}

  public RebalancePlan {
    moves = List.copyOf(moves);
    slotsBefore = Map.copyOf(slotsBefore);
    slotsAfter = Map.copyOf(slotsAfter);
    costBefore = Map.copyOf(costBefore);
    costAfter = Map.copyOf(costAfter);
  }

  /** A plan whose slots all weigh the same. */
  public RebalancePlan(
      long epoch,
      List<Move> moves,
      Map<Integer, Integer> slotsBefore,
      Map<Integer, Integer> slotsAfter) {
    this(epoch, moves, slotsBefore, slotsAfter, Map.of(), Map.of());
  }

  /** Names the plan to the topom that made it. */
  public String id() {
    return epoch + "-" + Integer.toHexString(moves.hashCode());
  }

  /** These moves, with what they make of the groups. */
  static RebalancePlan of(Topology topology, List<Move> moves, long[] costs) {
    Map<Integer, Integer> slots = new TreeMap<>();
    Map<Integer, Long> cost = new TreeMap<>();
    topology
        .groups()
        .keySet()
        .forEach(
            groupId -> {
              slots.put(groupId, 0);
              cost.put(groupId, 0L);
            });
    for (SlotMapping slot : topology.slots()) {
      int groupId = RebalancePlanner.settledGroupId(slot);
      if (groupId != SlotMapping.NO_GROUP) {
        slots.merge(groupId, 1, Integer::sum);
        cost.merge(groupId, costs[slot.slotId()], Long::sum);
      }
    }
    Map<Integer, Integer> slotsAfter = new TreeMap<>(slots);
    Map<Integer, Long> costAfter = new TreeMap<>(cost);
    for (Move move : moves) {
      slotsAfter.computeIfPresent(move.sourceGroupId(), (id, n) -> n - 1);
      costAfter.computeIfPresent(move.sourceGroupId(), (id, c) -> c - costs[move.slotId()]);
      slotsAfter.merge(move.targetGroupId(), 1, Integer::sum);
      costAfter.merge(move.targetGroupId(), costs[move.slotId()], Long::sum);
    }
    return new RebalancePlan(topology.epoch(), moves, slots, slotsAfter, cost, costAfter);
  }
}

package io.vodis.topom.plan;

import java.util.List;
import java.util.Map;

/**
 * Moves that would even out the slots. Previewing prints it, confirming hands it to the service.
 *
 * @param epoch of the topology it was made from
 * @param moves by ascending slot
 * @param slotsBefore slots per group now, running actions counted at their target
 * @param slotsAfter slots per group once all moves are done
 */
public record RebalancePlan(
    long epoch,
    List<Move> moves,
    Map<Integer, Integer> slotsBefore,
    Map<Integer, Integer> slotsAfter) {

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
  }
}

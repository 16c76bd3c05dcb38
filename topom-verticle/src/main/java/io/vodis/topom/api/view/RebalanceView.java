package io.vodis.topom.api.view;

import java.util.List;

/**
 * A rebalance plan as shown; its epoch confirms it.
 *
 * @param slots how many would move
 */
public record RebalanceView(long epoch, int slots, List<Group> groups, List<Move> moves) {

  public record Group(int groupId, int slotsBefore, int slotsAfter) {}

  /**
   * Neighbouring slots with one way to go.
   *
   * @param sourceGroupId 0 when the slots are offline
   */
  public record Move(int first, int last, int sourceGroupId, int targetGroupId) {}
}

package io.vodis.topom.api.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rebalance plan as shown; its epoch confirms it.
 *
 * @param plan names it, needed to confirm one made by a policy
 * @param slots how many would move
 */
public record RebalanceView(
    long epoch, String plan, int slots, List<Group> groups, List<Move> moves) {

  /**
   * A group before and after.
   *
   * @param costBefore what its slots weigh by the policy; null for the plain plan
   */
  public record Group(
      int groupId,
      int slotsBefore,
      int slotsAfter,
      @Nullable Long costBefore,
      @Nullable Long costAfter) {}

  /**
   * Neighbouring slots with one way to go.
   *
   * @param sourceGroupId 0 when the slots are offline
   */
  public record Move(int first, int last, int sourceGroupId, int targetGroupId) {}
}

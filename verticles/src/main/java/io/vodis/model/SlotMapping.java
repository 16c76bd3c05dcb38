package io.vodis.model;

/**
 * Which group owns a slot, and the action under way on it.
 *
 * @param groupId the owner; {@link #NO_GROUP} when the slot is offline. While an action runs it is
 *     the source.
 */
public record SlotMapping(int slotId, int groupId, SlotAction action) {

  public static final int NO_GROUP = 0;

  public SlotMapping {
    if (slotId < 0 || slotId >= Topology.SLOT_COUNT) {
      throw new IllegalArgumentException("slotId " + slotId + " out of range");
    }
    if (groupId < 0) {
      throw new IllegalArgumentException("groupId " + groupId + " is negative");
    }
    if (action instanceof SlotAction.Moving moving && moving.targetGroupId() == groupId) {
      throw new IllegalArgumentException(
          "slot " + slotId + ": source and target are both group " + groupId);
    }
  }

  public static SlotMapping offline(int slotId) {
    return new SlotMapping(slotId, NO_GROUP, SlotAction.IDLE);
  }

  public SlotMapping with(SlotAction next) {
    return new SlotMapping(slotId, groupId, next);
  }

  public boolean isIdle() {
    return action instanceof SlotAction.Idle;
  }
}

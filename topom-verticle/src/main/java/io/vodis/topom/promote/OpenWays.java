package io.vodis.topom.promote;

import io.vodis.model.HostAndPort;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import java.util.LinkedHashSet;
import java.util.Set;

/** The ways that keys go, as the states of slots tell. Pure. */
final class OpenWays {

  private OpenWays() {}

  /**
   * The primaries of the groups to or from which keys of the group's slots may be on their way:
   * those of slots that are open, or were until the fence that turns them round.
   */
  static Set<HostAndPort> othersOf(Topology topology, int groupId) {
    Set<HostAndPort> others = new LinkedHashSet<>();
    for (SlotMapping slot : topology.slots()) {
      if (slot.action() instanceof SlotAction.Moving moving && wasOpened(moving)) {
        if (slot.groupId() == groupId) {
          topology.primaryOf(moving.targetGroupId()).ifPresent(others::add);
        } else if (moving.targetGroupId() == groupId) {
          topology.primaryOf(slot.groupId()).ifPresent(others::add);
        }
      }
    }
    return others;
  }

  /**
   * The primaries from which keys of the group's slots may be on their way to it. Of a slot that is
   * fenced to turn round these come from where it will go.
   */
  static Set<HostAndPort> sourcesTo(Topology topology, int groupId) {
    Set<HostAndPort> sources = new LinkedHashSet<>();
    for (SlotMapping slot : topology.slots()) {
      if (slot.action() instanceof SlotAction.Moving moving && wasOpened(moving)) {
        boolean turns =
            moving instanceof SlotAction.Preparing || moving instanceof SlotAction.Prepared;
        int sourceGroupId = turns ? moving.targetGroupId() : slot.groupId();
        int targetGroupId = turns ? slot.groupId() : moving.targetGroupId();
        if (targetGroupId == groupId) {
          topology.primaryOf(sourceGroupId).ifPresent(sources::add);
        }
      }
    }
    return sources;
  }

  private static boolean wasOpened(SlotAction.Moving moving) {
    return switch (moving) {
      case SlotAction.Pending pending -> false;
      case SlotAction.Preparing preparing -> preparing.returning();
      case SlotAction.Prepared prepared -> prepared.returning();
      case SlotAction.Migrating migrating -> true;
      case SlotAction.Turning turning -> true;
      case SlotAction.Finished finished -> true;
    };
  }
}

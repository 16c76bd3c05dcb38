package io.vodis.proxy.control;

import io.vodis.bus.ProxyCommand.FillSlots;
import io.vodis.model.HostAndPort;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether a table from a file is that of the store. A table is a function of the topology of its
 * epoch, so an equal epoch says it, as long as it is still the same store: one that was set up anew
 * counts from the beginning. So the owners are compared as well. Pure.
 */
final class TableCheck {

  private TableCheck() {}

  /** Whether nothing has changed since. */
  static boolean isCurrent(FillSlots table, Topology topology) {
    return table.epoch() == topology.epoch()
        && table.ranges().stream().allMatch(range -> agrees(range, topology));
  }

  private static boolean agrees(SlotRange range, Topology topology) {
    List<HostAndPort> named = serversOf(range.route());
    for (int slotId = range.first(); slotId <= range.last(); slotId++) {
      Set<HostAndPort> owners = ownersOf(topology.slot(slotId), topology);
      if (!owners.containsAll(named) || named.isEmpty() && !owners.isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private static List<HostAndPort> serversOf(SlotRoute route) {
    return switch (route) {
      case SlotRoute.Offline offline -> List.of();
      case SlotRoute.Serving serving -> List.of(serving.primary());
      case SlotRoute.Fenced fenced -> List.of(fenced.owner());
      case SlotRoute.Migrating migrating -> List.of(migrating.source(), migrating.target());
    };
  }

  /** The primaries of the group that has the slot and of the one it is on its way to. */
  private static Set<HostAndPort> ownersOf(SlotMapping slot, Topology topology) {
    Set<HostAndPort> owners = new HashSet<>();
    topology.primaryOf(slot.groupId()).ifPresent(owners::add);
    if (slot.action() instanceof SlotAction.Moving moving) {
      topology.primaryOf(moving.targetGroupId()).ifPresent(owners::add);
    }
    return owners;
  }
}

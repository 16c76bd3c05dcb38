package io.vodis.proxy.pubsub;

import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import io.vodis.proxy.route.RouteTable;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which server publishes on a slot's channels, as far as this loop has been told. A fence changes
 * nothing about it: until it is lifted the last owner's messages come first.
 */
final class SlotOwners {

  private final @Nullable HostAndPort[] owners = new HostAndPort[Topology.SLOT_COUNT];
  private final BitSet fenced = new BitSet(Topology.SLOT_COUNT);

  /**
   * Follows a table.
   *
   * @return the slots that were lifted from a server to another one, by the server they left
   */
  Map<HostAndPort, BitSet> follow(RouteTable table, BitSet changed) {
    Map<HostAndPort, BitSet> left = new HashMap<>();
    for (int slot = changed.nextSetBit(0); slot >= 0; slot = changed.nextSetBit(slot + 1)) {
      SlotRoute route = table.route(slot);
      fenced.set(slot, route instanceof SlotRoute.Fenced);
      HostAndPort old = owners[slot];
      HostAndPort next =
          switch (route) {
            case SlotRoute.Serving serving -> serving.primary();
            case SlotRoute.Migrating migrating -> migrating.target();
            case SlotRoute.Fenced fence -> old == null ? fence.owner() : old;
            case SlotRoute.Offline offline -> null;
          };
      owners[slot] = next;
      if (old != null && next != null && !old.equals(next)) {
        left.computeIfAbsent(old, server -> new BitSet()).set(slot);
      }
    }
    return left;
  }

  /** Whether messages of this slot from that server are ahead of what another has to say. */
  boolean isAhead(int slot, HostAndPort server) {
    return fenced.get(slot) && !server.equals(owners[slot]);
  }

  boolean anyFenced() {
    return !fenced.isEmpty();
  }

  /** The servers that subscribers of the slot's channels have to be at. */
  static Set<HostAndPort> homes(SlotRoute route) {
    return switch (route) {
      case SlotRoute.Serving serving -> Set.of(serving.primary());
      case SlotRoute.Migrating migrating -> Set.of(migrating.target());
      case SlotRoute.Offline offline -> Set.of();
      case SlotRoute.Fenced fence -> {
        Set<HostAndPort> both = new HashSet<>(fence.next());
        if (!fence.breakInFlight()) {
          both.add(fence.owner());
        }
        yield both;
      }
    };
  }

  /** The servers on which anything may be published. */
  static Set<HostAndPort> allHomes(RouteTable table) {
    Set<HostAndPort> all = new HashSet<>(table.servers());
    for (int slot = 0; slot < Topology.SLOT_COUNT; slot++) {
      if (table.route(slot) instanceof SlotRoute.Fenced fence) {
        all.addAll(fence.next());
      }
    }
    return all;
  }
}

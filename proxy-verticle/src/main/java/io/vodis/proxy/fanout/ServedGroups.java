package io.vodis.proxy.fanout;

import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import io.vodis.proxy.route.RouteTable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The servers that hold keys by one table, in the order of their addresses, each with the slots it
 * may hold keys of: its own, and those that migrate from it or to it.
 */
public final class ServedGroups {

  private static final Comparator<HostAndPort> BY_ADDRESS =
      Comparator.comparing(HostAndPort::host).thenComparingInt(HostAndPort::port);

  private final RouteTable table;
  private final Map<HostAndPort, BitSet> slots = new TreeMap<>(BY_ADDRESS);
  private final Set<HostAndPort> targets = new HashSet<>();
  private final Set<HostAndPort> reachable = new HashSet<>();
  private boolean anyFenced;

  ServedGroups(RouteTable table) {
    this.table = table;
    for (int slot = 0; slot < Topology.SLOT_COUNT; slot++) {
      switch (table.route(slot)) {
        case SlotRoute.Serving serving -> {
          add(serving.primary(), slot);
          reachable.add(serving.primary());
        }
        case SlotRoute.Migrating moving -> {
          add(moving.source(), slot);
          add(moving.target(), slot);
          targets.add(moving.target());
          reachable.add(moving.source());
          reachable.add(moving.target());
        }
        case SlotRoute.Fenced fence -> {
          add(fence.owner(), slot);
          anyFenced = true;
        }
        case SlotRoute.Offline offline -> {}
      }
    }
  }

  private void add(HostAndPort server, int slot) {
    slots.computeIfAbsent(server, s -> new BitSet(Topology.SLOT_COUNT)).set(slot);
  }

  RouteTable table() {
    return table;
  }

  public List<HostAndPort> servers() {
    return new ArrayList<>(slots.keySet());
  }

  /** Servers that slots migrate to. */
  public List<HostAndPort> targets() {
    return slots.keySet().stream().filter(targets::contains).toList();
  }

  /** The slots of which that server may hold keys. */
  public int[] slotsOf(HostAndPort server) {
    BitSet held = slots.get(server);
    return held == null ? new int[0] : held.stream().toArray();
  }

  /** Whether some slots are fenced: where they go is not known yet. */
  public boolean anyFenced() {
    return anyFenced;
  }

  /** Whether servers are fenced with all their slots: they are being replaced, or are gone. */
  public boolean anyUnreachable() {
    return reachable.size() < slots.size();
  }

  /** Whether slots migrate. */
  public boolean anyMigrating() {
    return !targets.isEmpty();
  }
}

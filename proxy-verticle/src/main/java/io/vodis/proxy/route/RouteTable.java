package io.vodis.proxy.route;

import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The route of every slot at one epoch. Built whole, then shared by reference between loops; nobody
 * edits it.
 */
public final class RouteTable {

  /** Before the first table: nothing is served. */
  public static final RouteTable NONE =
      new RouteTable(-1, List.of(new SlotRange(0, Topology.SLOT_COUNT - 1, SlotRoute.OFFLINE)));

  private final long epoch;
  private final SlotRoute[] routes = new SlotRoute[Topology.SLOT_COUNT];
  private final @Nullable HostAndPort onlyOwner;
  private final boolean anyFenced;

  /**
   * Spreads ranges over slots.
   *
   * @param ranges cover all slots once, in order
   */
  public RouteTable(long epoch, List<SlotRange> ranges) {
    this.epoch = epoch;
    int covered = 0;
    for (SlotRange range : ranges) {
      if (range.first() != covered) {
        throw new IllegalArgumentException("slots are not covered from " + covered);
      }
      Arrays.fill(routes, range.first(), range.last() + 1, range.route());
      covered = range.last() + 1;
    }
    if (covered != Topology.SLOT_COUNT) {
      throw new IllegalArgumentException("slots are not covered from " + covered);
    }
    this.onlyOwner = onlyOwner(ranges);
    this.anyFenced = ranges.stream().anyMatch(range -> range.route() instanceof SlotRoute.Fenced);
  }

  private static @Nullable HostAndPort onlyOwner(List<SlotRange> ranges) {
    HostAndPort only = null;
    for (SlotRange range : ranges) {
      HostAndPort owner =
          switch (range.route()) {
            case SlotRoute.Serving serving -> serving.primary();
            case SlotRoute.Fenced fenced -> fenced.owner();
            case SlotRoute.Migrating migrating -> null;
            case SlotRoute.Offline offline -> null;
          };
      if (owner == null || only != null && !only.equals(owner)) {
        return null;
      }
      only = owner;
    }
    return only;
  }

  /**
   * The one server that every slot belongs to, served or fenced; null if there are several, and if
   * slots migrate or are offline.
   */
  public @Nullable HostAndPort onlyOwner() {
    return onlyOwner;
  }

  /** Whether some slots are fenced. */
  public boolean anyFenced() {
    return anyFenced;
  }

  public long epoch() {
    return epoch;
  }

  /** Where the slot's requests go. */
  public SlotRoute route(int slot) {
    return routes[slot];
  }

  /**
   * Slots whose requests go elsewhere in {@code other}. Which replicas may serve reads does not
   * matter: no request is on its way to a wrong owner because of them.
   */
  public BitSet changes(RouteTable other) {
    BitSet changed = new BitSet(routes.length);
    boolean same = true;
    for (int slot = 0; slot < routes.length; slot++) {
      // Neighbours mostly share their routes.
      if (slot == 0
          || routes[slot] != routes[slot - 1]
          || other.routes[slot] != other.routes[slot - 1]) {
        same = sameOwner(routes[slot], other.routes[slot]);
      }
      if (!same) {
        changed.set(slot);
      }
    }
    return changed;
  }

  private static boolean sameOwner(SlotRoute one, SlotRoute other) {
    return one instanceof SlotRoute.Serving a && other instanceof SlotRoute.Serving b
        ? a.primary().equals(b.primary())
        : one.equals(other);
  }

  /** The replicas of the groups that serve. */
  public Set<HostAndPort> replicas() {
    Set<HostAndPort> replicas = new HashSet<>();
    SlotRoute last = SlotRoute.OFFLINE;
    for (SlotRoute route : routes) {
      if (route != last && route instanceof SlotRoute.Serving serving) {
        replicas.addAll(serving.replicas());
      }
      last = route;
    }
    return replicas;
  }

  /** Every server that a request or a key may go to. */
  public Set<HostAndPort> servers() {
    Set<HostAndPort> servers = new HashSet<>();
    SlotRoute last = SlotRoute.OFFLINE;
    for (SlotRoute route : routes) {
      if (route == last) {
        continue; // Neighbours mostly share it.
      }
      last = route;
      switch (route) {
        case SlotRoute.Serving serving -> servers.add(serving.primary());
        case SlotRoute.Migrating migrating -> {
          servers.add(migrating.source());
          servers.add(migrating.target());
        }
        case SlotRoute.Fenced fenced -> servers.add(fenced.owner());
        case SlotRoute.Offline offline -> {}
      }
    }
    return servers;
  }
}

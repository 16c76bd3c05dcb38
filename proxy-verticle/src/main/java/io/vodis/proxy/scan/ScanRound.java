package io.vodis.proxy.scan;

import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import io.vodis.proxy.route.RouteTable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What has become of the slots since a scan began, as far as the table in force says. The servers
 * are those of the first table, by address: all proxies number them alike.
 */
final class ScanRound {

  private final long epoch;
  private final RouteTable table;
  private final List<HostAndPort> servers;
  private final Map<HostAndPort, Integer> places = new HashMap<>();

  /** Slots whose keys have gone to the left only. */
  private final BitSet leftward = new BitSet(Topology.SLOT_COUNT);

  /** Places that such slots have been at. */
  private final BitSet leftwardPlaces = new BitSet();

  /** Places that hold keys now, and those that can be asked. */
  private final BitSet holding = new BitSet();

  private final BitSet reachable = new BitSet();
  private final BitSet fenced = new BitSet(Topology.SLOT_COUNT);
  private boolean joined;
  private boolean bothWays;

  /** Looks at everything since {@code epoch}, which {@code history} has to know. */
  ScanRound(SlotHistory history, long epoch) {
    this.epoch = epoch;
    this.table = history.table();
    Set<HostAndPort> first = new HashSet<>();
    List<List<SlotHistory.Stay>> paths = new ArrayList<>(Topology.SLOT_COUNT);
    for (int slot = 0; slot < Topology.SLOT_COUNT; slot++) {
      List<SlotHistory.Stay> path = history.since(slot, epoch);
      paths.add(path);
      for (SlotHistory.Stay stay : path) {
        if (stay.from <= epoch) {
          first.add(stay.server);
        }
      }
    }
    servers = first.stream().sorted(ScanRound::byAddress).toList();
    for (int place = 0; place < servers.size(); place++) {
      places.put(servers.get(place), place);
    }
    for (int slot = 0; slot < Topology.SLOT_COUNT; slot++) {
      follow(slot, paths.get(slot));
      look(table.route(slot), slot);
    }
  }

  private static int byAddress(HostAndPort one, HostAndPort other) {
    int byHost = one.host().compareTo(other.host());
    return byHost != 0 ? byHost : Integer.compare(one.port(), other.port());
  }

  private void follow(int slot, List<SlotHistory.Stay> path) {
    boolean right = false;
    boolean left = false;
    int before = -1;
    for (SlotHistory.Stay stay : path) {
      Integer place = places.get(stay.server);
      if (place == null) {
        joined = true;
        return;
      }
      if (stay.to == Long.MAX_VALUE) {
        holding.set(place);
      }
      right |= before >= 0 && place > before;
      left |= before >= 0 && place < before;
      before = place;
    }
    bothWays |= right && left;
    if (left) {
      leftward.set(slot);
      path.forEach(stay -> leftwardPlaces.set(places.getOrDefault(stay.server, 0)));
    }
  }

  private void look(SlotRoute route, int slot) {
    switch (route) {
      case SlotRoute.Serving serving -> reach(serving.primary());
      case SlotRoute.Migrating moving -> {
        reach(moving.source());
        reach(moving.target());
      }
      case SlotRoute.Fenced fence -> fenced.set(slot);
      case SlotRoute.Offline offline -> {}
    }
  }

  private void reach(HostAndPort server) {
    Integer place = places.get(server);
    if (place != null) {
      reachable.set(place);
    }
  }

  long epoch() {
    return epoch;
  }

  RouteTable table() {
    return table;
  }

  int size() {
    return servers.size();
  }

  /** The server at that step of a pass. */
  HostAndPort server(boolean second, int step) {
    return servers.get(place(second, step));
  }

  private int place(boolean second, int step) {
    return second ? servers.size() - 1 - step : step;
  }

  /** Whether the server at that step has to be asked in this pass. */
  boolean visits(boolean second, int step) {
    int place = place(second, step);
    return holding.get(place) && (!second || leftwardPlaces.get(place));
  }

  /** Whether the server at that step can be asked now: not all its slots are fenced. */
  boolean reaches(boolean second, int step) {
    return reachable.get(place(second, step));
  }

  /** Whether keys may be on servers that the round does not know: the scan has to begin again. */
  boolean joined() {
    return joined;
  }

  /** Whether slots have gone there and back: neither pass is sure to see their keys. */
  boolean bothWays() {
    return bothWays;
  }

  /** Whether slots have gone to the left: the second pass is needed. */
  boolean anyLeftward() {
    return !leftward.isEmpty();
  }

  /** Whether some slots are fenced, so that it is not known where their keys go. */
  boolean anyFenced() {
    return !fenced.isEmpty();
  }

  /** Whether a key of that slot, found on that server, is one that clients can reach. */
  boolean keeps(boolean second, HostAndPort server, int slot) {
    boolean reachableThere =
        switch (table.route(slot)) {
          case SlotRoute.Serving serving -> serving.primary().equals(server);
          case SlotRoute.Migrating moving ->
              moving.source().equals(server) || moving.target().equals(server);
          case SlotRoute.Fenced fence -> true;
          case SlotRoute.Offline offline -> false;
        };
    return reachableThere && (!second || leftward.get(slot) || fenced.get(slot));
  }
}

package io.vodis.proxy.dispatch;

import io.vodis.model.Topology;
import io.vodis.proxy.route.RouteTable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * The table in force on one loop, and how many requests are on their way on each slot's route.
 *
 * <p>A request remembers the generation in which it was routed; every table begins a new one. If
 * the slot's route has been replaced since, the request is <em>old</em>, and the installation that
 * made it old, and all later ones, wait for it. So an installation is confirmed exactly when
 * nothing is in flight on a route that it or an earlier one replaced.
 */
final class RouteBoard {

  private static final class Installation {
    private final int generation;
    private final BitSet changed;
    private final Runnable onDrained;
    private int remaining;

    private Installation(int generation, BitSet changed, Runnable onDrained) {
      this.generation = generation;
      this.changed = changed;
      this.onDrained = onDrained;
    }
  }

  /**
   * How many requests each slot has had. Together with the next it says how many are in flight on
   * the present route, and by itself how much the slot is used; both may overflow.
   */
  private final int[] begun = new int[Topology.SLOT_COUNT];

  /** How many of them are over, or were on a route that is none any more. */
  private final int[] over = new int[Topology.SLOT_COUNT];

  /** The generation in which the present route of a slot came. */
  private final int[] slotGeneration = new int[Topology.SLOT_COUNT];

  /** Not yet drained, oldest first. */
  private final Deque<Installation> draining = new ArrayDeque<>();

  private RouteTable table = RouteTable.NONE;
  private int generation;

  RouteTable table() {
    return table;
  }

  int generation() {
    return generation;
  }

  /** One more request on the present route of the slot. */
  void began(int slot) {
    begun[slot]++;
  }

  /** A request routed in that generation is over. */
  void ended(int slot, int routedIn) {
    if (routedIn >= slotGeneration[slot]) {
      over[slot]++;
    } else {
      endedOld(slot, routedIn);
    }
  }

  /** Whether the slot has the same route as in that generation. */
  boolean isCurrent(int slot, int routedIn) {
    return routedIn >= slotGeneration[slot];
  }

  /**
   * Puts a table in force.
   *
   * @param onDrained called, perhaps at once, when no request is in flight on a replaced route
   * @return the slots whose route has changed
   */
  BitSet install(RouteTable next, Runnable onDrained) {
    BitSet changed = table.changes(next);
    table = next;
    generation++;
    Installation installation = new Installation(generation, changed, onDrained);
    if (!draining.isEmpty()) {
      installation.remaining = draining.getLast().remaining;
    }
    for (int slot = changed.nextSetBit(0); slot >= 0; slot = changed.nextSetBit(slot + 1)) {
      installation.remaining += inFlight(slot);
      over[slot] = begun[slot];
      slotGeneration[slot] = generation;
    }
    draining.addLast(installation);
    confirmDrained();
    return changed;
  }

  private void endedOld(int slot, int routedIn) {
    boolean counted = false;
    for (Installation installation : draining) {
      counted |= installation.generation > routedIn && installation.changed.get(slot);
      if (counted) {
        installation.remaining--;
      }
    }
    confirmDrained();
  }

  private void confirmDrained() {
    List<Runnable> confirmed = new ArrayList<>();
    for (Iterator<Installation> each = draining.iterator(); each.hasNext(); ) {
      Installation installation = each.next();
      if (installation.remaining == 0) {
        each.remove();
        confirmed.add(installation.onDrained);
      }
    }
    confirmed.forEach(Runnable::run);
  }

  /** Requests in flight on the slot's present route. */
  int inFlight(int slot) {
    return begun[slot] - over[slot];
  }

  /** Requests of each slot since the start; overflows. Moves of keys count as well. */
  int[] begun() {
    return begun.clone();
  }

  /** Tables whose old routes are not drained. */
  int drainingCount() {
    return draining.size();
  }
}

package io.vodis.topom.plan;

import io.vodis.model.Group;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.topom.plan.RebalancePlan.Move;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Evens out the number of slots per group, with exactly the result of Codis 3.2 ({@code
 * slots/rebalance}): offline slots go to the smallest groups, and groups above the average give
 * their highest slots away until no group differs from another by more than one.
 *
 * <p>Slots with a running action count for the group they are going to and are never touched.
 */
public final class RebalancePlanner {

  /**
   * What one group has and gives.
   *
   * <p>{@code moveOut} is how many of {@code movable} leave; negative, how many arrive.
   */
  private static final class Balance {
    final int groupId;
    final Deque<Integer> movable = new ArrayDeque<>();
    int pinned;
    int moveOut;

    Balance(int groupId) {
      this.groupId = groupId;
    }

    int size() {
      return pinned + movable.size() - moveOut;
    }
  }

  private static final Comparator<Balance> BY_SIZE =
      Comparator.<Balance>comparingInt(Balance::size).thenComparingInt(b -> b.groupId);

  private final Topology topology;
  private final NavigableMap<Integer, Balance> balances = new TreeMap<>();
  private final TreeSet<Balance> bySize = new TreeSet<>(BY_SIZE);
  private final List<Integer> dock = new ArrayList<>();

  private RebalancePlanner(Topology topology) {
    this.topology = topology;
    for (Group group : topology.groups().values()) {
      if (!group.servers().isEmpty()) {
        balances.put(group.groupId(), new Balance(group.groupId()));
      }
    }
  }

  /** The plan for a topology; without moves if no group has a server or nothing is to be gained. */
  public static RebalancePlan plan(Topology topology) {
    RebalancePlanner planner = new RebalancePlanner(topology);
    List<Move> moves = planner.balances.isEmpty() ? List.of() : planner.moves();
    Map<Integer, Integer> before = slotsPerGroup(topology);
    Map<Integer, Integer> after = new TreeMap<>(before);
    for (Move move : moves) {
      after.computeIfPresent(move.sourceGroupId(), (id, count) -> count - 1);
      after.merge(move.targetGroupId(), 1, Integer::sum);
    }
    return new RebalancePlan(topology.epoch(), moves, before, after);
  }

  private static Map<Integer, Integer> slotsPerGroup(Topology topology) {
    Map<Integer, Integer> counts = new TreeMap<>();
    topology.groups().keySet().forEach(groupId -> counts.put(groupId, 0));
    for (SlotMapping slot : topology.slots()) {
      int groupId = settledGroupId(slot);
      if (groupId != SlotMapping.NO_GROUP) {
        counts.merge(groupId, 1, Integer::sum);
      }
    }
    return counts;
  }

  static int settledGroupId(SlotMapping slot) {
    return slot.action() instanceof SlotAction.Moving moving
            && !(moving instanceof SlotAction.Turning)
        ? moving.targetGroupId()
        : slot.groupId();
  }

  private List<Move> moves() {
    countPresent();
    bySize.addAll(balances.values());
    takeOfflineSlots();
    evenOut();
    fillDock();
    return distributeDock();
  }

  private void countPresent() {
    int lower = Topology.SLOT_COUNT / balances.size();
    for (SlotMapping slot : topology.slots()) {
      Balance target = balances.get(settledGroupId(slot));
      if (!slot.isIdle() && target != null) {
        target.pinned++;
      }
    }
    for (SlotMapping slot : topology.slots()) {
      Balance owner = balances.get(slot.groupId());
      if (slot.isIdle() && owner != null) {
        if (owner.size() < lower) {
          owner.pinned++;
        } else {
          owner.movable.addLast(slot.slotId());
        }
      }
    }
  }

  private void takeOfflineSlots() {
    for (SlotMapping slot : topology.slots()) {
      if (slot.isIdle() && slot.groupId() == SlotMapping.NO_GROUP) {
        Balance smallest = bySize.removeFirst();
        smallest.moveOut--;
        bySize.add(smallest);
        dock.add(slot.slotId());
      }
    }
  }

  private void evenOut() {
    int lower = Topology.SLOT_COUNT / balances.size();
    int upper = (Topology.SLOT_COUNT + balances.size() - 1) / balances.size();
    while (bySize.size() >= 2) {
      Balance largest = bySize.removeLast();
      if (largest.movable.size() == largest.moveOut) {
        continue; // Nothing left to give: out of the game.
      }
      Balance smallest = bySize.removeFirst();
      if (largest.size() <= lower
          || smallest.size() >= upper
          || largest.size() - smallest.size() <= 1) {
        return;
      }
      largest.moveOut++;
      smallest.moveOut--;
      bySize.add(largest);
      bySize.add(smallest);
    }
  }

  private void fillDock() {
    for (Balance balance : balances.values()) {
      for (int i = 0; i < balance.moveOut; i++) {
        dock.add(balance.movable.removeLast());
      }
    }
    dock.sort(Comparator.naturalOrder());
  }

  private List<Move> distributeDock() {
    List<Move> moves = new ArrayList<>(dock.size());
    Iterator<Integer> docked = dock.iterator();
    for (Balance balance : balances.values()) {
      for (int i = balance.moveOut; i < 0; i++) {
        int slotId = docked.next();
        moves.add(new Move(slotId, topology.slot(slotId).groupId(), balance.groupId));
      }
    }
    moves.sort(Comparator.comparingInt(Move::slotId));
    return moves;
  }
}

package io.vodis.topom.plan;

import io.vodis.model.Group;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.topom.plan.RebalancePlan.Move;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Evens out what slots cost, by weights of groups, with few moves: again and again the group that
 * is furthest above its share gives a slot to the one that is furthest below, the dearest slot that
 * brings both nearer to their shares. It ends when there is none, or when what is left is too
 * little to be worth a move.
 *
 * <p>Slots with a running action count for the group they are going to and are never touched. Of
 * two slots of the same cost the higher goes, so that equal input gives equal plans.
 */
public final class WeightedPlanner {

  /** Where costs are estimates, groups within this part of their share are left alone. */
  private static final double TOLERANCE = 0.02;

  /** What a few seconds say is not worth a move for less. */
  private static final double LOAD_TOLERANCE = 0.05;

  /** What one group has, and what it may give. */
  private static final class Load {
    final int groupId;
    final List<Integer> movable = new ArrayList<>();
    double cost;
    double share;

    Load(int groupId) {
      this.groupId = groupId;
    }

    double excess() {
      return cost - share;
    }
  }

  private final Topology topology;
  private final RebalancePolicy policy;
  private final long[] costs;
  private final Map<Integer, Load> loads = new TreeMap<>();

  /** Where slots go that are to be moved. */
  private final Map<Integer, Integer> targets = new TreeMap<>();

  private WeightedPlanner(Topology topology, RebalancePolicy policy, long[] costs) {
    this.topology = topology;
    this.policy = policy;
    this.costs = costs;
  }

  /**
   * The plan for a topology.
   *
   * @param costs of each slot, none negative
   */
  public static RebalancePlan plan(Topology topology, RebalancePolicy policy, long[] costs) {
    WeightedPlanner planner = new WeightedPlanner(topology, policy, costs);
    planner.weigh();
    planner.giveOutOfflineSlots();
    planner.empty();
    planner.evenOut();
    return RebalancePlan.of(topology, planner.moves(), costs);
  }

  private void weigh() {
    for (Group group : topology.groups().values()) {
      if (!group.servers().isEmpty() && !policy.excluded().contains(group.groupId())) {
        loads.put(group.groupId(), new Load(group.groupId()));
      }
    }
    double total = 0;
    for (SlotMapping slot : topology.slots()) {
      int owner = RebalancePlanner.settledGroupId(slot);
      Load load = loads.get(owner);
      boolean offline = owner == SlotMapping.NO_GROUP;
      if (load != null) {
        load.cost += costs[slot.slotId()];
        if (slot.action() instanceof SlotAction.Idle) {
          load.movable.add(slot.slotId());
        }
      }
      total += load != null || offline ? costs[slot.slotId()] : 0;
    }
    double weights = loads.values().stream().mapToDouble(l -> policy.weight(l.groupId)).sum();
    for (Load load : loads.values()) {
      load.share = weights == 0 ? load.cost : total * policy.weight(load.groupId) / weights;
      load.movable.sort(byCost());
    }
  }

  private void giveOutOfflineSlots() {
    for (SlotMapping slot : topology.slots()) {
      if (slot.isIdle() && slot.groupId() == SlotMapping.NO_GROUP) {
        poorest().ifPresent(to -> give(slot.slotId(), to));
      }
    }
  }

  /** Groups without a weight give all they can, the dearest slots first. */
  private void empty() {
    for (Load load : loads.values()) {
      while (policy.weight(load.groupId) == 0 && !load.movable.isEmpty() && hasRoom()) {
        Optional<Load> to = poorest();
        if (to.isEmpty()) {
          return;
        }
        int slotId = load.movable.removeLast();
        load.cost -= costs[slotId];
        give(slotId, to.get());
      }
    }
  }

  private void evenOut() {
    while (hasRoom()) {
      Optional<Load> poor = poorest();
      Optional<Load> rich =
          takers().stream()
              .filter(load -> !load.movable.isEmpty())
              .max(byExcess().thenComparing(load -> -load.groupId));
      if (poor.isEmpty() || rich.isEmpty() || rich.get() == poor.get()) {
        return;
      }
      Load from = rich.get();
      Load to = poor.get();
      if (isNear(from) && isNear(to)) {
        return;
      }
      int place = dearestThatHelps(from, to);
      if (place < 0) {
        return;
      }
      int slotId = from.movable.remove(place);
      from.cost -= costs[slotId];
      give(slotId, to);
    }
  }

  private boolean isNear(Load load) {
    double tolerance =
        switch (policy.measure()) {
          case SLOTS -> 0;
          case MEMORY -> TOLERANCE;
          case LOAD -> LOAD_TOLERANCE;
        };
    return Math.abs(load.excess()) <= tolerance * load.share;
  }

  /**
   * Place of the dearest slot that fits both what one has too much and what the other has too
   * little; else of the cheapest, if both together are nearer to their shares with it than without.
   */
  private int dearestThatHelps(Load from, Load to) {
    double excess = from.excess();
    double lack = -to.excess();
    for (int i = from.movable.size() - 1; i >= 0; i--) {
      long cost = costs[from.movable.get(i)];
      if (cost > 0 && cost <= Math.min(excess, lack)) {
        return i;
      }
    }
    for (int i = 0; i < from.movable.size(); i++) {
      long cost = costs[from.movable.get(i)];
      if (cost > 0) {
        double after = Math.abs(excess - cost) + Math.abs(lack - cost);
        return after < Math.abs(excess) + Math.abs(lack) - 1e-6 ? i : -1;
      }
    }
    return -1;
  }

  /** A slot may be given on by whoever has got it; what counts is where it ends. */
  private void give(int slotId, Load to) {
    if (!hasRoom()) {
      return;
    }
    to.cost += costs[slotId];
    int place = Collections.binarySearch(to.movable, slotId, byCost());
    to.movable.add(place < 0 ? -place - 1 : place, slotId);
    targets.put(slotId, to.groupId);
    if (topology.slot(slotId).groupId() == to.groupId) {
      targets.remove(slotId);
    }
  }

  private boolean hasRoom() {
    return targets.size() < policy.slotsMax();
  }

  private List<Move> moves() {
    List<Move> moves = new ArrayList<>();
    targets.forEach(
        (slotId, target) -> moves.add(new Move(slotId, topology.slot(slotId).groupId(), target)));
    return moves;
  }

  private Comparator<Integer> byCost() {
    return Comparator.<Integer>comparingLong(slotId -> costs[slotId])
        .thenComparing(Comparator.naturalOrder());
  }

  /** The groups that may have something. */
  private Collection<Load> takers() {
    return loads.values().stream().filter(load -> policy.weight(load.groupId) > 0).toList();
  }

  private Optional<Load> poorest() {
    return takers().stream().min(byExcess().thenComparing(load -> load.groupId));
  }

  private static Comparator<Load> byExcess() {
    return Comparator.comparingDouble(Load::excess);
  }
}

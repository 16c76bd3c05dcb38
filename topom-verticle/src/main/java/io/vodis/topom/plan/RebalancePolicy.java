package io.vodis.topom.plan;

import io.vodis.model.Topology;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/**
 * What is to be evened out, and for whom.
 *
 * @param measure what a slot weighs
 * @param weightByGroup shares of groups, 1 where nothing is said; 0: the group is to be emptied
 * @param excluded groups that neither give nor take
 * @param slotsMax no plan has more moves
 */
public record RebalancePolicy(
    Measure measure, Map<Integer, Double> weightByGroup, Set<Integer> excluded, int slotsMax) {

  /** What is evened out. */
  public enum Measure {
    SLOTS,
    MEMORY,
    /** Requests, as proxies have counted them over a few seconds. */
    LOAD
  }

  public RebalancePolicy {
    weightByGroup = Map.copyOf(weightByGroup);
    excluded = Set.copyOf(excluded);
    if (weightByGroup.values().stream().anyMatch(w -> !(w >= 0 && w <= 1000))) {
      throw new IllegalArgumentException("weights are 0 to 1000");
    }
    if (slotsMax < 1 || slotsMax > Topology.SLOT_COUNT) {
      throw new IllegalArgumentException("slotsMax is 1 to " + Topology.SLOT_COUNT);
    }
  }

  /** Takes all slots from a group, and gives them to those that have least. */
  public static RebalancePolicy draining(int groupId) {
    return new RebalancePolicy(Measure.SLOTS, Map.of(groupId, 0.0), Set.of(), Topology.SLOT_COUNT);
  }

  /** Whether it is what Codis does: as many slots everywhere. */
  public boolean isCodis() {
    return measure == Measure.SLOTS
        && weightByGroup.values().stream().allMatch(w -> w == 1)
        && excluded.isEmpty()
        && slotsMax == Topology.SLOT_COUNT;
  }

  double weight(int groupId) {
    return weightByGroup.getOrDefault(groupId, 1.0);
  }

  /** Every slot weighs the same. */
  public static long[] equalCosts() {
    long[] costs = new long[Topology.SLOT_COUNT];
    Arrays.fill(costs, 1);
    return costs;
  }
}

package io.vodis.topom.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.topom.plan.RebalancePlan.Move;
import io.vodis.topom.plan.RebalancePolicy.Measure;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightedPlannerTest {

  private static final int ALL = Topology.SLOT_COUNT;

  private static Topology topology(int groups, java.util.function.IntUnaryOperator owner) {
    Map<Integer, Group> byId = new TreeMap<>();
    for (int id = 1; id <= groups; id++) {
      byId.put(
          id,
          Group.empty(id).withServers(List.of(Server.of(new HostAndPort("10.0.0." + id, 6379)))));
    }
    List<SlotMapping> slots = new ArrayList<>();
    for (int slotId = 0; slotId < ALL; slotId++) {
      slots.add(new SlotMapping(slotId, owner.applyAsInt(slotId), SlotAction.IDLE));
    }
    return new Topology("p", 1, slots, byId);
  }

  private static RebalancePolicy slots(Map<Integer, Double> weights, Set<Integer> excluded) {
    return new RebalancePolicy(Measure.SLOTS, weights, excluded, ALL);
  }

  private static RebalancePlan plan(Topology topology, RebalancePolicy policy) {
    return WeightedPlanner.plan(topology, policy, RebalancePolicy.equalCosts());
  }

  private static Topology applied(Topology topology, RebalancePlan plan) {
    List<SlotMapping> slots = new ArrayList<>(topology.slots());
    for (Move move : plan.moves()) {
      slots.set(
          move.slotId(), new SlotMapping(move.slotId(), move.targetGroupId(), SlotAction.IDLE));
    }
    return new Topology("p", 2, slots, topology.groups());
  }

  @Test
  void slotsAreSharedByWeight() {
    RebalancePlan plan = plan(topology(2, slotId -> 1), slots(Map.of(1, 3.0), Set.of()));
    assertThat(plan.slotsAfter()).containsEntry(1, 768).containsEntry(2, 256);
    assertThat(plan.moves()).hasSize(256);
  }

  @Test
  void anExcludedGroupNeitherGivesNorTakes() {
    RebalancePlan plan =
        plan(topology(3, slotId -> slotId < 600 ? 1 : 3), slots(Map.of(), Set.of(3)));
    assertThat(plan.slotsAfter()).containsEntry(1, 300).containsEntry(2, 300).containsEntry(3, 424);
  }

  @Test
  void aGroupIsEmptiedIntoTheOthers() {
    RebalancePlan plan = plan(topology(3, slotId -> 1 + slotId % 3), RebalancePolicy.draining(2));
    assertThat(plan.slotsAfter()).containsEntry(1, 512).containsEntry(2, 0).containsEntry(3, 512);
    assertThat(plan.moves()).allMatch(move -> move.sourceGroupId() == 2);
  }

  @Test
  void theLastGroupCannotBeEmptied() {
    assertThat(plan(topology(1, slotId -> 1), RebalancePolicy.draining(1)).moves()).isEmpty();
  }

  @Test
  void oneDearSlotIsBalancedByManyCheapOnesAndFewMoves() {
    // Given: group 1 has one slot of 1000 and 511 of 1, group 2 has 512 of 1.
    long[] costs = RebalancePolicy.equalCosts();
    costs[7] = 1000;
    Topology topology = topology(2, slotId -> slotId < 512 ? 1 : 2);
    // When
    RebalancePlan plan =
        WeightedPlanner.plan(
            topology, new RebalancePolicy(Measure.MEMORY, Map.of(), Set.of(), ALL), costs);
    // Then
    assertThat(plan.costAfter().get(1)).isLessThan(plan.costBefore().get(1));
    assertThat(plan.moves()).noneMatch(move -> move.slotId() == 7);
    assertThat(
            Math.abs(plan.costAfter().getOrDefault(1, 0L) - plan.costAfter().getOrDefault(2, 0L)))
        .isLessThan(50);
  }

  @Test
  void nothingIsMovedForALittle() {
    long[] costs = new long[ALL];
    java.util.Arrays.fill(costs, 1000);
    Topology topology = topology(2, slotId -> slotId < 515 ? 1 : 2);
    assertThat(
            WeightedPlanner.plan(
                    topology, new RebalancePolicy(Measure.MEMORY, Map.of(), Set.of(), ALL), costs)
                .moves())
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void keepsItsPromisesWhateverItIsGiven(long seed) {
    // Given
    Random random = new Random(seed);
    int groups = 1 + random.nextInt(6);
    long[] costs =
        LongStream.generate(() -> random.nextInt(4) == 0 ? 0 : random.nextInt(1000))
            .limit(ALL)
            .toArray();
    Topology bare = topology(groups, slotId -> random.nextInt(groups + 1));
    List<SlotMapping> slots = new ArrayList<>(bare.slots());
    for (int i = 0; i < 50 && groups > 1; i++) {
      int slotId = random.nextInt(ALL);
      int owner = 1 + random.nextInt(groups);
      int target = owner % groups + 1;
      slots.set(slotId, new SlotMapping(slotId, owner, new SlotAction.Migrating(i + 1, target)));
    }
    Topology topology = new Topology("p", 1, slots, bare.groups());
    Map<Integer, Double> weights = new TreeMap<>();
    for (int id = 1; id <= groups; id++) {
      weights.put(id, random.nextInt(5) == 0 ? 0.0 : 1 + random.nextInt(3));
    }
    Set<Integer> excluded = random.nextInt(3) == 0 ? Set.of(1) : Set.of();
    int slotsMax = random.nextBoolean() ? ALL : 1 + random.nextInt(100);
    RebalancePolicy policy = new RebalancePolicy(Measure.MEMORY, weights, excluded, slotsMax);

    // When
    RebalancePlan plan = WeightedPlanner.plan(topology, policy, costs);

    // Then
    assertThat(plan).as("same again").isEqualTo(WeightedPlanner.plan(topology, policy, costs));
    assertThat(plan.moves().size()).isLessThanOrEqualTo(slotsMax);
    Set<Integer> seen = new HashSet<>();
    for (Move move : plan.moves()) {
      assertThat(seen.add(move.slotId())).as("slot %d once", move.slotId()).isTrue();
      SlotMapping slot = topology.slot(move.slotId());
      assertThat(slot.isIdle()).isTrue();
      assertThat(slot.groupId()).isEqualTo(move.sourceGroupId());
      assertThat(move.sourceGroupId()).isNotEqualTo(move.targetGroupId());
      assertThat(excluded).doesNotContain(move.sourceGroupId(), move.targetGroupId());
      assertThat(weights.get(move.targetGroupId())).isPositive();
    }
    assertThat(plan.costAfter().values().stream().mapToLong(Long::longValue).sum())
        .isGreaterThanOrEqualTo(
            plan.costBefore().values().stream().mapToLong(Long::longValue).sum());
    boolean somebodyTakes =
        weights.entrySet().stream()
            .anyMatch(w -> w.getValue() > 0 && !excluded.contains(w.getKey()));
    if (slotsMax == ALL && somebodyTakes) {
      Topology after = applied(topology, plan);
      assertThat(WeightedPlanner.plan(after, policy, costs).moves()).as("nothing left").isEmpty();
      assertThat(after.slots())
          .filteredOn(SlotMapping::isIdle)
          .allMatch(
              slot ->
                  excluded.contains(slot.groupId())
                      || slot.groupId() != SlotMapping.NO_GROUP
                          && weights.getOrDefault(slot.groupId(), 0.0) > 0);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void movesTheFewestSlotsThatEvenOutTheirNumber(long seed) {
    // Given
    Random random = new Random(seed);
    int groups = 2 + random.nextInt(5);
    Topology topology =
        topology(groups, slotId -> 1 + Math.min(random.nextInt(groups), random.nextInt(groups)));
    // When
    RebalancePlan plan = plan(topology, slots(Map.of(), Set.of()));
    // Then
    int needed =
        plan.slotsBefore().values().stream()
            .mapToInt(n -> Math.max(0, n - (ALL + groups - 1) / groups))
            .sum();
    int lacking =
        plan.slotsBefore().values().stream().mapToInt(n -> Math.max(0, ALL / groups - n)).sum();
    assertThat(plan.moves().size()).isLessThanOrEqualTo(Math.max(needed, lacking));
    assertThat(plan.slotsAfter().values()).allMatch(n -> Math.abs(n - ALL / (double) groups) <= 1);
  }
}

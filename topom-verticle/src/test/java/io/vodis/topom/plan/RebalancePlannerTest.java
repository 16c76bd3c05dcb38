package io.vodis.topom.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Promotion;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.topom.plan.RebalancePlan.Move;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RebalancePlannerTest {

  private static final int SLOT_COUNT = Topology.SLOT_COUNT;

  @Test
  void givesOfflineSlotsOfANewProductInAscendingRunsToAscendingGroups() {
    // Given
    Topology topology = topology(3, slotId -> SlotMapping.offline(slotId));

    // When
    RebalancePlan plan = RebalancePlanner.plan(topology);

    // Then
    assertThat(plan.moves()).hasSize(SLOT_COUNT);
    assertThat(plan.moves().getFirst()).isEqualTo(new Move(0, 0, 1));
    assertThat(plan.moves().get(341)).isEqualTo(new Move(341, 0, 1));
    assertThat(plan.moves().get(342)).isEqualTo(new Move(342, 0, 2));
    assertThat(plan.moves().getLast()).isEqualTo(new Move(1023, 0, 3));
    assertThat(plan.slotsAfter()).isEqualTo(Map.of(1, 342, 2, 341, 3, 341));
  }

  @Test
  void takesTheHighestSlotsOfTheFullGroupForANewOne() {
    // Given
    Topology topology = topology(2, slotId -> new SlotMapping(slotId, 1, SlotAction.IDLE));

    // When
    RebalancePlan plan = RebalancePlanner.plan(topology);

    // Then
    assertThat(plan.moves())
        .isEqualTo(IntStream.range(512, 1024).mapToObj(s -> new Move(s, 1, 2)).toList());
  }

  @Test
  void leavesRunningActionsAloneAndCountsThemAtTheirTarget() {
    // Given
    Topology topology =
        topology(
            2,
            slotId ->
                new SlotMapping(
                    slotId,
                    1,
                    slotId < 512 ? new SlotAction.Pending(slotId + 1, 2) : SlotAction.IDLE));

    // When
    RebalancePlan plan = RebalancePlanner.plan(topology);

    // Then
    assertThat(plan.moves()).isEmpty();
  }

  @Test
  void hasNoMovesWithoutAGroupThatHasAServer() {
    assertThat(RebalancePlanner.plan(topology(0, SlotMapping::offline)).moves()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void losesNothingAndEvensOutWhateverTheStart(long seed) {
    // Given
    Topology topology = randomTopology(new Random(seed));

    // When
    RebalancePlan plan = RebalancePlanner.plan(topology);

    // Then
    String as = "seed " + seed;
    assertThat(plan).as(as).isEqualTo(RebalancePlanner.plan(topology));
    assertThat(new HashSet<>(plan.moves().stream().map(Move::slotId).toList()))
        .as(as)
        .hasSize(plan.moves().size());
    for (Move move : plan.moves()) {
      SlotMapping slot = topology.slot(move.slotId());
      assertThat(slot.isIdle()).as(as).isTrue();
      assertThat(move.sourceGroupId()).as(as).isEqualTo(slot.groupId());
      assertThat(move.targetGroupId()).as(as).isNotEqualTo(slot.groupId());
    }
    assertThat(plan.slotsAfter().values().stream().mapToInt(Integer::intValue).sum())
        .as(as)
        .isEqualTo(SLOT_COUNT);
    assertThat(RebalancePlanner.plan(apply(topology, plan)).moves()).as(as).isEmpty();
    if (topology.slots().stream().allMatch(SlotMapping::isIdle)) {
      int groups = topology.groups().size();
      assertThat(plan.slotsAfter().values())
          .as(as)
          .allMatch(n -> n >= SLOT_COUNT / groups && n <= (SLOT_COUNT + groups - 1) / groups);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void equalsAStepByStepReadingOfTheReference(long seed) {
    // Given
    Topology topology = randomTopology(new Random(seed));

    // When
    RebalancePlan plan = RebalancePlanner.plan(topology);

    // Then
    Map<Integer, Integer> targets = new TreeMap<>();
    plan.moves().forEach(move -> targets.put(move.slotId(), move.targetGroupId()));
    assertThat(targets).as("seed " + seed).isEqualTo(reference(topology));
  }

  static long[] seeds() {
    long base = Long.getLong("seed", 20_261_120L);
    return IntStream.range(0, 60).mapToLong(i -> base + i).toArray();
  }

  /** The reference's steps with plain arrays, scanning for the smallest and largest each time. */
  private static Map<Integer, Integer> reference(Topology topology) {
    int[] groups = topology.groups().keySet().stream().mapToInt(Integer::intValue).toArray();
    int n = groups.length;
    int[] assigned = new int[n + 1];
    int[] moveOut = new int[n + 1];
    List<List<Integer>> pending = new ArrayList<>();
    IntStream.rangeClosed(0, n).forEach(i -> pending.add(new ArrayList<>()));
    for (SlotMapping slot : topology.slots()) {
      if (slot.action() instanceof SlotAction.Moving moving) {
        assigned[moving.targetGroupId()]++;
      }
    }
    int lower = SLOT_COUNT / n;
    int upper = (SLOT_COUNT + n - 1) / n;
    List<Integer> dock = new ArrayList<>();
    for (SlotMapping slot : topology.slots()) {
      int g = slot.groupId();
      if (slot.isIdle() && g != 0) {
        if (assigned[g] + pending.get(g).size() < lower) {
          assigned[g]++;
        } else {
          pending.get(g).add(slot.slotId());
        }
      }
    }
    boolean[] in = new boolean[n + 1];
    Arrays.fill(in, true);
    for (SlotMapping slot : topology.slots()) {
      if (slot.isIdle() && slot.groupId() == 0) {
        moveOut[extreme(n, in, assigned, pending, moveOut, false)]--;
        dock.add(slot.slotId());
      }
    }
    while (IntStream.rangeClosed(1, n).filter(g -> in[g]).count() >= 2) {
      int from = extreme(n, in, assigned, pending, moveOut, true);
      if (pending.get(from).size() == moveOut[from]) {
        in[from] = false;
        continue;
      }
      in[from] = false;
      int to = extreme(n, in, assigned, pending, moveOut, false);
      in[from] = true;
      int fromSize = assigned[from] + pending.get(from).size() - moveOut[from];
      int toSize = assigned[to] + pending.get(to).size() - moveOut[to];
      if (fromSize <= lower || toSize >= upper || fromSize - toSize <= 1) {
        break;
      }
      moveOut[from]++;
      moveOut[to]--;
    }
    for (int g = 1; g <= n; g++) {
      List<Integer> own = pending.get(g);
      for (int i = 0; i < moveOut[g]; i++) {
        dock.add(own.removeLast());
      }
    }
    dock.sort(null);
    Map<Integer, Integer> result = new TreeMap<>();
    int next = 0;
    for (int g = 1; g <= n; g++) {
      for (int i = moveOut[g]; i < 0; i++) {
        result.put(dock.get(next++), g);
      }
    }
    return result;
  }

  private static int extreme(
      int n,
      boolean[] in,
      int[] assigned,
      List<List<Integer>> pending,
      int[] moveOut,
      boolean max) {
    int best = 0;
    int bestSize = 0;
    for (int g = 1; g <= n; g++) {
      int size = assigned[g] + pending.get(g).size() - moveOut[g];
      if (in[g] && (best == 0 || (max ? size >= bestSize : size < bestSize))) {
        best = g;
        bestSize = size;
      }
    }
    return best;
  }

  private static Topology randomTopology(Random random) {
    int groups = 1 + random.nextInt(9);
    int offlineShare = random.nextInt(4) == 0 ? 100 : random.nextInt(40);
    int movingShare = random.nextBoolean() ? 0 : random.nextInt(30);
    int skew = 1 + random.nextInt(groups);
    return topology(
        groups,
        slotId -> {
          int owner =
              random.nextInt(100) < offlineShare
                  ? 0
                  : 1 + random.nextInt(random.nextBoolean() ? skew : groups);
          int target = 1 + random.nextInt(groups);
          boolean moving = random.nextInt(100) < movingShare && target != owner;
          return new SlotMapping(
              slotId,
              owner,
              moving ? new SlotAction.Migrating(slotId + 1, target) : SlotAction.IDLE);
        });
  }

  private static Topology apply(Topology topology, RebalancePlan plan) {
    List<SlotMapping> slots = new ArrayList<>(topology.slots());
    for (Move move : plan.moves()) {
      slots.set(
          move.slotId(), new SlotMapping(move.slotId(), move.targetGroupId(), SlotAction.IDLE));
    }
    return new Topology(topology.product(), topology.epoch() + 1, slots, topology.groups());
  }

  private static Topology topology(int groups, IntFunction<SlotMapping> slot) {
    Map<Integer, Group> byId = new TreeMap<>();
    for (int g = 1; g <= groups; g++) {
      Server server = Server.of(new HostAndPort("10.0.0." + g, 6379));
      byId.put(g, new Group(g, List.of(server), Promotion.NONE));
    }
    return new Topology("p", 7, IntStream.range(0, SLOT_COUNT).mapToObj(slot).toList(), byId);
  }
}

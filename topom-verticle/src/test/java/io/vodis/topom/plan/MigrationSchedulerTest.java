package io.vodis.topom.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Promotion;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.topom.plan.MigrationScheduler.Batch;
import io.vodis.topom.plan.MigrationScheduler.Way;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationSchedulerTest {

  private final List<SlotMapping> slots = new ArrayList<>(Topology.empty("p").slots());
  private final Map<Integer, Group> groups = new HashMap<>();

  private void slot(int slotId, int source, SlotAction action) {
    slots.set(slotId, new SlotMapping(slotId, source, action));
  }

  private List<Batch> next(int slotsMax) {
    return next(List.of(), Set.of(), slotsMax);
  }

  private List<Batch> next(List<Batch> running, Set<Way> held, int slotsMax) {
    return MigrationScheduler.next(
        new Topology("p", 1, slots, groups), running, held, slot -> true, slotsMax);
  }

  @Test
  void slotsWithTheSameWayRunTogetherInOrderOfTheirActions() {
    // Given
    slot(10, 1, new SlotAction.Pending(3, 2));
    slot(11, 1, new SlotAction.Pending(1, 2));
    slot(12, 1, new SlotAction.Pending(2, 2));

    // When Then
    assertThat(next(100)).containsExactly(new Batch(1, 2, List.of(11, 12, 10)));
  }

  @Test
  void differentGroupsRunAtOnceAndAGroupTakesPartOnce() {
    // Given
    slot(1, 1, new SlotAction.Pending(1, 2));
    slot(2, 1, new SlotAction.Pending(2, 3));
    slot(3, 3, new SlotAction.Pending(3, 4));
    slot(4, 4, new SlotAction.Pending(4, 2));

    // When Then
    assertThat(next(100)).containsExactly(new Batch(1, 2, List.of(1)), new Batch(3, 4, List.of(3)));
  }

  @Test
  void whatHasStartedGoesOnFirstAndIsNotLimited() {
    // Given
    slot(1, 1, new SlotAction.Pending(1, 2));
    slot(2, 1, new SlotAction.Migrating(8, 3));
    slot(3, 1, new SlotAction.Migrating(9, 3));

    // When Then
    assertThat(next(1)).containsExactly(new Batch(1, 3, List.of(2, 3)));
  }

  @Test
  void whatHasNotStartedJoinsWhatGoesTheSameWay() {
    // Given
    slot(1, 1, new SlotAction.Pending(1, 2));
    slot(2, 1, new SlotAction.Migrating(2, 2));
    slot(3, 1, new SlotAction.Finished(3, 2));
    slot(4, 1, new SlotAction.Pending(4, 2));

    // When Then
    assertThat(next(3)).containsExactly(new Batch(1, 2, List.of(2, 3, 1)));
  }

  @Test
  void noMoreSlotsThanAllowedAreStarted() {
    // Given
    for (int i = 0; i < 10; i++) {
      slot(i, 1, new SlotAction.Pending(i + 1, 2));
      slot(100 + i, 3, new SlotAction.Pending(100 + i, 4));
    }

    // When
    List<Batch> batches = next(List.of(new Batch(5, 6, List.of(900))), Set.of(), 13);

    // Then
    assertThat(batches)
        .containsExactly(
            new Batch(1, 2, List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)),
            new Batch(3, 4, List.of(100, 101)));
  }

  @Test
  void aWayThatIsHeldHindersNobody() {
    // Given
    slot(1, 1, new SlotAction.Pending(1, 2));
    slot(2, 1, new SlotAction.Pending(2, 3));

    // When Then
    assertThat(next(List.of(), Set.of(new Way(1, 2)), 100))
        .containsExactly(new Batch(1, 3, List.of(2)));
  }

  @Test
  void nothingIsStartedAgainstTheWayOfSlotsThatAreToComeBackNotEvenWhileThatIsHeld() {
    // Given
    slot(1, 1, new SlotAction.Turning(1, 2));
    slot(2, 1, new SlotAction.Pending(2, 2));
    slot(3, 1, new SlotAction.Pending(3, 4));

    // When Then
    assertThat(next(List.of(), Set.of(new Way(2, 1)), 100))
        .containsExactly(new Batch(1, 4, List.of(3)));
  }

  @Test
  void nothingIsStartedWhileAGroupIsPromoting() {
    // Given
    HostAndPort candidate = new HostAndPort("h", 2);
    List<Server> servers = List.of(Server.of(new HostAndPort("h", 1)), Server.of(candidate));
    groups.put(2, new Group(2, servers, new Promotion.Preparing(candidate, true)));
    slot(1, 1, new SlotAction.Pending(1, 2));
    slot(2, 3, new SlotAction.Migrating(2, 4));

    // When Then
    assertThat(next(100)).containsExactly(new Batch(3, 4, List.of(2)));
  }

  @Test
  void slotsWithoutAnOwnerGoToSeveralGroupsAtOnce() {
    // Given
    slot(1, 0, new SlotAction.Pending(1, 2));
    slot(2, 0, new SlotAction.Pending(2, 3));

    // When Then
    assertThat(next(100)).containsExactly(new Batch(0, 2, List.of(1)), new Batch(0, 3, List.of(2)));
  }

  @Test
  void aSlotThatIsToTurnRoundRunsTheOtherWayAndBeforeOthers() {
    // Given
    slot(1, 1, new SlotAction.Migrating(1, 2));
    slot(2, 1, new SlotAction.Turning(2, 2));
    slot(3, 2, new SlotAction.Migrating(3, 1, true));

    // When Then
    assertThat(next(100)).containsExactly(new Batch(2, 1, List.of(2, 3)));
  }

  @Test
  void aBatchYieldsToSlotsThatReturnUnlessItTakesSlotsBackItself() {
    // Given
    slot(1, 1, new SlotAction.Migrating(1, 2));
    slot(2, 1, new SlotAction.Turning(2, 2));
    Topology topology = new Topology("p", 1, slots, groups);

    // When Then
    assertThat(MigrationScheduler.mustYield(topology, new Way(1, 2), slot -> true)).isTrue();
    assertThat(MigrationScheduler.mustYield(topology, new Way(1, 2), slot -> false)).isFalse();
    assertThat(MigrationScheduler.mustYield(topology, new Way(2, 1), slot -> true)).isFalse();
    assertThat(MigrationScheduler.mustYield(topology, new Way(1, 3), slot -> true)).isFalse();

    // Given
    slot(4, 2, new SlotAction.Turning(4, 1));
    topology = new Topology("p", 1, slots, groups);

    // When Then
    assertThat(MigrationScheduler.mustYield(topology, new Way(1, 2), slot -> true)).isFalse();
    assertThat(MigrationScheduler.mustYield(topology, new Way(2, 1), slot -> true)).isFalse();
  }

  @Test
  void whatStandsStillIsNotStartedAndHindersNobody() {
    // Given
    slot(1, 1, new SlotAction.Pending(1, 2));
    slot(2, 1, new SlotAction.Pending(2, 2));
    slot(3, 3, new SlotAction.Pending(3, 1));

    // When Then
    assertThat(
            MigrationScheduler.next(
                new Topology("p", 1, slots, groups),
                List.of(),
                Set.of(),
                slot -> slot.slotId() != 1,
                100))
        .containsExactly(new Batch(1, 2, List.of(2)));
  }

  @Test
  void saysWhatAnActionWaitsFor() {
    // Given
    slot(1, 1, new SlotAction.Pending(1, 2));
    Topology topology = new Topology("p", 1, slots, groups);
    SlotMapping slot = topology.slot(1);

    // When Then
    assertThat(MigrationScheduler.waitingFor(topology, List.of(), slot, 8)).isEqualTo("its turn");
    assertThat(
            MigrationScheduler.waitingFor(topology, List.of(new Batch(3, 1, List.of(9))), slot, 8))
        .isEqualTo("its turn: slots from group 3 to group 1 are being moved");
    assertThat(
            MigrationScheduler.waitingFor(
                topology, List.of(new Batch(3, 4, List.of(8, 9))), slot, 2))
        .isEqualTo("its turn: 2 slots are moved at once");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void batchesNeverShareAGroupOrASlotAndAllIsDoneInTheEnd(long seed) {
    // Given
    Random random = new Random(seed);
    for (int i = 0; i < Topology.SLOT_COUNT; i++) {
      int source = random.nextInt(6);
      int target = 1 + random.nextInt(5);
      if (source != target) {
        slot(i, source, new SlotAction.Pending(1 + i, target));
      }
    }

    // When Then
    int rounds = 0;
    List<Batch> batches = next(64);
    while (!batches.isEmpty()) {
      Set<Integer> busy = new HashSet<>();
      int started = 0;
      for (Batch batch : batches) {
        assertThat(busy).as("seed " + seed).doesNotContain(batch.targetGroupId());
        busy.add(batch.targetGroupId());
        if (batch.sourceGroupId() != SlotMapping.NO_GROUP) {
          assertThat(busy.add(batch.sourceGroupId())).as("seed " + seed).isTrue();
        }
        started += batch.slotIds().size();
        for (int slotId : batch.slotIds()) {
          assertThat(slots.get(slotId).isIdle()).isFalse();
          slot(slotId, batch.targetGroupId(), SlotAction.IDLE);
        }
      }
      assertThat(started).as("seed " + seed).isBetween(1, 64);
      assertThat(++rounds).as("seed " + seed).isLessThan(1024);
      batches = next(64);
    }
    assertThat(slots).as("seed " + seed).allMatch(SlotMapping::isIdle);
  }
}

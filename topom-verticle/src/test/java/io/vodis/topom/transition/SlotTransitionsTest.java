package io.vodis.topom.transition;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.MigrationMethod;
import io.vodis.model.PinnedKey;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class SlotTransitionsTest {

  private static final List<SlotAction> STATES =
      List.of(
          SlotAction.IDLE,
          new SlotAction.Pending(7, 2),
          new SlotAction.Preparing(7, 2),
          new SlotAction.Preparing(7, 2, true),
          new SlotAction.Prepared(7, 2),
          new SlotAction.Prepared(7, 2, true),
          new SlotAction.Migrating(7, 2),
          new SlotAction.Migrating(7, 2, true),
          new SlotAction.Turning(7, 2),
          new SlotAction.Finished(7, 2),
          new SlotAction.Finished(7, 2, true));

  private static final List<SlotEvent> EVENTS =
      List.of(
          new SlotEvent.Requested(7, 2),
          new SlotEvent.Started(),
          new SlotEvent.Fenced(),
          new SlotEvent.FenceExpired(),
          new SlotEvent.Opened(),
          new SlotEvent.Emptied(),
          new SlotEvent.Settled(),
          new SlotEvent.Cancelled());

  /** What is not here is rejected. */
  private static final Map<String, String> NEXT = new LinkedHashMap<>();

  static {
    NEXT.put("1 idle Requested", "1 pending to 2");
    NEXT.put("1 pending to 2 Started", "1 preparing to 2");
    NEXT.put("1 pending to 2 Cancelled", "1 idle");
    NEXT.put("1 preparing to 2 Fenced", "1 prepared to 2");
    NEXT.put("1 preparing to 2 FenceExpired", "1 pending to 2");
    NEXT.put("1 preparing to 2 Cancelled", "1 idle");
    NEXT.put("1 prepared to 2 Opened", "1 migrating to 2");
    NEXT.put("1 prepared to 2 FenceExpired", "1 pending to 2");
    NEXT.put("1 prepared back to 2 FenceExpired", "2 turning to 1");
    NEXT.put("1 prepared to 2 Cancelled", "1 idle");
    NEXT.put("1 migrating to 2 Emptied", "1 finished to 2");
    NEXT.put("1 migrating to 2 Cancelled", "1 turning to 2");
    NEXT.put("1 turning to 2 Started", "2 preparing back to 1");
    NEXT.put("1 finished to 2 Settled", "2 idle");
    NEXT.put("1 finished to 2 Cancelled", "2 pending to 1");
    NEXT.put("1 preparing back to 2 Fenced", "1 prepared back to 2");
    NEXT.put("1 preparing back to 2 FenceExpired", "2 turning to 1");
    NEXT.put("1 prepared back to 2 Opened", "1 migrating back to 2");
    NEXT.put("1 migrating back to 2 Emptied", "1 finished back to 2");
    NEXT.put("1 finished back to 2 Settled", "2 idle");
  }

  @TestFactory
  List<DynamicTest> everyPairOfStateAndEvent() {
    return STATES.stream()
        .flatMap(
            state ->
                EVENTS.stream()
                    .map(
                        event ->
                            DynamicTest.dynamicTest(
                                name(new SlotMapping(3, 1, state), event),
                                () -> check(state, event))))
        .toList();
  }

  private static void check(SlotAction state, SlotEvent event) {
    // Given
    SlotMapping slot = new SlotMapping(3, 1, state);

    // When
    Decision<SlotMapping> decision = SlotTransitions.decide(slot, event);

    // Then
    String expected = NEXT.get(name(slot, event));
    if (expected == null) {
      assertThat(decision).isInstanceOf(Decision.Rejected.class);
      return;
    }
    assertThat(decision).isInstanceOf(Decision.Next.class);
    Decision.Next<SlotMapping> next = (Decision.Next<SlotMapping>) decision;
    assertThat(text(next.row())).isEqualTo(expected);
    assertThat(next.row().slotId()).isEqualTo(3);
    assertThat(next.effects()).first().isEqualTo(Effect.PERSIST);
    assertThat(next.effects().subList(1, next.effects().size()))
        .isEqualTo(SlotTransitions.work(next.row().action()));
    if (next.row().action() instanceof SlotAction.Moving moving) {
      assertThat(moving.index()).isEqualTo(7);
    }
  }

  private static String name(SlotMapping slot, SlotEvent event) {
    return text(slot) + " " + event.getClass().getSimpleName();
  }

  private static String text(SlotMapping slot) {
    String state = slot.groupId() + " " + SlotTransitions.stateName(slot.action());
    return slot.action() instanceof SlotAction.Moving moving
        ? state + (moving.returning() ? " back to " : " to ") + moving.targetGroupId()
        : state;
  }

  /** It says which copies count until the way back is opened under a number of its own. */
  @Test
  void theNumberOfAnOpeningIsKeptUntilTheNext() {
    SlotMapping slot = new SlotMapping(3, 1, new SlotAction.Prepared(7, 2));
    slot = after(slot, new SlotEvent.Opened(List.of(), MigrationMethod.MIGRATE, 17));
    assertThat(proofOf(slot)).isEqualTo(17);
    slot = after(slot, new SlotEvent.Cancelled());
    assertThat(proofOf(slot)).isEqualTo(17);
    slot = after(slot, new SlotEvent.Started());
    slot = after(slot, new SlotEvent.FenceExpired());
    assertThat(proofOf(slot)).isEqualTo(17);
    slot = after(slot, new SlotEvent.Started());
    slot = after(slot, new SlotEvent.Fenced());
    assertThat(proofOf(slot)).isEqualTo(17);
    slot = after(slot, new SlotEvent.Opened(List.of(), MigrationMethod.MIGRATE, 23));
    assertThat(proofOf(slot)).isEqualTo(23);
    assertThat(proofOf(after(slot, new SlotEvent.Emptied()))).isZero();
  }

  /** A fence that is given up leaves them where they are; else the next request would move them. */
  @Test
  void keysThatArePinnedStaySoWhenTheFenceOfTheWayBackExpires() {
    List<PinnedKey> pinned = List.of(new PinnedKey(0, "Ymln", PinnedKey.Phase.SERVED));
    SlotMapping slot = new SlotMapping(3, 1, new SlotAction.Prepared(7, 2));
    slot = after(slot, new SlotEvent.Opened(pinned, MigrationMethod.MIGRATE, 17));
    slot = after(slot, new SlotEvent.Cancelled());
    SlotMapping turning = slot;
    slot = after(slot, new SlotEvent.Started());
    assertThat(after(slot, new SlotEvent.FenceExpired())).isEqualTo(turning);
    slot = after(slot, new SlotEvent.Fenced());
    assertThat(after(slot, new SlotEvent.FenceExpired())).isEqualTo(turning);
    slot = after(slot, new SlotEvent.Opened(List.of(), MigrationMethod.MIGRATE, 23));
    assertThat(((SlotAction.Moving) slot.action()).pinned()).isEmpty();
  }

  private static SlotMapping after(SlotMapping slot, SlotEvent event) {
    return ((Decision.Next<SlotMapping>) SlotTransitions.decide(slot, event)).row();
  }

  private static long proofOf(SlotMapping slot) {
    return ((SlotAction.Moving) slot.action()).proof();
  }

  @Test
  void whatWasOfflineBeforeHasNowhereToReturnTo() {
    for (SlotAction action :
        List.of(new SlotAction.Migrating(7, 2), new SlotAction.Finished(7, 2))) {
      // When
      Decision<SlotMapping> decision =
          SlotTransitions.decide(
              new SlotMapping(3, SlotMapping.NO_GROUP, action), new SlotEvent.Cancelled());

      // Then
      assertThat(decision)
          .isInstanceOfSatisfying(
              Decision.Rejected.class,
              rejected -> assertThat(rejected.reason()).contains("was offline before"));
    }
  }

  @Test
  void aSlotCannotBeRequestedForTheGroupItIsIn() {
    // When
    Decision<SlotMapping> decision =
        SlotTransitions.decide(
            new SlotMapping(3, 2, SlotAction.IDLE), new SlotEvent.Requested(7, 2));

    // Then
    assertThat(decision)
        .isInstanceOfSatisfying(
            Decision.Rejected.class,
            rejected -> assertThat(rejected.reason()).contains("slot 3 is in group 2 already"));
  }

  @Test
  void keysAreMovedOnlyAfterEveryProxyPullsThem() {
    assertThat(SlotTransitions.work(new SlotAction.Migrating(1, 2)))
        .containsExactly(Effect.AWAIT_PROXIES, Effect.MOVE_KEYS);
  }
}

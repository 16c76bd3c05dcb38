package io.vodis.topom.transition;

import static org.assertj.core.api.Assertions.assertThat;

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
          new SlotAction.Prepared(7, 2),
          new SlotAction.Migrating(7, 2),
          new SlotAction.Finished(7, 2));

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
    NEXT.put("idle Requested", "pending");
    NEXT.put("pending Started", "preparing");
    NEXT.put("pending Cancelled", "idle");
    NEXT.put("preparing Fenced", "prepared");
    NEXT.put("preparing FenceExpired", "pending");
    NEXT.put("prepared Opened", "migrating");
    NEXT.put("migrating Emptied", "finished");
    NEXT.put("finished Settled", "idle");
  }

  @TestFactory
  List<DynamicTest> everyPairOfStateAndEvent() {
    return STATES.stream()
        .flatMap(
            state ->
                EVENTS.stream()
                    .map(
                        event ->
                            DynamicTest.dynamicTest(name(state, event), () -> check(state, event))))
        .toList();
  }

  private static void check(SlotAction state, SlotEvent event) {
    // Given
    SlotMapping slot = new SlotMapping(3, 1, state);

    // When
    Decision<SlotMapping> decision = SlotTransitions.decide(slot, event);

    // Then
    String expected = NEXT.get(name(state, event));
    if (expected == null) {
      assertThat(decision).isInstanceOf(Decision.Rejected.class);
      return;
    }
    assertThat(decision).isInstanceOf(Decision.Next.class);
    Decision.Next<SlotMapping> next = (Decision.Next<SlotMapping>) decision;
    assertThat(SlotTransitions.stateName(next.row().action())).isEqualTo(expected);
    assertThat(next.row().slotId()).isEqualTo(3);
    assertThat(next.effects()).first().isEqualTo(Effect.PERSIST);
    assertThat(next.effects().subList(1, next.effects().size()))
        .isEqualTo(SlotTransitions.work(next.row().action()));
    if (next.row().action() instanceof SlotAction.Moving moving) {
      assertThat(moving.index()).isEqualTo(7);
      assertThat(moving.targetGroupId()).isEqualTo(2);
    }
    boolean settled = event instanceof SlotEvent.Settled;
    assertThat(next.row().groupId()).isEqualTo(settled ? 2 : 1);
  }

  private static String name(SlotAction state, SlotEvent event) {
    return SlotTransitions.stateName(state) + " " + event.getClass().getSimpleName();
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

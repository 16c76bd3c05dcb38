package io.vodis.topom.transition;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.PinnedKey;
import io.vodis.model.PinnedKey.Phase;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PinnedKeysTest {

  private static final PinnedKey KEY = PinnedKey.served(0, new byte[] {'k'});
  private static final PinnedKey OTHER = PinnedKey.served(1, new byte[] {'k'});

  /** What may follow what; nothing else may. */
  private static final Set<String> NEXT =
      Set.of("SERVED COPYING", "COPYING FENCED", "COPYING SERVED", "FENCED SERVED");

  private static List<SlotMapping> slots(PinnedKey... pinned) {
    return List.of(
        new SlotMapping(3, 1, new SlotAction.Migrating(7, 2, false, List.of(pinned))),
        new SlotMapping(3, 1, new SlotAction.Migrating(7, 2, true, List.of(pinned))),
        new SlotMapping(3, 1, new SlotAction.Turning(7, 2, List.of(pinned))));
  }

  private static List<PinnedKey> pinned(Decision<SlotMapping> decision) {
    SlotMapping row = ((Decision.Next<SlotMapping>) decision).row();
    return ((SlotAction.Moving) row.action()).pinned();
  }

  @Test
  void aPhaseFollowsAnother() {
    for (Phase before : Phase.values()) {
      for (Phase next : Phase.values()) {
        PinnedKey key = KEY.in(before);
        for (SlotMapping slot : slots(OTHER, key)) {
          // When
          Decision<SlotMapping> decision =
              SlotTransitions.decide(slot, new SlotEvent.PhaseEnded(key, next));
          // Then
          if (NEXT.contains(before + " " + next)) {
            assertThat(pinned(decision)).containsExactly(OTHER, KEY.in(next));
          } else {
            assertThat(decision).isInstanceOf(Decision.Rejected.class);
          }
        }
      }
    }
  }

  @Test
  void onlyAKeyThatNobodyUsesIsGivenFree() {
    for (Phase phase : Phase.values()) {
      PinnedKey key = KEY.in(phase);
      for (SlotMapping slot : slots(key, OTHER)) {
        Decision<SlotMapping> decision = SlotTransitions.decide(slot, new SlotEvent.Unpinned(key));
        if (phase == Phase.FENCED) {
          assertThat(pinned(decision)).containsExactly(OTHER);
        } else {
          assertThat(decision).isInstanceOf(Decision.Rejected.class);
        }
      }
    }
  }

  @Test
  void whoIsLateChangesNothing() {
    for (SlotMapping slot : slots(KEY.in(Phase.FENCED))) {
      assertThat(
              SlotTransitions.decide(
                  slot, new SlotEvent.PhaseEnded(KEY.in(Phase.COPYING), Phase.SERVED)))
          .isInstanceOf(Decision.Rejected.class);
    }
  }

  @Test
  void aSlotIsNotEmptyWhileAKeyIsPinned() {
    for (SlotMapping slot : slots(KEY)) {
      assertThat(SlotTransitions.decide(slot, new SlotEvent.Emptied()))
          .isInstanceOf(Decision.Rejected.class);
    }
  }

  @Test
  void aSlotTurnsRoundOnlyWhenNobodyWaitsForAKeyOfIt() {
    SlotAction waiting = new SlotAction.Turning(7, 2, List.of(KEY.in(Phase.FENCED)));
    assertThat(SlotTransitions.decide(new SlotMapping(3, 1, waiting), new SlotEvent.Started()))
        .isInstanceOf(Decision.Rejected.class);
    SlotAction served = new SlotAction.Turning(7, 2, List.of(KEY));
    assertThat(
            pinned(SlotTransitions.decide(new SlotMapping(3, 1, served), new SlotEvent.Started())))
        .as("they are pinned again if the fence expires")
        .containsExactly(KEY);
  }

  @Test
  void aCancelledMoveKeepsItsPinnedKeysUntilItTurns() {
    SlotAction moving = new SlotAction.Migrating(7, 2, false, List.of(KEY.in(Phase.COPYING)));
    assertThat(
            pinned(
                SlotTransitions.decide(new SlotMapping(3, 1, moving), new SlotEvent.Cancelled())))
        .containsExactly(KEY.in(Phase.COPYING));
  }
}

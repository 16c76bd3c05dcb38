package io.vodis.topom.transition;

import io.vodis.model.MigrationMethod;
import io.vodis.model.PinnedKey;
import java.util.List;

/** What can happen to a slot's action. */
public sealed interface SlotEvent {

  /** An operator or a plan wants the slot in another group. */
  record Requested(int index, int targetGroupId) implements SlotEvent {}

  /** It is the action's turn. */
  record Started() implements SlotEvent {}

  /** Every proxy has fenced the slot. */
  record Fenced() implements SlotEvent {}

  /**
   * A proxy could not fence the slot in time; the others have been parking long enough. Or it is
   * not known which of its keys are to be pinned.
   */
  record FenceExpired() implements SlotEvent {}

  /**
   * The target may serve.
   *
   * @param pinned keys that stay on the source until they have been moved alone
   * @param method how the others are moved
   * @param proof as of {@link io.vodis.model.SlotAction.Moving#proof}
   */
  record Opened(List<PinnedKey> pinned, MigrationMethod method, long proof) implements SlotEvent {
    public Opened {
      pinned = List.copyOf(pinned);
    }

    public Opened() {
      this(List.of(), MigrationMethod.MIGRATE, 0);
    }
  }

  /**
   * A pinned key is to be in another phase.
   *
   * @param key in the phase it has
   */
  record PhaseEnded(PinnedKey key, PinnedKey.Phase next) implements SlotEvent {}

  /**
   * A pinned key is not on the source any more; every proxy has fenced it.
   *
   * @param key in the phase it has
   */
  record Unpinned(PinnedKey key) implements SlotEvent {}

  /** A whole pass over the source found no key of the slot. */
  record Emptied() implements SlotEvent {}

  /** Every proxy uses the target alone. */
  record Settled() implements SlotEvent {}

  /** An operator no longer wants the move; what has been moved already comes back. */
  record Cancelled() implements SlotEvent {}
}

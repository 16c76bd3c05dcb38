package io.vodis.topom.migrate;

import io.vodis.model.MigrationMethod;
import io.vodis.model.PinnedKey;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.topom.sweep.KnownKeys;
import io.vodis.topom.transition.SlotEvent;
import java.util.Collection;
import java.util.List;

/**
 * How the slots of a batch are opened on their target.
 *
 * @param method how their keys are moved
 * @param known the slots that may be opened, and what their other keys are called
 */
record Opening(MigrationMethod method, KnownKeys known) {

  /** Slots without a source, or with one that needs no look before. */
  static Opening withoutLook(MigrationMethod method, Collection<Integer> slotIds) {
    return new Opening(method, new KnownKeys(slotIds, 0));
  }

  /** Whether there may be keys of the slot that are known by name and have not been moved yet. */
  boolean knows(SlotMapping slot) {
    return slot.action() instanceof SlotAction.Moving moving
        && moving.method().isOfPlainServers()
        && known.covers(slot.slotId());
  }

  /**
   * Whether a slot can be opened under a number. Not for a semi-async move: requests run on its
   * source too, and what a broken attempt has left on the target is older. Nor on the way back of
   * one: until the fence a value may be on its way in pieces, and must not be looked at.
   *
   * @param method of the move that is to come
   */
  static boolean isProvable(MigrationMethod method, SlotMapping slot) {
    return method != MigrationMethod.SEMI_ASYNC
        && slot.action() instanceof SlotAction.Moving moving
        && moving.method() != MigrationMethod.SEMI_ASYNC;
  }

  /**
   * What opens a slot.
   *
   * @param pinned the keys that stay on the source until they have been moved alone
   * @param proof the number that says which of two copies counts, or 0
   */
  SlotEvent.Opened of(SlotMapping slot, List<PinnedKey> pinned, long proof) {
    return new SlotEvent.Opened(pinned, methodOf(slot.action()), proof);
  }

  /**
   * Without a number, on the way back of two copies the one at home counts. So no attempt may leave
   * half a copy there, as semi-async does.
   */
  private MigrationMethod methodOf(SlotAction action) {
    boolean returning = action instanceof SlotAction.Moving moving && moving.returning();
    return returning && method == MigrationMethod.SEMI_ASYNC ? MigrationMethod.SYNC : method;
  }
}

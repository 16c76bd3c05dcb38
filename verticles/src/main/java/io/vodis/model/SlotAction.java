package io.vodis.model;

/**
 * Where a slot stands on its way to another group. Stored in the Codis form {@code {"index",
 * "state", "target_id"}}.
 *
 * <p>A state in the store means: <em>everything before it is complete on every proxy</em>. So
 * {@code Prepared} proves that every proxy had fenced the slot, and {@code Finished} that the
 * source holds no key of it.
 *
 * <pre>
 * idle ─► pending ─► preparing ─► prepared ─► migrating ─► finished ─► idle
 *          waits      being        fenced      target       target
 *          its turn   fenced       everywhere  serves,      only
 *                                              keys pulled
 * </pre>
 */
public sealed interface SlotAction {

  /** No action: the slot rests in its group. */
  record Idle() implements SlotAction {}

  /** Queued; actions start in order of {@code index}. May be cancelled. */
  record Pending(int index, int targetGroupId) implements Moving {}

  /** Proxies are being told to fence the slot; some may still serve it from the source. */
  record Preparing(int index, int targetGroupId) implements Moving {}

  /** Every proxy has fenced the slot and no request is in flight on the old route. */
  record Prepared(int index, int targetGroupId) implements Moving {}

  /** The target serves; a key is on the source until moved. */
  record Migrating(int index, int targetGroupId) implements Moving {}

  /** The source is proven empty of the slot; proxies are being told to use the target alone. */
  record Finished(int index, int targetGroupId) implements Moving {}

  /** Any state but {@link Idle}. */
  sealed interface Moving extends SlotAction
      permits Pending, Preparing, Prepared, Migrating, Finished {

    /** Order of actions, from 1, unique among the unfinished ones. */
    int index();

    /** The group the slot is going to. */
    int targetGroupId();
  }

  SlotAction IDLE = new Idle();
}

package io.vodis.model;

import java.util.List;

/**
 * Where a slot stands on its way to another group. Stored in the Codis form {@code {"index",
 * "state", "target_id"}}; {@code returning}, {@code cancelled} and {@code proof} are ours.
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
 *
 * <p>A slot whose move is cancelled while keys are on both servers turns round: source and target
 * change places, behind a fence, and the keys that had been moved come back. Until it is settled it
 * is <em>returning</em>: its target is where it came from.
 */
public sealed interface SlotAction {

  /** No action: the slot rests in its group. */
  record Idle() implements SlotAction {}

  /** Queued; actions start in order of {@code index}. */
  record Pending(int index, int targetGroupId) implements Moving {}

  /**
   * Proxies are being told to fence the slot; some may still serve it on the old route.
   *
   * @param pinned keys that were, and will be again if the fence is given up
   */
  record Preparing(
      int index,
      int targetGroupId,
      boolean returning,
      List<PinnedKey> pinned,
      MigrationMethod method,
      long proof)
      implements Moving {
    public Preparing {
      pinned = List.copyOf(pinned);
    }

    public Preparing(int index, int targetGroupId, boolean returning) {
      this(index, targetGroupId, returning, List.of(), MigrationMethod.MIGRATE, 0);
    }

    public Preparing(int index, int targetGroupId) {
      this(index, targetGroupId, false);
    }
  }

  /**
   * Every proxy has fenced the slot and no request is in flight on the old route.
   *
   * @param pinned as of {@link Preparing}
   */
  record Prepared(
      int index,
      int targetGroupId,
      boolean returning,
      List<PinnedKey> pinned,
      MigrationMethod method,
      long proof)
      implements Moving {
    public Prepared {
      pinned = List.copyOf(pinned);
    }

    public Prepared(int index, int targetGroupId, boolean returning) {
      this(index, targetGroupId, returning, List.of(), MigrationMethod.MIGRATE, 0);
    }

    public Prepared(int index, int targetGroupId) {
      this(index, targetGroupId, false);
    }
  }

  /**
   * The target serves; a key is on the source until moved.
   *
   * @param pinned keys that proxies leave on the source
   */
  record Migrating(
      int index,
      int targetGroupId,
      boolean returning,
      List<PinnedKey> pinned,
      MigrationMethod method,
      long proof)
      implements Moving {
    public Migrating {
      pinned = List.copyOf(pinned);
    }

    public Migrating(int index, int targetGroupId, boolean returning, List<PinnedKey> pinned) {
      this(index, targetGroupId, returning, pinned, MigrationMethod.MIGRATE, 0);
    }

    public Migrating(int index, int targetGroupId, boolean returning) {
      this(index, targetGroupId, returning, List.of());
    }

    public Migrating(int index, int targetGroupId) {
      this(index, targetGroupId, false);
    }
  }

  /** As {@link Migrating} for the proxies, but it is to turn round as soon as it can be fenced. */
  record Turning(
      int index, int targetGroupId, List<PinnedKey> pinned, MigrationMethod method, long proof)
      implements Moving {
    public Turning {
      pinned = List.copyOf(pinned);
    }

    public Turning(int index, int targetGroupId, List<PinnedKey> pinned) {
      this(index, targetGroupId, pinned, MigrationMethod.MIGRATE, 0);
    }

    public Turning(int index, int targetGroupId) {
      this(index, targetGroupId, List.of());
    }
  }

  /** The source is proven empty of the slot; proxies are being told to use the target alone. */
  record Finished(int index, int targetGroupId, boolean returning) implements Moving {
    public Finished(int index, int targetGroupId) {
      this(index, targetGroupId, false);
    }
  }

  /** Any state but {@link Idle}. */
  sealed interface Moving extends SlotAction
      permits Pending, Preparing, Prepared, Migrating, Turning, Finished {

    /** Order of actions, from 1, unique among the unfinished ones. */
    int index();

    /** The group the slot is going to. */
    int targetGroupId();

    /** Whether a cancelled move is on its way back: the target is where the slot came from. */
    default boolean returning() {
      return false;
    }

    /** Keys that proxies leave on the source until they have been moved alone. */
    default List<PinnedKey> pinned() {
      return List.of();
    }

    /** How its keys are moved; in the states of a fence, how they were before it. */
    default MigrationMethod method() {
      return MigrationMethod.MIGRATE;
    }

    /**
     * The number under which the target says, in its data, that no key of the slot was on both
     * servers when it was opened last ({@link io.vodis.slot.SlotProof}); 0 if that is not known. A
     * slot that is fenced for its way back keeps that of the way there.
     */
    default long proof() {
      return 0;
    }
  }

  SlotAction IDLE = new Idle();
}

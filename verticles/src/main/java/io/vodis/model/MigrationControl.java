package io.vodis.model;

import java.time.Duration;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an operator has said about running actions. Kept in the store, so that it outlives leaders
 * and restarts; null where nothing was said and the configuration holds.
 *
 * @param paused whether all actions stand still
 * @param pausedSlots slots whose action stands still
 * @param parallelSlots number of slots that may be moved at once
 * @param maxBlock how long one call that moves keys may hold a server
 * @param keysPerSecond keys moved per second and source server at most; 0 for no limit
 * @param windows when keys may be moved, in the form of the configuration
 */
public record MigrationControl(
    boolean paused,
    SortedSet<Integer> pausedSlots,
    @Nullable Integer parallelSlots,
    @Nullable Duration maxBlock,
    @Nullable Integer keysPerSecond,
    @Nullable String windows) {

  /** Nothing was said. */
  public static final MigrationControl NONE =
      new MigrationControl(false, new TreeSet<>(), null, null, null, null);

  public MigrationControl {
    pausedSlots = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(pausedSlots));
  }

  public MigrationControl withPaused(boolean all) {
    return new MigrationControl(all, pausedSlots, parallelSlots, maxBlock, keysPerSecond, windows);
  }

  public MigrationControl withPausedSlots(SortedSet<Integer> slotIds) {
    return new MigrationControl(paused, slotIds, parallelSlots, maxBlock, keysPerSecond, windows);
  }

  /** The same without a pause of these slots. */
  public MigrationControl without(java.util.Collection<Integer> slotIds) {
    SortedSet<Integer> left = new TreeSet<>(pausedSlots);
    left.removeAll(slotIds);
    return withPausedSlots(left);
  }
}

package io.vodis.topom.plan;

import io.vodis.model.MigrationControl;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.topom.transition.PinnedKeys;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * How slots may be moved at present: what the configuration says, unless an operator has said
 * otherwise ({@link MigrationControl}).
 *
 * @param keysPerSecond per source server; 0 for no limit
 */
public record MigrationLimits(
    boolean paused,
    SortedSet<Integer> pausedSlots,
    int parallelSlots,
    Duration maxBlock,
    int keysPerSecond,
    MigrationWindows windows) {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm VV", Locale.ROOT);

  /** What the configuration says. */
  public static MigrationLimits configured(
      int parallelSlots, Duration maxBlock, int keysPerSecond, MigrationWindows windows) {
    return new MigrationLimits(
        false, new TreeSet<>(), parallelSlots, maxBlock, keysPerSecond, windows);
  }

  /** The same after an operator has spoken. */
  public MigrationLimits under(MigrationControl control) {
    return new MigrationLimits(
        control.paused(),
        control.pausedSlots(),
        control.parallelSlots() == null ? parallelSlots : control.parallelSlots(),
        control.maxBlock() == null ? maxBlock : control.maxBlock(),
        control.keysPerSecond() == null ? keysPerSecond : control.keysPerSecond(),
        control.windows() == null ? windows : stored(control.windows()));
  }

  /** Checked before it was stored; who has edited it by hand since gets what is configured. */
  private MigrationWindows stored(String text) {
    try {
      return MigrationWindows.parse(text);
    } catch (IllegalArgumentException e) {
      return windows;
    }
  }

  /**
   * Why an action must stand still now; empty if it may go on. Only states in which standing still
   * does no harm are held: a slot that is fenced is first opened, a pinned key for which requests
   * wait is first given back, and what is finished is settled.
   */
  public Optional<String> hold(SlotMapping slot, Instant now) {
    if (slot.action() instanceof SlotAction.Moving moving
        && !PinnedKeys.areServed(moving.pinned())) {
      return Optional.empty();
    }
    return switch (slot.action()) {
      case SlotAction.Pending p -> reason(slot.slotId(), now);
      case SlotAction.Migrating m -> reason(slot.slotId(), now);
      case SlotAction.Turning t -> reason(slot.slotId(), now);
      case SlotAction.Idle i -> Optional.empty();
      case SlotAction.Preparing p -> Optional.empty();
      case SlotAction.Prepared p -> Optional.empty();
      case SlotAction.Finished f -> Optional.empty();
    };
  }

  private Optional<String> reason(int slotId, Instant now) {
    if (paused) {
      return Optional.of("a resume: all actions are paused");
    }
    if (pausedSlots.contains(slotId)) {
      return Optional.of("a resume: this action is paused");
    }
    return windows
        .opensAt(now)
        .map(
            time -> "the migration window at " + TIME.format(time.truncatedTo(ChronoUnit.MINUTES)));
  }
}

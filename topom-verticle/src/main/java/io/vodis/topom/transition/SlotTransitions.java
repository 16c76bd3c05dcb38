package io.vodis.topom.transition;

import static io.vodis.topom.transition.Effect.AWAIT_FENCE;
import static io.vodis.topom.transition.Effect.AWAIT_PROXIES;
import static io.vodis.topom.transition.Effect.MOVE_KEYS;
import static io.vodis.topom.transition.Effect.PERSIST;

import io.vodis.model.PinnedKey;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.topom.transition.SlotEvent.Cancelled;
import io.vodis.topom.transition.SlotEvent.Emptied;
import io.vodis.topom.transition.SlotEvent.FenceExpired;
import io.vodis.topom.transition.SlotEvent.Fenced;
import io.vodis.topom.transition.SlotEvent.Opened;
import io.vodis.topom.transition.SlotEvent.PhaseEnded;
import io.vodis.topom.transition.SlotEvent.Requested;
import io.vodis.topom.transition.SlotEvent.Settled;
import io.vodis.topom.transition.SlotEvent.Started;
import io.vodis.topom.transition.SlotEvent.Unpinned;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The life of a slot action; drawn in the package's description. */
public final class SlotTransitions {

  private SlotTransitions() {}

  /** Total: an event that means nothing in a state is {@link Decision.Rejected}. */
  public static Decision<SlotMapping> decide(SlotMapping slot, SlotEvent event) {
    return switch (slot.action()) {
      case SlotAction.Idle idle -> onIdle(slot, event);
      case SlotAction.Pending p ->
          switch (event) {
            case Started e -> next(slot.with(new SlotAction.Preparing(p.index(), target(p))));
            case Cancelled e -> next(slot.with(SlotAction.IDLE));
            default -> rejected(slot, event);
          };
      case SlotAction.Preparing p -> onPreparing(slot, p, event);
      case SlotAction.Prepared p ->
          switch (event) {
            case Opened e ->
                next(
                    slot.with(
                        new SlotAction.Migrating(
                            p.index(),
                            target(p),
                            p.returning(),
                            e.pinned(),
                            e.method(),
                            e.proof())));
            case FenceExpired e -> next(unfenced(slot, p));
            case Cancelled e ->
                p.returning() ? rejected(slot, event) : next(slot.with(SlotAction.IDLE));
            default -> rejected(slot, event);
          };
      case SlotAction.Migrating p -> onMigrating(slot, p, event);
      case SlotAction.Turning p ->
          switch (event) {
            case Started e ->
                PinnedKeys.areServed(p.pinned())
                    ? next(
                        swapped(
                            slot,
                            new SlotAction.Preparing(
                                p.index(),
                                slot.groupId(),
                                true,
                                p.pinned(),
                                p.method(),
                                p.proof())))
                    : rejected(slot, event);
            case PhaseEnded e -> repinned(slot, PinnedKeys.after(p.pinned(), e), event);
            case Unpinned e -> repinned(slot, PinnedKeys.after(p.pinned(), e), event);
            default -> rejected(slot, event);
          };
      case SlotAction.Finished p ->
          switch (event) {
            case Settled e -> next(new SlotMapping(slot.slotId(), target(p), SlotAction.IDLE));
            // All keys are on the target: the way back is a move like any other.
            case Cancelled e ->
                canReturn(slot, p)
                    ? next(swapped(slot, new SlotAction.Pending(p.index(), slot.groupId())))
                    : rejected(slot, event);
            default -> rejected(slot, event);
          };
    };
  }

  private static Decision<SlotMapping> onPreparing(
      SlotMapping slot, SlotAction.Preparing p, SlotEvent event) {
    return switch (event) {
      case Fenced e ->
          next(
              slot.with(
                  new SlotAction.Prepared(
                      p.index(), target(p), p.returning(), p.pinned(), p.method(), p.proof())));
      case FenceExpired e -> next(unfenced(slot, p));
      case Cancelled e -> p.returning() ? rejected(slot, event) : next(slot.with(SlotAction.IDLE));
      default -> rejected(slot, event);
    };
  }

  private static Decision<SlotMapping> onMigrating(
      SlotMapping slot, SlotAction.Migrating p, SlotEvent event) {
    return switch (event) {
      case Emptied e ->
          p.pinned().isEmpty()
              ? next(slot.with(new SlotAction.Finished(p.index(), target(p), p.returning())))
              : rejected(slot, event);
      case Cancelled e ->
          canReturn(slot, p)
              ? next(
                  slot.with(
                      new SlotAction.Turning(
                          p.index(), target(p), p.pinned(), p.method(), p.proof())))
              : rejected(slot, event);
      case PhaseEnded e -> repinned(slot, PinnedKeys.after(p.pinned(), e), event);
      case Unpinned e -> repinned(slot, PinnedKeys.after(p.pinned(), e), event);
      default -> rejected(slot, event);
    };
  }

  private static Decision<SlotMapping> repinned(
      SlotMapping slot, Optional<List<PinnedKey>> pinned, SlotEvent event) {
    if (pinned.isEmpty()) {
      return rejected(slot, event);
    }
    return switch (slot.action()) {
      case SlotAction.Migrating p ->
          next(
              slot.with(
                  new SlotAction.Migrating(
                      p.index(), target(p), p.returning(), pinned.get(), p.method(), p.proof())));
      case SlotAction.Turning p ->
          next(
              slot.with(
                  new SlotAction.Turning(
                      p.index(), target(p), pinned.get(), p.method(), p.proof())));
      default -> rejected(slot, event);
    };
  }

  /** The fence is given up; nothing has run on the new route. */
  private static SlotMapping unfenced(SlotMapping slot, SlotAction.Moving p) {
    return p.returning()
        ? swapped(
            slot,
            new SlotAction.Turning(p.index(), slot.groupId(), p.pinned(), p.method(), p.proof()))
        : slot.with(new SlotAction.Pending(p.index(), target(p)));
  }

  /** A slot that was offline has nowhere to return to, and one that returns does so already. */
  private static boolean canReturn(SlotMapping slot, SlotAction.Moving action) {
    return slot.groupId() != SlotMapping.NO_GROUP && !action.returning();
  }

  /** The same slot with its target as owner: whatever it is doing, it does the other way round. */
  private static SlotMapping swapped(SlotMapping slot, SlotAction.Moving action) {
    return new SlotMapping(slot.slotId(), target((SlotAction.Moving) slot.action()), action);
  }

  /** What is to be done while a state lasts; a new leader begins here, whatever it finds. */
  public static List<Effect> work(SlotAction action) {
    return switch (action) {
      case SlotAction.Idle idle -> List.of();
      case SlotAction.Pending pending -> List.of();
      case SlotAction.Preparing preparing -> List.of(AWAIT_FENCE);
      case SlotAction.Prepared prepared -> List.of();
      case SlotAction.Migrating migrating -> List.of(AWAIT_PROXIES, MOVE_KEYS);
      case SlotAction.Turning turning -> List.of();
      case SlotAction.Finished finished -> List.of(AWAIT_PROXIES);
    };
  }

  /** The state's name as shown; stored under it but for {@code turning}. */
  public static String stateName(SlotAction action) {
    return switch (action) {
      case SlotAction.Idle idle -> "idle";
      case SlotAction.Pending pending -> "pending";
      case SlotAction.Preparing preparing -> "preparing";
      case SlotAction.Prepared prepared -> "prepared";
      case SlotAction.Migrating migrating -> "migrating";
      case SlotAction.Turning turning -> "turning";
      case SlotAction.Finished finished -> "finished";
    };
  }

  private static Decision<SlotMapping> onIdle(SlotMapping slot, SlotEvent event) {
    if (!(event instanceof Requested requested)) {
      return rejected(slot, event);
    }
    if (requested.targetGroupId() == slot.groupId()) {
      return new Decision.Rejected<>(
          "slot " + slot.slotId() + " is in group " + slot.groupId() + " already");
    }
    return next(slot.with(new SlotAction.Pending(requested.index(), requested.targetGroupId())));
  }

  private static int target(SlotAction.Moving action) {
    return action.targetGroupId();
  }

  private static Decision<SlotMapping> next(SlotMapping slot) {
    List<Effect> effects = new ArrayList<>();
    effects.add(PERSIST);
    effects.addAll(work(slot.action()));
    return new Decision.Next<>(slot, effects);
  }

  private static Decision<SlotMapping> rejected(SlotMapping slot, SlotEvent event) {
    if (event instanceof Cancelled && slot.action() instanceof SlotAction.Moving moving) {
      return new Decision.Rejected<>(
          moving.returning() || moving instanceof SlotAction.Turning
              ? "the move of slot " + slot.slotId() + " is cancelled already; it is on its way back"
              : "slot "
                  + slot.slotId()
                  + " was offline before and has nowhere to return to; let it finish");
    }
    return new Decision.Rejected<>(
        "slot "
            + slot.slotId()
            + " is "
            + stateName(slot.action())
            + ", cannot be "
            + event.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT));
  }
}

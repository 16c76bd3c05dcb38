package io.vodis.topom.transition;

import static io.vodis.topom.transition.Effect.AWAIT_FENCE;
import static io.vodis.topom.transition.Effect.AWAIT_PROXIES;
import static io.vodis.topom.transition.Effect.MOVE_KEYS;
import static io.vodis.topom.transition.Effect.PERSIST;

import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.topom.transition.SlotEvent.Cancelled;
import io.vodis.topom.transition.SlotEvent.Emptied;
import io.vodis.topom.transition.SlotEvent.FenceExpired;
import io.vodis.topom.transition.SlotEvent.Fenced;
import io.vodis.topom.transition.SlotEvent.Opened;
import io.vodis.topom.transition.SlotEvent.Requested;
import io.vodis.topom.transition.SlotEvent.Settled;
import io.vodis.topom.transition.SlotEvent.Started;
import java.util.ArrayList;
import java.util.List;

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
      case SlotAction.Preparing p ->
          switch (event) {
            case Fenced e -> next(slot.with(new SlotAction.Prepared(p.index(), target(p))));
            case FenceExpired e -> next(slot.with(new SlotAction.Pending(p.index(), target(p))));
            default -> rejected(slot, event);
          };
      case SlotAction.Prepared p ->
          event instanceof Opened
              ? next(slot.with(new SlotAction.Migrating(p.index(), target(p))))
              : rejected(slot, event);
      case SlotAction.Migrating p ->
          event instanceof Emptied
              ? next(slot.with(new SlotAction.Finished(p.index(), target(p))))
              : rejected(slot, event);
      case SlotAction.Finished p ->
          event instanceof Settled
              ? next(new SlotMapping(slot.slotId(), target(p), SlotAction.IDLE))
              : rejected(slot, event);
    };
  }

  /** What is to be done while a state lasts; a new leader begins here, whatever it finds. */
  public static List<Effect> work(SlotAction action) {
    return switch (action) {
      case SlotAction.Idle idle -> List.of();
      case SlotAction.Pending pending -> List.of();
      case SlotAction.Preparing preparing -> List.of(AWAIT_FENCE);
      case SlotAction.Prepared prepared -> List.of();
      case SlotAction.Migrating migrating -> List.of(AWAIT_PROXIES, MOVE_KEYS);
      case SlotAction.Finished finished -> List.of(AWAIT_PROXIES);
    };
  }

  /** The state's name as stored and shown. */
  public static String stateName(SlotAction action) {
    return switch (action) {
      case SlotAction.Idle idle -> "idle";
      case SlotAction.Pending pending -> "pending";
      case SlotAction.Preparing preparing -> "preparing";
      case SlotAction.Prepared prepared -> "prepared";
      case SlotAction.Migrating migrating -> "migrating";
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
    return new Decision.Rejected<>(
        "slot "
            + slot.slotId()
            + " is "
            + stateName(slot.action())
            + ", cannot be "
            + event.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT));
  }
}

package io.vodis.topom.transition;

/** What can happen to a slot's action. */
public sealed interface SlotEvent {

  /** An operator or a plan wants the slot in another group. */
  record Requested(int index, int targetGroupId) implements SlotEvent {}

  /** It is the action's turn. */
  record Started() implements SlotEvent {}

  /** Every proxy has fenced the slot. */
  record Fenced() implements SlotEvent {}

  /** A proxy could not fence the slot in time; the others have been parking long enough. */
  record FenceExpired() implements SlotEvent {}

  /** The target may serve. */
  record Opened() implements SlotEvent {}

  /** A whole pass over the source found no key of the slot. */
  record Emptied() implements SlotEvent {}

  /** Every proxy uses the target alone. */
  record Settled() implements SlotEvent {}

  /** An operator no longer wants the move; what has been moved already comes back. */
  record Cancelled() implements SlotEvent {}
}

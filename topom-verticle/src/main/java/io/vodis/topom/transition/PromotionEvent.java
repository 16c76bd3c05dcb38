package io.vodis.topom.transition;

import io.vodis.model.HostAndPort;

/** What can happen to a group whose primary is, or is to be, replaced. */
public sealed interface PromotionEvent {

  /**
   * Somebody wants another primary.
   *
   * @param planned a switchover with a living primary; otherwise a failover
   */
  record Requested(HostAndPort candidate, boolean planned) implements PromotionEvent {}

  /** Every proxy has fenced the group's slots, and this replica is the best to promote. */
  record Fenced(HostAndPort candidate) implements PromotionEvent {}

  /** The candidate says itself that it is a primary. */
  record Promoted() implements PromotionEvent {}

  /** The candidate could not be promoted; another is to be chosen. */
  record CandidateLost() implements PromotionEvent {}

  /** The old primary stays; whatever was done to the candidate is undone by reconciliation. */
  record Aborted() implements PromotionEvent {}

  /** Every proxy uses the new primary. */
  record Settled() implements PromotionEvent {}
}

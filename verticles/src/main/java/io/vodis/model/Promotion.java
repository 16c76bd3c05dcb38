package io.vodis.model;

/**
 * Where a group stands in replacing its primary. Stored in the Codis form {@code {"index","state"}}
 * where {@code index} is the place of {@code candidate} in the server list.
 *
 * <p>As with {@link SlotAction}, a state in the store means that what comes before it is complete.
 */
public sealed interface Promotion {

  /** No promotion under way. */
  record None() implements Promotion {}

  /**
   * Proxies are being told to fence the slots of the group. {@code candidate} may still change.
   *
   * @param planned a switchover with a living primary: requests in flight are drained and the
   *     candidate catches up; otherwise a failover: connections to the old primary are broken
   */
  record Preparing(HostAndPort candidate, boolean planned) implements Promotion {}

  /** Every proxy has fenced the group's slots; the candidate is being made primary. */
  record Prepared(HostAndPort candidate, boolean planned) implements Promotion {}

  /** The candidate is primary (checked with ROLE) and first in the list; being pushed. */
  record Finished(HostAndPort candidate) implements Promotion {}

  Promotion NONE = new None();
}

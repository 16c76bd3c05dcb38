package io.vodis.model;

import java.time.Instant;

/**
 * A change that somebody made: who, when, from where, what, and what came of it.
 *
 * @param epoch of the topology that holds the change; 0 while it is not committed
 * @param actor as the caller names itself, or the role that acted by itself
 * @param origin the address the call came from; of an automatic change, on whose word
 * @param action what was asked for
 * @param plan the arguments, and which rows were changed to what
 * @param result {@code done}, or why not
 */
public record AuditEntry(
    long epoch,
    Instant at,
    String actor,
    String origin,
    String action,
    String plan,
    String result) {

  /** No text is longer, so that entries are bounded in size. */
  public static final int TEXT_MAX = 4000;

  public AuditEntry {
    actor = bounded(actor);
    origin = bounded(origin);
    action = bounded(action);
    plan = bounded(plan);
    result = bounded(result);
  }

  /** The same as committed. */
  public AuditEntry in(long committedEpoch) {
    return new AuditEntry(committedEpoch, at, actor, origin, action, plan, result);
  }

  private static String bounded(String text) {
    return text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX - 3) + "...";
  }
}

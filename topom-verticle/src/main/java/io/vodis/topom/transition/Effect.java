package io.vodis.topom.transition;

/** What must be done because of a decision. The order in a list of effects is the protocol. */
public enum Effect {
  /** Commit the next row; proxies are told of it as soon as it is committed. */
  PERSIST,
  /** Wait, bounded, until every proxy has fenced the slots. */
  AWAIT_FENCE,
  /** Wait until every proxy has the table. */
  AWAIT_PROXIES,
  /** Move the slots' keys, and prove that none is left. */
  MOVE_KEYS,
  /** Planned switchover: wait, bounded, until the candidate has all that the primary has. */
  CATCH_UP,
  /** Make the candidate a primary and check it. */
  PROMOTE,
  /** Make the other servers of the group follow the candidate. */
  REPOINT
}

package io.vodis.proxy.command;

/** Where a command is answered. */
public enum Routing {
  /** By the proxy itself. */
  LOCAL(true),
  /** By the server of its one key. */
  ONE_KEY(true),
  /** By the server of its keys, all of which must hash to one slot. */
  SAME_SLOT(true),
  /**
   * Split into one sub-request per server, the replies merged: MGET MSET DEL UNLINK EXISTS TOUCH.
   */
  FRAGMENTED(true),
  /**
   * Says nothing by itself: its subcommand decides. Reached only when that is missing or unknown.
   */
  CONTAINER(true),
  /** By a server of every group, the replies merged: SCAN KEYS DBSIZE FLUSHALL SCRIPT FUNCTION. */
  BROADCAST(true),
  /** Waits at the server, so needs a connection of its own: BLPOP and its like, WAIT. */
  BLOCKING(true),
  /** Turns the connection into a stream of messages, or feeds one: SUBSCRIBE, PUBLISH, MONITOR. */
  PUBSUB(true),
  /** Binds the following commands together: MULTI EXEC DISCARD WATCH UNWATCH. */
  TRANSACTION(true),
  /** By a server of any group, for all would answer the same. */
  ANY_GROUP(true),
  /** By the primary of every group, one reply for all: only by the operator's policy. */
  ALL_GROUPS(true),
  /** Not executed at all, answered with OK: only by the operator's policy. */
  ANSWER_OK(true),
  /** Known to Redis, has no place in the classes above, and is not offered. */
  UNSUPPORTED(false),
  /** Would change or stop a server behind everybody's back: never offered. */
  DENIED(false),
  /** The first word of an HTTP request, sent by a browser led here: close without a reply. */
  CROSS_PROTOCOL(false);

  private final boolean supported;

  Routing(boolean supported) {
    this.supported = supported;
  }

  /** Whether the proxy serves commands of this class. */
  public boolean supported() {
    return supported;
  }
}

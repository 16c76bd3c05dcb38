package io.vodis.proxy.session;

/** A session that waits for a command which waits at a server. */
interface Blocked extends SessionState {

  /** Ends the wait as CLIENT UNBLOCK does: as if the time were up, or with an error. */
  void unblock(boolean withError);

  @Override
  default void describe(ClientLine line) {
    line.flag('b');
  }

  @Override
  default boolean delaysDrain() {
    return false;
  }

  /** Periodic care. */
  void tick(long now);
}

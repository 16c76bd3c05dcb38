package io.vodis.proxy.blocking;

import io.vodis.proxy.session.ClientLine;
import io.vodis.proxy.session.SessionState;

/** A session that waits for a command which waits at a server. */
public interface Blocked extends SessionState {

  /**
   * Ends the wait as CLIENT UNBLOCK does: as if the time were up, or with an error.
   *
   * @param onEnd called when it has ended, however it did
   */
  void unblock(boolean withError, Runnable onEnd);

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

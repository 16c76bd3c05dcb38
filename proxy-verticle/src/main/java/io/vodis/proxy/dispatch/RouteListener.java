package io.vodis.proxy.dispatch;

import java.util.BitSet;

/**
 * Whoever keeps something at the server of a slot beyond one request: watched keys, a blocked
 * request, a subscription.
 */
public interface RouteListener {

  /**
   * A table is in force in which these slots have another route than before, be it that they are
   * fenced only. Called on the loop, after requests that waited have been sent by it.
   */
  void onRoutesChanged(BitSet slots);

  /**
   * Asked after {@link #onRoutesChanged}: whether what it keeps has yet to follow the routes. If so
   * the table is not confirmed before {@code onFollowed} is called, once and within bounded time.
   */
  default boolean follows(Runnable onFollowed) {
    return false;
  }
}

package io.vodis.proxy.dispatch;

import io.vodis.proxy.loop.LoopClock;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * How long sessions have waited for another table with a request that cannot be sent by the present
 * one: no longer than requests wait for a slot. One per loop and purpose.
 */
public final class TableWait {

  private final Dispatcher dispatcher;
  private final LoopClock clock;

  /** Since when; each session has at most one request that waits so. */
  private final Map<Origin, Long> since = new WeakHashMap<>();

  public TableWait(Dispatcher dispatcher, LoopClock clock) {
    this.dispatcher = dispatcher;
    this.clock = clock;
  }

  /** Whether its request may wait on; if not, the next one begins anew. */
  public boolean mayWait(Origin origin) {
    long now = clock.nowNanos();
    long began = since.computeIfAbsent(origin, o -> now);
    if (now - began <= dispatcher.waitTimeoutNanos()) {
      return true;
    }
    since.remove(origin);
    return false;
  }

  /** Its request waits no more. */
  public void over(Origin origin) {
    if (!since.isEmpty()) {
      since.remove(origin);
    }
  }
}

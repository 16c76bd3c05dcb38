package io.vodis.proxy.migrate;

import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRoute;
import java.util.Set;

/** Moves single keys between servers, each when a request needs it. */
public interface KeyMover {

  /** Learns what became of a key. */
  @FunctionalInterface
  interface Listener {

    /**
     * Called once, never from within {@link #move}. Whatever was tried for the key has ended:
     * nothing of it can still change the key on either server.
     *
     * @param moved the key is on the target, or exists nowhere; false: it may still be on the
     *     source
     */
    void onOver(Key key, boolean moved);
  }

  /** Moves a key the way of its slot, trying for a bounded time. */
  void move(SlotRoute.Migrating route, Key key, Listener listener);

  /** Nothing has to do with any other server from here on: what involves one is over at once. */
  void keepOnly(Set<HostAndPort> servers);

  /** That server is believed dead and is being replaced: what involves it is over at once. */
  void abandon(HostAndPort server);
}

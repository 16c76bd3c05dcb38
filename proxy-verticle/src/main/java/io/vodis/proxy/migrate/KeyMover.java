package io.vodis.proxy.migrate;

import io.vodis.model.HostAndPort;

/** Moves single keys between servers, each when a request needs it. */
public interface KeyMover {

  /** Learns what became of a key. */
  @FunctionalInterface
  interface Listener {

    /**
     * Called once. Whatever was tried for the key has ended: nothing of it can still change the key
     * on either server.
     *
     * @param moved the key is on the target, or exists nowhere; false: it may still be on the
     *     source
     */
    void onOver(Key key, boolean moved);
  }

  /** Moves a key, trying for a bounded time. */
  void move(HostAndPort source, HostAndPort target, Key key, Listener listener);
}

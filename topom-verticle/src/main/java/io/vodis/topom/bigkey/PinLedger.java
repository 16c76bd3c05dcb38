package io.vodis.topom.bigkey;

import io.vodis.model.HostAndPort;
import io.vodis.model.PinnedKey;

/** What the move of a big key needs of whoever leads. */
public interface PinLedger {

  /**
   * Commits another phase of a key; returns the key in it.
   *
   * @throws NotMoved if the key is not in the phase that was thought
   */
  PinnedKey commit(int slotId, PinnedKey key, PinnedKey.Phase next);

  /** Commits that a key, which is fenced, has left the source. */
  void commitUnpinned(int slotId, PinnedKey key);

  /**
   * Returns when every proxy keeps to what is committed, and nothing is under way to the servers
   * from proxies that were passed over.
   *
   * @throws NotMoved if a proxy is too slow
   */
  void awaitProxies(HostAndPort source, HostAndPort target);

  /**
   * Ends the connections of all earlier moves of big keys on a server: nothing of them can be
   * executed afterwards.
   */
  void endEarlierMoves(HostAndPort server);
}

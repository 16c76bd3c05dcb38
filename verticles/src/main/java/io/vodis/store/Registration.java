package io.vodis.store;

import io.vodis.model.Member;

/**
 * A member's presence in the store: a persistent entry and an ephemeral node that lives with the
 * store session. After an expired session the next {@link #renewLease()} registers anew.
 */
public interface Registration extends AutoCloseable {

  Member member();

  /**
   * One round trip through the store's leader (a write, so that it proves the session alive).
   *
   * @throws StoreException {@code UNAVAILABLE} if there was no answer; the old lease just runs out
   */
  LeaseGrant renewLease();

  /** Takes the ephemeral node away, so that the leader need not wait for the session to expire. */
  @Override
  void close();
}

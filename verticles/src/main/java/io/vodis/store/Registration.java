package io.vodis.store;

import io.vodis.model.Member;
import java.util.List;
import java.util.Optional;

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

  /** When the newest renewal that was answered had been sent, by {@link System#nanoTime}. */
  long answeredNanos();

  /**
   * Puts into the store who may vouch for this member while it cannot reach the store.
   *
   * @throws StoreException if that is not certain; then nobody may
   */
  void nameWitnesses(List<Member> witnesses);

  /** Who may vouch now: what was named since the member registered last, if anything. */
  Optional<Witnesses> witnesses();

  /**
   * A table of a lower epoch must not be served; that of the newest {@link LeaseGrant}, or of a
   * later one. Who has read {@link #witnesses} before knows the epoch under which these were named,
   * or a higher one.
   */
  long registeredEpoch();

  /** Takes the ephemeral node away, so that the leader need not wait for the session to expire. */
  @Override
  void close();
}

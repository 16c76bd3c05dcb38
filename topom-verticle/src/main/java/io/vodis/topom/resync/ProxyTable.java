package io.vodis.topom.resync;

import io.vodis.model.Member;

/**
 * What the leader knows of one proxy's table. Mutable; guarded by the lock of {@link TableResync}.
 */
final class ProxyTable {

  final Member member;

  /** Newest epoch acknowledged in this term; -1 before the first. */
  long ackedEpoch = -1;

  /** Newest epoch sent; -1 before the first. */
  long sentEpoch = -1;

  /** When the newest push that was acknowledged had been sent. */
  long answeredNanos;

  /** When the proxy was last asked to show that it is there, though it has the newest table. */
  long askedNanos;

  /** When to send again if nothing new happens. */
  long retryNanos;

  /** Why the last push was not acknowledged; empty if it was. */
  String error = "";

  ProxyTable(Member member, long nowNanos) {
    this.member = member;
    this.answeredNanos = nowNanos;
    this.askedNanos = nowNanos;
  }

  /** An answer to what was sent before it was asked is none. */
  boolean owesAnswer() {
    return answeredNanos - askedNanos < 0;
  }

  boolean has(long epoch) {
    return ackedEpoch >= epoch;
  }
}

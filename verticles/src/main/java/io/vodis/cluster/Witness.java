package io.vodis.cluster;

import io.vodis.bus.BusReply;
import io.vodis.bus.BusReply.Released;
import io.vodis.bus.BusReply.Vouched;
import io.vodis.bus.MemberQuery;
import io.vodis.bus.MemberQuery.ReleaseQuery;
import io.vodis.bus.MemberQuery.VouchQuery;
import io.vodis.lifecycle.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * One member's word in a store outage. It never lets a proxy serve and the leader go on without
 * that proxy at the same time: what it has vouched for it waits for, and what it has agreed to give
 * up it never vouches for again. As both need more than half of the same members, one at least
 * would have to break its word for both to go on.
 *
 * <p>A process that has just started does not know what its predecessor has vouched for, and so
 * agrees to nothing for as long as that can have been.
 */
public final class Witness {

  /** Proxies that were given up, each a process that has ended or is fenced. */
  private static final int RELEASED_MAX = 10_000;

  private final String incarnation;
  private final LongSupplier storeAnsweredNanos;
  private final Clock clock;
  private final long vouchMaxMillis;
  private final long lostAfterNanos;
  private final long startNanos;

  /** By the proxy's incarnation. */
  private final Map<String, Long> vouchedUntilNanos = new HashMap<>();

  /** The newest round that was given up, by the proxy's incarnation. */
  private final Map<String, Long> releasedRounds =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > RELEASED_MAX;
        }
      };

  /**
   * A witness that knows of nothing.
   *
   * @param storeAnsweredNanos when the newest question to the store that was answered had been sent
   * @param lease that the store lends, two thirds of the session timeout; not more is vouched for
   */
  public Witness(String incarnation, LongSupplier storeAnsweredNanos, Clock clock, Duration lease) {
    this.incarnation = incarnation;
    this.storeAnsweredNanos = storeAnsweredNanos;
    this.clock = clock;
    this.vouchMaxMillis = lease.toMillis();
    this.lostAfterNanos = lostAfter(lease).toNanos();
    this.startNanos = clock.nanoTime();
  }

  /** Without an answer for so long a member has lost the store: several renewals have failed. */
  public static Duration lostAfter(Duration lease) {
    return lease.dividedBy(2);
  }

  public synchronized BusReply answer(MemberQuery query) {
    return switch (query) {
      case VouchQuery vouch -> vouch(vouch);
      case ReleaseQuery release -> release(release);
    };
  }

  String incarnation() {
    return incarnation;
  }

  synchronized Vouched vouch(VouchQuery query) {
    long now = clock.nanoTime();
    if (now - storeAnsweredNanos.getAsLong() <= lostAfterNanos) {
      return new Vouched(incarnation, 0, true);
    }
    if (releasedRounds.getOrDefault(query.incarnation(), -1L) >= query.round()) {
      return new Vouched(incarnation, 0, false);
    }
    vouchedUntilNanos.values().removeIf(until -> now - until >= 0);
    long millis = Math.max(0, Math.min(query.millis(), vouchMaxMillis));
    vouchedUntilNanos.merge(
        query.incarnation(), now + millis * 1_000_000, (a, b) -> a - b >= 0 ? a : b);
    return new Vouched(incarnation, millis, false);
  }

  private Released release(ReleaseQuery query) {
    long now = clock.nanoTime();
    long waitNanos = startNanos + vouchMaxMillis * 1_000_000 - now;
    Long until = vouchedUntilNanos.get(query.incarnation());
    if (until != null) {
      waitNanos = Math.max(waitNanos, until - now);
    }
    if (waitNanos > 0) {
      return new Released(incarnation, waitNanos / 1_000_000 + 1);
    }
    releasedRounds.merge(query.incarnation(), query.round(), Math::max);
    return new Released(incarnation, 0);
  }
}

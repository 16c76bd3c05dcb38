package io.vodis.proxy.control;

import io.vodis.lifecycle.Clock;
import io.vodis.store.LeaseGrant;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this process may serve: its lease runs, and its table is not older than its registration.
 * A table older than that may be one that the leader has gone on without this proxy, and is never
 * served. A lease that has run out is got over if the configuration or an operator says so.
 *
 * <p>Changed on the control verticle's context only; read from anywhere.
 */
final class Permission {

  static final String NO_TABLE = "no table has been received from the leader";
  static final String NO_LEASE = "the store has not answered for too long, the lease has run out";

  private static final Logger LOGGER = LoggerFactory.getLogger(Permission.class);

  /** As good as for ever, and far from the end of the clock. */
  private static final Duration FOREVER = Duration.ofDays(10_000);

  private final Loops loops;
  private final Clock clock;
  private OnIsolation onIsolation;
  private @Nullable LeaseGrant grant;
  private boolean registered;
  private long epoch = -1;

  /** What an operator has allowed; in the past if nothing. */
  private volatile long aloneUntilNanos;

  private volatile long leaseEndNanos;
  private volatile long serveEndNanos;
  private volatile String fencedBecause = NO_TABLE;

  /** What is known about why there is no lease; may be asked from any thread. */
  private volatile Supplier<String> waitsFor = () -> "";

  Permission(Loops loops, Clock clock, OnIsolation onIsolation) {
    this.loops = loops;
    this.clock = clock;
    this.onIsolation = onIsolation;
    this.leaseEndNanos = clock.nanoTime();
    this.serveEndNanos = leaseEndNanos;
    this.aloneUntilNanos = leaseEndNanos;
  }

  /** A round trip to the store has succeeded. */
  void onGrant(LeaseGrant latest) {
    registered = true;
    waitsFor = () -> "";
    grant = latest;
    apply();
  }

  /**
   * Not registered since the start, but this table may be served for so long in the place of the
   * process before this one.
   *
   * @param length zero if nothing allows that, but what overrides a lease
   */
  void onStandIn(long sentNanos, Duration length, long tableEpoch) {
    LeaseGrant latest = grant;
    if (!registered
        && (latest == null
            || sentNanos + length.toNanos() - (latest.sentNanos() + latest.length().toNanos())
                > 0)) {
      grant = new LeaseGrant(sentNanos, length, tableEpoch);
      apply();
    }
  }

  /** From now on the store alone says what is new enough, whatever has been allowed before. */
  void onRegistered(long registeredEpoch) {
    registered = true;
    LeaseGrant latest = grant;
    if (latest != null) {
      grant = new LeaseGrant(latest.sentNanos(), latest.length(), registeredEpoch);
      apply();
    }
  }

  /** Says why there is no lease, as long as this proxy has not registered. */
  void waitsFor(Supplier<String> reason) {
    if (!registered) {
      waitsFor = reason;
    }
  }

  /**
   * Enough others have vouched. Does not help a proxy whose table is older than its registration:
   * that one has been passed over.
   */
  void onVouched(long sentNanos, Duration length) {
    LeaseGrant latest = grant;
    if (latest != null
        && sentNanos + length.toNanos() - (latest.sentNanos() + latest.length().toNanos()) > 0) {
      grant = new LeaseGrant(sentNanos, length, latest.registeredEpoch());
      apply();
    }
  }

  /** A table of that epoch is in force on the loops, or will be before they hear of this lease. */
  void onTable(long tableEpoch) {
    epoch = tableEpoch;
    apply();
  }

  /** The configuration has changed. */
  void onIsolation(OnIsolation latest) {
    if (latest != onIsolation) {
      onIsolation = latest;
      apply();
    }
  }

  /** An operator lets it serve for so long whether the store answers or not; zero takes it back. */
  void serveAlone(Duration length) {
    aloneUntilNanos = clock.nanoTime() + length.toNanos();
    apply();
  }

  private void apply() {
    LeaseGrant latest = grant;
    if (epoch < 0) {
      fence(NO_TABLE);
    } else if (latest == null) {
      fence("not registered in the store yet");
    } else if (epoch < latest.registeredEpoch()) {
      fence(
          "the table's epoch "
              + epoch
              + " is older than the registration of epoch "
              + latest.registeredEpoch());
    } else {
      serveOn(latest);
    }
  }

  private void serveOn(LeaseGrant latest) {
    leaseEndNanos = latest.sentNanos() + latest.length().toNanos();
    long allowedUntil =
        onIsolation == OnIsolation.SERVE ? clock.nanoTime() + FOREVER.toNanos() : aloneUntilNanos;
    serveEndNanos = allowedUntil - leaseEndNanos > 0 ? allowedUntil : leaseEndNanos;
    fencedBecause = "";
    loops.leaseEndsAt(serveEndNanos);
    loops.serving("table and lease");
  }

  private void fence(String reason) {
    if (!reason.equals(fencedBecause)) {
      LOGGER.info("not serving: {}", reason);
    }
    leaseEndNanos = clock.nanoTime();
    serveEndNanos = leaseEndNanos;
    fencedBecause = reason;
    loops.leaseEndsAt(serveEndNanos);
    loops.serving("no: " + reason);
  }

  /** Why the proxy does not serve now; empty if it does. */
  Optional<String> notServing() {
    String reason = fencedBecause;
    if (reason.isEmpty() && clock.nanoTime() - serveEndNanos < 0) {
      return Optional.empty();
    }
    String waiting = waitsFor.get();
    return Optional.of(!waiting.isEmpty() ? waiting : reason.isEmpty() ? NO_LEASE : reason);
  }

  /** What is left of the lease, in milliseconds; negative if it has run out. */
  long leaseLeftMillis() {
    return (leaseEndNanos - clock.nanoTime()) / 1_000_000;
  }

  /** What is left of an operator's permission to serve without one; negative if there is none. */
  long aloneLeftMillis() {
    return (aloneUntilNanos - clock.nanoTime()) / 1_000_000;
  }

  /** Whether only a newer table can help. */
  boolean needsTable() {
    return !fencedBecause.isEmpty();
  }
}

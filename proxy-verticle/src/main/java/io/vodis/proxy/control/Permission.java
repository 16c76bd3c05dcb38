package io.vodis.proxy.control;

import io.vodis.lifecycle.Clock;
import io.vodis.store.LeaseGrant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether this process may serve: its lease runs, and its table is not older than its registration.
 * A table older than that may be one that the leader has gone on without this proxy.
 *
 * <p>Changed on the control verticle's context only; read from anywhere.
 */
final class Permission {

  static final String NO_TABLE = "no table has been received from the leader";
  static final String NO_LEASE = "the store has not answered for too long, the lease has run out";

  private final Loops loops;
  private final Clock clock;
  private @Nullable LeaseGrant grant;
  private long epoch = -1;
  private volatile long leaseEndNanos;
  private volatile String fencedBecause = NO_TABLE;

  Permission(Loops loops, Clock clock) {
    this.loops = loops;
    this.clock = clock;
    this.leaseEndNanos = clock.nanoTime();
  }

  /** A round trip to the store has succeeded. */
  void onGrant(LeaseGrant latest) {
    grant = latest;
    apply();
  }

  /** A table of that epoch is in force on the loops, or will be before they hear of this lease. */
  void onTable(long tableEpoch) {
    epoch = tableEpoch;
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
      leaseEndNanos = latest.sentNanos() + latest.length().toNanos();
      fencedBecause = "";
      loops.leaseEndsAt(leaseEndNanos);
      loops.serving("table and lease");
    }
  }

  private void fence(String reason) {
    leaseEndNanos = clock.nanoTime();
    fencedBecause = reason;
    loops.leaseEndsAt(leaseEndNanos);
    loops.serving("no: " + reason);
  }

  /** Why the proxy does not serve now; empty if it does. */
  Optional<String> notServing() {
    String reason = fencedBecause;
    if (!reason.isEmpty()) {
      return Optional.of(reason);
    }
    return clock.nanoTime() - leaseEndNanos >= 0 ? Optional.of(NO_LEASE) : Optional.empty();
  }

  /** What is left of the lease, in milliseconds; negative if it has run out. */
  long leaseLeftMillis() {
    return (leaseEndNanos - clock.nanoTime()) / 1_000_000;
  }

  /** Whether only a newer table can help. */
  boolean needsTable() {
    return !fencedBecause.isEmpty();
  }
}

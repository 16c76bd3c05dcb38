package io.vodis.proxy.control;

import io.vodis.store.Witnesses;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the file of witnesses may say, and what it should. Pure; not for several threads at once.
 *
 * <p>A statement counts as long as the file may hold it and it has not been revoked: so many of the
 * members it names have promised not to vouch for it any more that the others are too few. A table
 * is acknowledged only when no statement of another epoch counts.
 */
final class WitnessRecord {

  private static final long NOTHING = -1;

  /**
   * "These may vouch for this proxy, and it has acknowledged no newer table."
   *
   * @param epoch of the newest table that it has acknowledged
   */
  record Statement(long epoch, Witnesses witnesses) {}

  /** What the file may hold, and what counts; null if nothing. */
  private @Nullable Statement held;

  /** Whether the file holds that for certain. */
  private boolean certain;

  private long newest = NOTHING;
  private long keptEpoch = NOTHING;
  private @Nullable Witnesses named;
  private long registeredEpoch;

  /** The newest list of {@link #named} that was revoked. */
  private @Nullable Witnesses revoked;

  /** At the start: what the process before has left counts. */
  void onFound(Optional<Statement> left) {
    held = left.orElse(null);
    certain = true;
  }

  /** A table is about to be acknowledged, or has been. */
  void onAcknowledging(long epoch) {
    newest = Math.max(newest, epoch);
  }

  /** Others are about to be named: nothing is to be said before {@link #onNamed}. */
  void onNaming() {
    named = null;
  }

  /**
   * The store has these now.
   *
   * @param registered a table of a lower epoch must not be served
   */
  void onNamed(Witnesses witnesses, long registered) {
    named = witnesses;
    registeredEpoch = registered;
  }

  /** The table of that epoch is in force and in its file. */
  void onTableKept(long epoch) {
    keptEpoch = epoch;
    onAcknowledging(epoch);
  }

  /** From now on the file may hold this; it was empty before. */
  void onWriting(Statement statement) {
    held = statement;
    certain = false;
  }

  /** It does, unless that was revoked meanwhile. */
  void onWritten(Statement statement) {
    certain = statement.equals(held);
  }

  void onEmptied() {
    held = null;
  }

  /** So many of those it names have promised not to vouch that it does not count any more. */
  void onRevoked(Statement statement) {
    if (statement.equals(held)) {
      held = null;
    }
    revoked = statement.witnesses();
  }

  /** What counts, or may count. */
  Optional<Statement> held() {
    return Optional.ofNullable(held);
  }

  /** Whether the newest table must not be acknowledged yet. */
  boolean holdsUp() {
    return held != null && held.epoch() != newest;
  }

  /** Whether the members that the store has for this proxy do not vouch for it any more. */
  boolean isRevoked(Witnesses witnesses) {
    return witnesses.equals(revoked);
  }

  /** What should be written; empty if there is nothing to say, or the file holds it for certain. */
  Optional<Statement> toWrite() {
    Witnesses present = named;
    if (present == null
        || keptEpoch < registeredEpoch
        || keptEpoch != newest
        || isRevoked(present)) {
      return Optional.empty();
    }
    Statement wanted = new Statement(keptEpoch, present);
    return certain && wanted.equals(held) ? Optional.empty() : Optional.of(wanted);
  }
}

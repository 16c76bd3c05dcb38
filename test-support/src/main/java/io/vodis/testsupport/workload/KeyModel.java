package io.vodis.testsupport.workload;

import io.vodis.testsupport.workload.Finding.Kind;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What must be under one key. It is changed by its one writer only, in the order of the replies.
 */
abstract sealed class KeyModel
    permits TextModel, CounterModel, ListModel, HashModel, MembersModel, ScoresModel {

  /** Between these times, by the server's clock, the key vanishes. */
  record Expiry(long earliestMillis, long latestMillis) {}

  private final int database;
  private final String key;
  private boolean retired;
  private @Nullable Expiry expiry;

  KeyModel(int database, String key) {
    this.database = database;
    this.key = key;
  }

  final int database() {
    return database;
  }

  final String key() {
    return key;
  }

  /** Whether the key is used no more, because a write of unknown fate may land late. */
  final boolean isRetired() {
    return retired;
  }

  final void retire() {
    retired = true;
  }

  final @Nullable Expiry expiry() {
    return expiry;
  }

  final void expiry(@Nullable Expiry next) {
    expiry = next;
  }

  /** Some operation on this key. {@code value} has not been used before. */
  abstract Operation next(Random random, String value);

  /** Reads all there is under the key. */
  abstract String[] readAll();

  /** Compares the reply to {@link #readAll}; null if all is well. */
  abstract @Nullable Finding check(@Nullable Object reply);

  /** Whether the key must exist, must not, or (null) may. Leaves the expiry aside. */
  abstract @Nullable Boolean exists();

  final Finding finding(Kind kind, String text) {
    return new Finding(kind, database, key, text);
  }

  final Finding wrongType(@Nullable Object reply) {
    return finding(Kind.WRONG_REPLY, "unexpected reply " + Operation.shorten(reply));
  }
}

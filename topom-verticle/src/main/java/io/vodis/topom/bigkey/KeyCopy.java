package io.vodis.topom.bigkey;

import java.util.Optional;

/**
 * Copies a key of one type in pieces small enough that neither server is held for long. The source
 * is not written to meanwhile; of the key, or parts of it, what expires may vanish.
 */
interface KeyCopy {

  /**
   * Copies the whole key to a name that does not exist. Calls {@code step} between pieces; that
   * throws if the move is to end.
   */
  void copy(KeyAt from, KeyAt to, Runnable step);

  /** Looks at every element of both; says what differs, or nothing if they are equal. */
  Optional<String> difference(KeyAt from, KeyAt to, Runnable step);
}

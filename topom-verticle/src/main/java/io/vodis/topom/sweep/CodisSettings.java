package io.vodis.topom.sweep;

import io.vodis.model.MigrationMethod;

/**
 * How codis-servers are asked to move keys.
 *
 * @param method wanted between two of them: SYNC or SEMI_ASYNC
 * @param maxBulks a value of more items is sent in chunks of so many
 * @param maxBytes what a source may hold ready for its target at once
 * @param numKeys messages, so about keys, of one call
 */
public record CodisSettings(MigrationMethod method, int maxBulks, long maxBytes, int numKeys) {

  /** What Codis does if it is not told otherwise. */
  public static CodisSettings defaults() {
    return new CodisSettings(MigrationMethod.SEMI_ASYNC, 200, 32L << 20, 500);
  }
}

package io.vodis.topom.migrate;

import java.time.Duration;

/**
 * Limits of the sweep.
 *
 * @param migrationBigKeyBytes keys at least this large are moved alone and reported
 * @param migrationTimeout time-out of a big key's MIGRATE, and of any other call to a server
 * @param productAuth password of the targets; empty if they have none
 */
public record MigrationSettings(
    long migrationBigKeyBytes, Duration migrationTimeout, String productAuth) {

  @Override
  public String toString() {
    return "MigrationSettings[bigKeyBytes=" + migrationBigKeyBytes + "]";
  }
}

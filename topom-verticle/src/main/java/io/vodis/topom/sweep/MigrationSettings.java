package io.vodis.topom.sweep;

import io.vodis.redis.ServerAccess;
import java.time.Duration;

/**
 * Limits of the sweep.
 *
 * @param migrationBigKeyBytes keys at least this large are moved alone and reported
 * @param migrationTimeout time-out of a big key's MIGRATE, and of any other call to a server
 * @param pinnedKeysMax number of keys that may be pinned for a batch of slots; 0 for none
 * @param knownKeysBytesMax bytes of key names that may be remembered for a batch of slots
 * @param dumpBytesMax size of a key that may be moved as one dump, for lack of another way
 * @param access how the servers sign in to their targets
 * @param codis how codis-servers move keys
 * @param throughTopom from which servers keys are moved without MIGRATE
 */
public record MigrationSettings(
    long migrationBigKeyBytes,
    Duration migrationTimeout,
    int pinnedKeysMax,
    long knownKeysBytesMax,
    long dumpBytesMax,
    ServerAccess access,
    CodisSettings codis,
    ThroughTopom throughTopom) {

  /** Settings by which no key is pinned. */
  public MigrationSettings(long migrationBigKeyBytes, Duration migrationTimeout, String password) {
    this(
        migrationBigKeyBytes,
        migrationTimeout,
        0,
        0,
        0,
        ServerAccess.withPassword(password),
        CodisSettings.defaults(),
        ThroughTopom.AUTO);
  }

  @Override
  public String toString() {
    return "MigrationSettings[bigKeyBytes=" + migrationBigKeyBytes + "]";
  }
}

package io.vodis.proxy.info;

/**
 * Which fields a line of CLIENT LIST has: those of the servers' version, so that nobody who reads
 * it need know of the proxy.
 *
 * @param watch {@code watch=}: since Redis 7.4
 * @param library {@code lib-name=} and {@code lib-ver=}: since Redis 7.2
 * @param ioThread {@code io-thread=}: since Redis 8
 * @param valkey what Valkey has beside these
 * @param valkey9 whether these are servers of Valkey 9, which finds clients by more of their fields
 */
public record ClientFields(
    boolean watch, boolean library, boolean ioThread, boolean valkey, boolean valkey9) {

  private static final ServerVersion LIBRARY = new ServerVersion(7, 2, 0);
  private static final ServerVersion WATCH = new ServerVersion(7, 4, 0);
  private static final ServerVersion IO_THREAD = new ServerVersion(8, 0, 0);
  private static final ServerVersion VALKEY = new ServerVersion(8, 0, 0);
  private static final ServerVersion VALKEY_9 = new ServerVersion(9, 0, 0);

  /** Those that all servers would show. */
  public static ClientFields of(ServerReports servers) {
    ServerVersion redis = servers.lowestVersion().orElse(ServerVersion.ASSUMED);
    boolean valkey = servers.allValkeySince(VALKEY);
    return new ClientFields(
        valkey || redis.compareTo(WATCH) >= 0,
        redis.compareTo(LIBRARY) >= 0,
        !valkey && redis.compareTo(IO_THREAD) >= 0,
        valkey,
        servers.allValkeySince(VALKEY_9));
  }
}

package io.vodis.redis;

import io.vodis.model.HostAndPort;
import java.time.Duration;
import java.util.List;

/**
 * Control-plane calls to servers. Methods block and are called from virtual threads; each is
 * bounded by {@code timeout} and throws {@link RedisAdminException} with the server's address and
 * its own words. One connection per server is kept and re-opened as needed.
 */
public interface RedisAdmin extends AutoCloseable {

  /** PING; returns when the server has answered anything but an error other than LOADING. */
  void ping(HostAndPort server, Duration timeout);

  /** ROLE and INFO. */
  ServerStatus status(HostAndPort server, Duration timeout);

  /** REPLICAOF NO ONE; returns once ROLE confirms it. Harmless on a primary. */
  void promote(HostAndPort server, Duration timeout);

  /**
   * REPLICAOF, with the sign-in for the primary as masteruser and masterauth. Harmless if it
   * already follows it.
   */
  void replicate(HostAndPort server, HostAndPort primary, Duration timeout);

  /** Any command, flat arguments, its reply as {@link Reply}. An error reply is thrown. */
  Reply call(HostAndPort server, int database, Duration timeout, List<byte[]> command);

  /**
   * Several commands at once, each answered in its place. The first error reply is thrown; the
   * others have been executed all the same.
   */
  default List<Reply> callAll(
      HostAndPort server, int database, Duration timeout, List<List<byte[]>> commands) {
    return commands.stream().map(command -> call(server, database, timeout, command)).toList();
  }

  /**
   * CLIENT KILL of every connection to {@code server} whose CLIENT SETNAME name starts with {@code
   * namePrefix}; returns how many there were.
   */
  int killClients(HostAndPort server, String namePrefix, Duration timeout);

  /** A connection of the caller's own, with the same name as those of this. */
  RedisSession open(HostAndPort server, int database, Duration timeout);

  @Override
  void close();
}

package io.vodis.ha;

import io.vodis.model.HostAndPort;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.RedisAdminException.Kind;
import io.vodis.redis.RedisSession;
import io.vodis.redis.Reply;
import io.vodis.redis.ServerStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Servers of which a test says who is dead. The rest answer as replicas fit for promotion. */
final class FakeServers implements RedisAdmin {

  private final Set<HostAndPort> dead = ConcurrentHashMap.newKeySet();

  void kill(HostAndPort server) {
    dead.add(server);
  }

  void revive(HostAndPort server) {
    dead.remove(server);
  }

  @Override
  public void ping(HostAndPort server, Duration timeout) {
    if (dead.contains(server)) {
      throw new RedisAdminException(
          server, Kind.UNREACHABLE, "connection refused", new IllegalStateException("dead"));
    }
  }

  @Override
  public ServerStatus status(HostAndPort server, Duration timeout) {
    ping(server, timeout);
    return new ServerStatus(
        server, "7.0.15", "id", false, 1, null, true, 0, true, false, "", "", 100, 1, 0, 5, false,
        2, Map.of());
  }

  @Override
  public void promote(HostAndPort server, Duration timeout) {
    throw new UnsupportedOperationException("ha never changes a server");
  }

  @Override
  public void replicate(HostAndPort server, HostAndPort primary, Duration timeout) {
    throw new UnsupportedOperationException("ha never changes a server");
  }

  @Override
  public Reply call(HostAndPort server, int database, Duration timeout, List<byte[]> command) {
    throw new UnsupportedOperationException("ha only pings and asks for the status");
  }

  @Override
  public int killClients(HostAndPort server, String namePrefix, Duration timeout) {
    throw new UnsupportedOperationException("ha never changes a server");
  }

  @Override
  public RedisSession open(HostAndPort server, int database, Duration timeout) {
    throw new UnsupportedOperationException("ha only pings and asks for the status");
  }

  @Override
  public void close() {}
}

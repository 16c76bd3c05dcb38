package io.vodis.proxy.backend;

import io.vodis.model.HostAndPort;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** The servers one loop has to do with. */
public final class BackendPool {

  private final int databaseCount;
  private final BackendEnvironment environment;
  private final Map<HostAndPort, BackendServer> servers = new HashMap<>();

  public BackendPool(int databaseCount, BackendEnvironment environment) {
    this.databaseCount = databaseCount;
    this.environment = environment;
  }

  /** The server of that address; nothing is opened yet. */
  public BackendServer server(HostAndPort address) {
    BackendServer server =
        servers.computeIfAbsent(address, a -> new BackendServer(a, databaseCount, environment));
    server.route();
    return server;
  }

  /** Lets the connections of all other servers end once nothing is in flight on them. */
  public void keepOnly(Set<HostAndPort> routed) {
    for (BackendServer server : servers.values()) {
      if (!routed.contains(server.address())) {
        server.unroute();
      }
    }
  }

  public void tick(long now) {
    for (BackendServer server : servers.values()) {
      server.tick(now);
    }
    servers.values().removeIf(BackendServer::isForgettable);
  }

  /** Closes everything at once. */
  public void close(String reason) {
    servers.values().forEach(server -> server.breakAll(reason));
  }

  /** Shows every backend in use to {@code visitor}. */
  public void forEach(Consumer<Backend> visitor) {
    for (BackendServer server : servers.values()) {
      for (Backend backend : server.lanes()) {
        if (backend != null) {
          visitor.accept(backend);
        }
      }
    }
  }
}

package io.vodis.proxy.backend;

import io.vodis.model.HostAndPort;
import org.jspecify.annotations.Nullable;

/** A server as one loop uses it: its databases, each opened when first used. */
public final class BackendServer {

  private final HostAndPort address;
  private final BackendEnvironment environment;
  private final @Nullable Backend[] databases;
  private boolean unrouted;

  BackendServer(HostAndPort address, int databaseCount, BackendEnvironment environment) {
    this.address = address;
    this.environment = environment;
    this.databases = new Backend[databaseCount];
  }

  public HostAndPort address() {
    return address;
  }

  /** The database's backend. */
  public Backend database(int database) {
    Backend backend = databases[database];
    if (backend == null) {
      backend = new Backend(address, database, environment);
      databases[database] = backend;
    }
    return backend;
  }

  /** Closes every connection at once; what is in flight fails. */
  public void breakAll(String reason) {
    for (Backend backend : databases) {
      if (backend != null) {
        backend.breakAll(reason);
      }
    }
  }

  /** Something routes here. */
  void route() {
    unrouted = false;
  }

  boolean isForgettable() {
    if (!unrouted) {
      return false;
    }
    for (Backend backend : databases) {
      if (backend != null && !backend.isDormant()) {
        return false;
      }
    }
    return true;
  }

  /** Nothing routes here any more. */
  void unroute() {
    unrouted = true;
    for (Backend backend : databases) {
      if (backend != null) {
        backend.unroute();
      }
    }
  }

  void tick(long now) {
    for (Backend backend : databases) {
      if (backend != null) {
        backend.tick(now);
      }
    }
  }

  @Nullable Backend[] databases() {
    return databases;
  }
}

package io.vodis.proxy.backend;

import io.vodis.model.HostAndPort;
import org.jspecify.annotations.Nullable;

/** A server as one loop uses it: its {@linkplain Lane lanes}, each opened when first used. */
public final class BackendServer {

  private final HostAndPort address;
  private final BackendEnvironment environment;
  private final @Nullable Backend[] lanes;
  private boolean unrouted;

  BackendServer(HostAndPort address, int databaseCount, BackendEnvironment environment) {
    this.address = address;
    this.environment = environment;
    this.lanes = new Backend[Lane.count(databaseCount)];
  }

  public HostAndPort address() {
    return address;
  }

  /** The backend of a {@link Lane}. */
  public Backend lane(int lane) {
    Backend backend = lanes[lane];
    if (backend == null) {
      backend = new Backend(address, lane, environment);
      lanes[lane] = backend;
    }
    return backend;
  }

  /** Closes every connection at once; what is in flight fails. */
  public void breakAll(String reason) {
    for (Backend backend : lanes) {
      if (backend != null) {
        backend.breakAll(reason);
      }
    }
  }

  /** Lets the connections there are end once they are idle; the next request opens others. */
  public void renew() {
    for (Backend backend : lanes) {
      if (backend != null) {
        backend.unroute();
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
    for (Backend backend : lanes) {
      if (backend != null && !backend.isDormant()) {
        return false;
      }
    }
    return true;
  }

  /** Nothing routes here any more. */
  void unroute() {
    unrouted = true;
    renew();
  }

  void tick(long now) {
    for (Backend backend : lanes) {
      if (backend != null) {
        backend.tick(now);
      }
    }
  }

  @Nullable Backend[] lanes() {
    return lanes;
  }
}

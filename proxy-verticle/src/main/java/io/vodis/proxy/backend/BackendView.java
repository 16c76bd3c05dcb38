package io.vodis.proxy.backend;

import io.vodis.model.HostAndPort;
import io.vodis.resp.Protocol;

/** A (server, database) of one loop at one moment, as a value. */
public record BackendView(
    HostAndPort server,
    int database,
    Protocol protocol,
    BackendState state,
    String lastError,
    int inFlight,
    long pendingBytes,
    long requests,
    long failures,
    long connects,
    long connectFailures,
    long bytesIn,
    long bytesOut,
    long stalls) {

  /** The present state of a backend. */
  public static BackendView of(Backend backend) {
    BackendStats stats = backend.stats();
    return new BackendView(
        backend.server(),
        backend.database(),
        backend.protocol(),
        backend.state(),
        backend.lastError(),
        backend.inFlight(),
        backend.pendingBytes(),
        stats.requests,
        stats.failures,
        stats.connects,
        stats.connectFailures,
        stats.bytesIn,
        stats.bytesOut,
        stats.stalls);
  }
}

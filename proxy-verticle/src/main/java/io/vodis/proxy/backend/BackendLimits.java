package io.vodis.proxy.backend;

import io.vodis.redis.ServerAccess;

/**
 * Bounds and periods of backend connections, in the units the hot path needs.
 *
 * @param access how the servers are signed in to
 * @param clientName given to the servers, so that the connections of a dead proxy can be found
 * @param maxPipeline requests awaiting a reply on one connection
 * @param maxOutputBytes bytes waiting to be sent on one connection
 * @param maxDedicated connections for large requests, per (server, database)
 * @param maxExclusive connections that single sessions have for themselves, per (server, database)
 * @param recvTimeoutNanos time without a byte while a reply is awaited; 0 for none
 * @param pingPeriodNanos idle time after which a connection is tested; 0 for never
 */
public record BackendLimits(
    ServerAccess access,
    String clientName,
    int maxPipeline,
    long maxOutputBytes,
    int maxDedicated,
    int maxExclusive,
    long connectTimeoutNanos,
    long recvTimeoutNanos,
    long sendTimeoutNanos,
    long pingPeriodNanos) {

  /** The same but for one time-out. */
  public BackendLimits withRecvTimeout(long nanos) {
    return new BackendLimits(
        access,
        clientName,
        maxPipeline,
        maxOutputBytes,
        maxDedicated,
        maxExclusive,
        connectTimeoutNanos,
        nanos,
        sendTimeoutNanos,
        pingPeriodNanos);
  }

  /** The same but for the name that servers are told. */
  public BackendLimits withClientName(String name) {
    return new BackendLimits(
        access,
        name,
        maxPipeline,
        maxOutputBytes,
        maxDedicated,
        maxExclusive,
        connectTimeoutNanos,
        recvTimeoutNanos,
        sendTimeoutNanos,
        pingPeriodNanos);
  }

  @Override
  public String toString() {
    return "BackendLimits[clientName=" + clientName + "]";
  }
}

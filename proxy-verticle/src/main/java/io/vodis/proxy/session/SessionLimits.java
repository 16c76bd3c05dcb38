package io.vodis.proxy.session;

import io.vodis.resp.RespLimits;

/**
 * Bounds and periods of sessions, in the units the hot path needs.
 *
 * @param password what clients must AUTH with; empty for none
 * @param maxPipeline requests of one session that may be unanswered; it is not read beyond
 * @param maxOutputBytes bytes a client may leave untaken; it is not read beyond, and neither are
 *     the connections its replies come on
 * @param maxRequestBytes most bytes of one request that must be collected whole
 * @param maxMultiCommands commands between MULTI and EXEC
 * @param maxMultiBytes bytes of these
 * @param recvTimeoutNanos idle time after which a session is closed; 0 for never
 * @param sendTimeoutNanos time a client may take nothing although something waits; 0 for any
 * @param keepAliveSeconds of the TCP connection; 0 for off
 * @param breakOnFailure a session is closed after an error that is the proxy's or a backend's
 */
public record SessionLimits(
    String password,
    int databaseCount,
    int maxPipeline,
    long maxOutputBytes,
    long maxRequestBytes,
    int maxMultiCommands,
    long maxMultiBytes,
    long recvTimeoutNanos,
    long sendTimeoutNanos,
    int keepAliveSeconds,
    boolean breakOnFailure,
    RespLimits resp) {

  public SessionLimits withMaxPipeline(int other) {
    return new SessionLimits(
        password,
        databaseCount,
        other,
        maxOutputBytes,
        maxRequestBytes,
        maxMultiCommands,
        maxMultiBytes,
        recvTimeoutNanos,
        sendTimeoutNanos,
        keepAliveSeconds,
        breakOnFailure,
        resp);
  }

  public SessionLimits withMaxOutput(long other) {
    return new SessionLimits(
        password,
        databaseCount,
        maxPipeline,
        other,
        maxRequestBytes,
        maxMultiCommands,
        maxMultiBytes,
        recvTimeoutNanos,
        sendTimeoutNanos,
        keepAliveSeconds,
        breakOnFailure,
        resp);
  }

  public SessionLimits withMaxRequest(long other) {
    return new SessionLimits(
        password,
        databaseCount,
        maxPipeline,
        maxOutputBytes,
        other,
        maxMultiCommands,
        maxMultiBytes,
        recvTimeoutNanos,
        sendTimeoutNanos,
        keepAliveSeconds,
        breakOnFailure,
        resp);
  }

  public SessionLimits withRecvTimeout(long other) {
    return new SessionLimits(
        password,
        databaseCount,
        maxPipeline,
        maxOutputBytes,
        maxRequestBytes,
        maxMultiCommands,
        maxMultiBytes,
        other,
        sendTimeoutNanos,
        keepAliveSeconds,
        breakOnFailure,
        resp);
  }

  public SessionLimits withSendTimeout(long other) {
    return new SessionLimits(
        password,
        databaseCount,
        maxPipeline,
        maxOutputBytes,
        maxRequestBytes,
        maxMultiCommands,
        maxMultiBytes,
        recvTimeoutNanos,
        other,
        keepAliveSeconds,
        breakOnFailure,
        resp);
  }

  public SessionLimits withKeepAlive(int other) {
    return new SessionLimits(
        password,
        databaseCount,
        maxPipeline,
        maxOutputBytes,
        maxRequestBytes,
        maxMultiCommands,
        maxMultiBytes,
        recvTimeoutNanos,
        sendTimeoutNanos,
        other,
        breakOnFailure,
        resp);
  }

  @Override
  public String toString() {
    return "SessionLimits[databaseCount=" + databaseCount + "]";
  }
}

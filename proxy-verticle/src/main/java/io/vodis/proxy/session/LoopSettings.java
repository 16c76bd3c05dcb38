package io.vodis.proxy.session;

import io.vodis.proxy.stats.ServerSettings;

/** The settings in force on one loop; they may be replaced while it runs. */
public final class LoopSettings {

  private SessionLimits limits;
  private ServerSettings server;

  public LoopSettings(SessionLimits limits, ServerSettings server) {
    this.limits = limits;
    this.server = server;
  }

  public SessionLimits limits() {
    return limits;
  }

  public ServerSettings server() {
    return server;
  }

  /** Others are in force from now on. */
  void replace(SessionLimits newLimits, ServerSettings newServer) {
    limits = newLimits;
    server = newServer;
  }
}

package io.vodis.proxy.backend;

import java.util.Locale;

/** What a (server, database) can do for a request now. */
public enum BackendState {
  /** No connection: not yet used, or not used any more. */
  IDLE,
  /** A connection is being made; requests queue on it. */
  CONNECTING,
  /** Requests are sent. */
  READY,
  /** The last attempt failed; requests fail at once until the next one is due. */
  BACKOFF;

  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}

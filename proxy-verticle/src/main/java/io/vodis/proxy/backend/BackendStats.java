package io.vodis.proxy.backend;

/** Counters of one (server, database) on one loop; others see them as a {@link BackendView}. */
final class BackendStats {
  long requests;

  /** Requests that got no reply. */
  long failures;

  long connects;
  long connectFailures;
  long bytesIn;
  long bytesOut;

  /** How often a session had to wait because the connection was full. */
  long stalls;
}

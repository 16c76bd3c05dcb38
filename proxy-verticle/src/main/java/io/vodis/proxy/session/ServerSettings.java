package io.vodis.proxy.session;

/**
 * How the proxy behaves where a server answers for itself. Times in nanoseconds.
 *
 * @param pauseMaxNanos the longest CLIENT PAUSE
 * @param slowNanos requests that take so long are slow; negative: none
 * @param slowMax slow requests that are kept
 * @param closeLookNanos how long arguments are kept after a slow request
 */
public record ServerSettings(long pauseMaxNanos, long slowNanos, int slowMax, long closeLookNanos) {

  /** Slow from here on, for a comparison that needs no second question. */
  long slowFromNanos() {
    return slowNanos < 0 || slowMax == 0 ? Long.MAX_VALUE : slowNanos;
  }
}

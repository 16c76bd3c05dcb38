package io.vodis.proxy.pubsub;

/**
 * Whether a client takes its messages too slowly: above the hard limit at once, above the soft
 * limit for a while. What Redis calls {@code client-output-buffer-limit}.
 */
public final class OutputLimit {

  private final PubSubLimits limits;
  private boolean aboveSoft;
  private long aboveSoftSince;

  public OutputLimit(PubSubLimits limits) {
    this.limits = limits;
  }

  /** Looks at the bytes the client has yet to take. */
  public boolean isExceeded(long bytes, long nowNanos) {
    if (limits.hardBytes() > 0 && bytes > limits.hardBytes()) {
      return true;
    }
    if (limits.softBytes() == 0 || bytes <= limits.softBytes()) {
      aboveSoft = false;
      return false;
    }
    if (!aboveSoft) {
      aboveSoft = true;
      aboveSoftSince = nowNanos;
    }
    return nowNanos - aboveSoftSince >= limits.softNanos();
  }
}

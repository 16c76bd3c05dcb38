package io.vodis.proxy.stats;

/**
 * Which requests SLOWLOG and COMMANDLOG keep, and how many. A threshold below zero means none.
 *
 * @param slowNanos requests that take so long are slow
 * @param slowMax slow requests that are kept
 * @param requestBytes requests of so many bytes are large
 * @param requestMax large requests that are kept
 * @param replyBytes replies of so many bytes are large
 * @param replyMax requests with large replies that are kept
 * @param closeLookNanos how long arguments are kept after a slow request or a large reply
 */
public record CommandLogSettings(
    long slowNanos,
    int slowMax,
    long requestBytes,
    int requestMax,
    long replyBytes,
    int replyMax,
    long closeLookNanos) {

  /**
   * What is longer than this never comes in one read, so it is noticed without being looked for. A
   * lower threshold has everything looked at.
   */
  public static final int ONE_READ_BYTES_MAX = 256 << 10;

  /** Slow from here on, for a comparison that needs no second question. */
  public long slowFromNanos() {
    return from(slowNanos, slowMax);
  }

  /** Large from here on, likewise. */
  public long requestFromBytes() {
    return from(requestBytes, requestMax);
  }

  /** Large from here on, likewise. */
  public long replyFromBytes() {
    return from(replyBytes, replyMax);
  }

  private static long from(long threshold, int kept) {
    return threshold < 0 || kept == 0 ? Long.MAX_VALUE : threshold;
  }

  /** Most entries of a list. */
  public int most(CommandLog.Kind kind) {
    return switch (kind) {
      case SLOW -> slowMax;
      case LARGE_REQUEST -> requestMax;
      case LARGE_REPLY -> replyMax;
    };
  }

  /** Answers that took so long may be worth an entry. */
  public long lookFromNanos() {
    return replyFromBytes() < ONE_READ_BYTES_MAX ? 0 : slowFromNanos();
  }

  /** Whether every request may be worth an entry, so that its arguments have to be kept. */
  public boolean looksAtAll() {
    return lookFromNanos() <= 0 || requestFromBytes() < ONE_READ_BYTES_MAX;
  }

  public CommandLogSettings withSlowNanos(long nanos) {
    return new CommandLogSettings(
        nanos, slowMax, requestBytes, requestMax, replyBytes, replyMax, closeLookNanos);
  }

  public CommandLogSettings withSlowMax(int entries) {
    return new CommandLogSettings(
        slowNanos, entries, requestBytes, requestMax, replyBytes, replyMax, closeLookNanos);
  }

  public CommandLogSettings withRequestBytes(long bytes) {
    return new CommandLogSettings(
        slowNanos, slowMax, bytes, requestMax, replyBytes, replyMax, closeLookNanos);
  }

  public CommandLogSettings withRequestMax(int entries) {
    return new CommandLogSettings(
        slowNanos, slowMax, requestBytes, entries, replyBytes, replyMax, closeLookNanos);
  }

  public CommandLogSettings withReplyBytes(long bytes) {
    return new CommandLogSettings(
        slowNanos, slowMax, requestBytes, requestMax, bytes, replyMax, closeLookNanos);
  }

  public CommandLogSettings withReplyMax(int entries) {
    return new CommandLogSettings(
        slowNanos, slowMax, requestBytes, requestMax, replyBytes, entries, closeLookNanos);
  }

  public CommandLogSettings withCloseLook(long nanos) {
    return new CommandLogSettings(
        slowNanos, slowMax, requestBytes, requestMax, replyBytes, replyMax, nanos);
  }
}

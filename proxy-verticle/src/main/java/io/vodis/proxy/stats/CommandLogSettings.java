package io.vodis.proxy.stats;

import io.vodis.proxy.stats.CommandLog.Kind;

/**
 * Which requests SLOWLOG and COMMANDLOG keep, and how many.
 *
 * @param slow nanoseconds from which a request is slow
 * @param largeRequest bytes from which a request is large
 * @param largeReply bytes from which a reply is large
 * @param closeLookNanos how long arguments are kept after a slow request or a large reply
 */
public record CommandLogSettings(
    Bound slow, Bound largeRequest, Bound largeReply, long closeLookNanos) {

  /**
   * What is longer than this never comes in one read, so it is noticed without being looked for. A
   * lower threshold has everything looked at.
   */
  public static final int ONE_READ_BYTES_MAX = 256 << 10;

  /**
   * What one of the lists holds.
   *
   * @param threshold what is so much or more is kept; below zero for nothing
   * @param most entries of the list
   */
  public record Bound(long threshold, int most) {

    /** Kept from here on, for a comparison that needs no second question. */
    long from() {
      return threshold < 0 || most == 0 ? Long.MAX_VALUE : threshold;
    }

    public Bound withThreshold(long other) {
      return new Bound(other, most);
    }

    public Bound withMost(int entries) {
      return new Bound(threshold, entries);
    }
  }

  public Bound of(Kind kind) {
    return switch (kind) {
      case SLOW -> slow;
      case LARGE_REQUEST -> largeRequest;
      case LARGE_REPLY -> largeReply;
    };
  }

  /** Answers that took so long may be worth an entry. */
  public long lookFromNanos() {
    return largeReply.from() < ONE_READ_BYTES_MAX ? 0 : slow.from();
  }

  /** Whether every request may be worth an entry, so that its arguments have to be kept. */
  public boolean looksAtAll() {
    return lookFromNanos() <= 0 || largeRequest.from() < ONE_READ_BYTES_MAX;
  }

  public CommandLogSettings with(Kind kind, Bound bound) {
    return new CommandLogSettings(
        kind == Kind.SLOW ? bound : slow,
        kind == Kind.LARGE_REQUEST ? bound : largeRequest,
        kind == Kind.LARGE_REPLY ? bound : largeReply,
        closeLookNanos);
  }

  public CommandLogSettings withCloseLook(long nanos) {
    return new CommandLogSettings(slow, largeRequest, largeReply, nanos);
  }
}

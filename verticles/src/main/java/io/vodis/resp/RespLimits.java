package io.vodis.resp;

/**
 * What a peer may make us hold. Every limit is checked before the memory is taken.
 *
 * @param inlineBytesMax longest inline request, and longest line that holds a count or a length
 * @param bulkBytesMax longest bulk string
 * @param argCountMax most arguments of one request
 * @param depthMax deepest nesting of a reply. The default is above what a Lua script can return, so
 *     that no client can end a shared backend connection with a reply of its own making
 * @param streamBytesMin a bulk argument or a reply longer than this may be streamed
 */
public record RespLimits(
    int inlineBytesMax, long bulkBytesMax, int argCountMax, int depthMax, int streamBytesMin) {

  private static final RespLimits DEFAULTS =
      new RespLimits(64 << 10, 512L << 20, 1 << 20, 8192, 64 << 10);

  public RespLimits {
    requirePositive(inlineBytesMax, "inlineBytesMax");
    requirePositive(bulkBytesMax, "bulkBytesMax");
    requirePositive(argCountMax, "argCountMax");
    requirePositive(depthMax, "depthMax");
    requirePositive(streamBytesMin, "streamBytesMin");
  }

  /** The limits of a stock Redis server. */
  public static RespLimits defaults() {
    return DEFAULTS;
  }

  private static void requirePositive(long value, String name) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " must be positive, was " + value);
    }
  }
}

package io.vodis.proxy.stats;

/** What a loop did in the last whole second. */
public record LoopRates(long callsPerSecond, long bytesInPerSecond, long bytesOutPerSecond) {

  static final LoopRates NONE = new LoopRates(0, 0, 0);

  public LoopRates plus(LoopRates other) {
    return new LoopRates(
        callsPerSecond + other.callsPerSecond,
        bytesInPerSecond + other.bytesInPerSecond,
        bytesOutPerSecond + other.bytesOutPerSecond);
  }
}

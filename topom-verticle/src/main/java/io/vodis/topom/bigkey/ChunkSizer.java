package io.vodis.topom.bigkey;

/**
 * How many elements of a collection to move with one call, so that a call carries about {@link
 * #BYTES}. Begins with a few, as nothing is known of their size; grows at most fourfold.
 */
final class ChunkSizer {

  static final int BYTES = 64 << 10;
  static final int COUNT_AT_START = 16;
  static final int COUNT_MAX = 1000;
  private static final int GROWTH = 4;

  private int count = COUNT_AT_START;

  int count() {
    return count;
  }

  /** Learns from a chunk. */
  void onChunk(int elements, long bytes) {
    if (elements > 0) {
      long fitting = BYTES / Math.max(1, bytes / elements);
      count = (int) Math.clamp(fitting, 1, Math.min(COUNT_MAX, (long) count * GROWTH));
    }
  }
}

package io.vodis.topom.bigkey;

/**
 * The id of an entry of a stream; both parts are unsigned.
 *
 * @param millis the part before the dash
 * @param sequence the part after it
 */
record StreamId(long millis, long sequence) implements Comparable<StreamId> {

  static final StreamId ZERO = new StreamId(0, 0);

  static StreamId parse(String text) {
    int dash = text.indexOf('-');
    return new StreamId(
        Long.parseUnsignedLong(text.substring(0, dash)),
        Long.parseUnsignedLong(text.substring(dash + 1)));
  }

  /** The smallest id above this one. */
  StreamId next() {
    return sequence == -1 ? new StreamId(millis + 1, 0) : new StreamId(millis, sequence + 1);
  }

  @Override
  public int compareTo(StreamId other) {
    int byMillis = Long.compareUnsigned(millis, other.millis);
    return byMillis != 0 ? byMillis : Long.compareUnsigned(sequence, other.sequence);
  }

  @Override
  public String toString() {
    return Long.toUnsignedString(millis) + "-" + Long.toUnsignedString(sequence);
  }
}

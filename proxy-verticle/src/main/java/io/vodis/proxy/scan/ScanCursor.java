package io.vodis.proxy.scan;

/**
 * The number a client holds between two SCANs.
 *
 * <pre>
 *   ((server's cursor · (servers + 1) + step) · 2 + pass) · 2^20 + (1 + epoch mod (2^20 - 1))
 * </pre>
 *
 * The server's cursor is on top because it alone can be large: with three groups the number stays
 * below 2^53, what clients may hold as a floating-point number, up to 2^30 buckets a server. It is
 * never 0 and always below 2^63.
 *
 * @param epoch of the table with which the scan began
 * @param second in the second pass
 * @param step how many servers of the pass are done; all of them: the pass is
 * @param serverCursor where to go on at the next one
 */
record ScanCursor(long epoch, boolean second, int step, long serverCursor) {

  /** Returned for what cannot be said. */
  static final long TOO_LARGE = -1;

  private static final int EPOCH_BITS = 20;
  private static final long EPOCHS = (1L << EPOCH_BITS) - 1;

  /** The epoch a cursor began with: the latest one that it can mean. */
  static long epochOf(long cursor, long newestEpoch) {
    long tag = (cursor & EPOCHS) - 1;
    return newestEpoch - Math.floorMod(newestEpoch - tag, EPOCHS);
  }

  /** Reads a cursor that began with {@code servers} servers. */
  static ScanCursor decode(long cursor, long epoch, int servers) {
    long rest = cursor >>> EPOCH_BITS;
    boolean second = (rest & 1) != 0;
    rest >>>= 1;
    return new ScanCursor(epoch, second, (int) (rest % (servers + 1)), rest / (servers + 1));
  }

  /** The number, or {@link #TOO_LARGE}. */
  long encode(int servers) {
    long most = (Long.MAX_VALUE >>> (EPOCH_BITS + 1)) / (servers + 1) - 1;
    if (serverCursor < 0 || serverCursor > most) {
      return TOO_LARGE;
    }
    long place = serverCursor * (servers + 1) + step;
    return (place << 1 | (second ? 1 : 0)) << EPOCH_BITS | 1 + Math.floorMod(epoch, EPOCHS);
  }
}

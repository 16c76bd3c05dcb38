package io.vodis.proxy.codis;

import io.vodis.model.HostAndPort;
import java.util.List;

/**
 * The number a client holds between two SLOTSSCANs of a slot. Pure.
 *
 * <pre>
 *   (server's cursor · 2 + place) · 2^16 + tag
 * </pre>
 *
 * The keys of a slot are on one server, or on two while it moves: read in the order in which they
 * move, so that none is missed. The tag stands for these servers. A cursor of other servers begins
 * anew: keys may come twice, none is missed. Any proxy can go on with it.
 *
 * @param place which of the servers is read
 * @param serverCursor where to go on there, unsigned
 */
record SlotScanCursor(int place, long serverCursor) {

  static final SlotScanCursor BEGIN = new SlotScanCursor(0, 0);

  /** Returned for what cannot be said. */
  static final long TOO_LARGE = -1;

  private static final int TAG_BITS = 16;
  private static final long TAGS = (1L << TAG_BITS) - 1;
  private static final long SERVER_CURSOR_MAX = Long.MAX_VALUE >>> (TAG_BITS + 1);

  /** Reads a client's cursor; any number will do. */
  static SlotScanCursor decode(long cursor, List<HostAndPort> servers) {
    long rest = cursor >>> TAG_BITS;
    SlotScanCursor read = new SlotScanCursor((int) (rest & 1), rest >>> 1);
    return (cursor & TAGS) == tag(servers) && read.place < servers.size() ? read : BEGIN;
  }

  /** The number for the client, never 0, or {@link #TOO_LARGE}. */
  long encode(List<HostAndPort> servers) {
    return serverCursor < 0 || serverCursor > SERVER_CURSOR_MAX
        ? TOO_LARGE
        : (serverCursor << 1 | place) << TAG_BITS | tag(servers);
  }

  private static long tag(List<HostAndPort> servers) {
    return 1 + Math.floorMod(String.valueOf(servers).hashCode(), TAGS);
  }
}

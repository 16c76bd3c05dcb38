package io.vodis.proxy.codis;

import io.netty.buffer.ByteBuf;
import io.vodis.model.Topology;
import io.vodis.proxy.fanout.Merge;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.resp.RespWriter;
import java.util.Arrays;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** How many keys there are of each slot: what SLOTSINFO answers. */
final class SlotCounts {

  private final long[] counts = new long[Topology.SLOT_COUNT];

  /** Reads {@code *n (*2 :slot :count)...}; null if it is something else. */
  static @Nullable SlotCounts parse(byte[] reply) {
    if (reply.length == 0 || reply[0] != '*') {
      return null;
    }
    SlotCounts read = new SlotCounts();
    long entries = Merge.number(reply, 1);
    int at = next(reply, 0);
    for (long i = 0; i < entries; i++) {
      if (at >= reply.length || reply[at] != '*' || Merge.number(reply, at + 1) != 2) {
        return null;
      }
      int first = next(reply, at);
      int second = next(reply, first);
      if (reply[first] != ':' || reply[second] != ':') {
        return null;
      }
      long slot = Merge.number(reply, first + 1);
      if (slot < 0 || slot >= Topology.SLOT_COUNT) {
        return null;
      }
      read.counts[(int) slot] += Merge.number(reply, second + 1);
      at = next(reply, second);
    }
    return read;
  }

  /** Where the next line begins. */
  private static int next(byte[] reply, int from) {
    int at = from;
    while (reply[at] != '\n') {
      at++;
    }
    return at + 1;
  }

  void add(int slot) {
    counts[slot]++;
  }

  /** Adds what another has of the slots wanted. */
  void add(SlotCounts other, IntPredicate wanted) {
    for (int slot = 0; slot < counts.length; slot++) {
      if (wanted.test(slot)) {
        counts[slot] += other.counts[slot];
      }
    }
  }

  long of(int slot) {
    return counts[slot];
  }

  /** The slots that have keys, each with their number. */
  ByteBuf reply() {
    ByteBuf out = RespSocket.ALLOCATOR.directBuffer(64);
    RespWriter.arrayHeader(out, (int) Arrays.stream(counts).filter(count -> count > 0).count());
    for (int slot = 0; slot < counts.length; slot++) {
      if (counts[slot] > 0) {
        RespWriter.arrayHeader(out, 2);
        RespWriter.integer(out, slot);
        RespWriter.integer(out, counts[slot]);
      }
    }
    return out;
  }
}

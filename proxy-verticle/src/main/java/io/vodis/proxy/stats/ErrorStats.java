package io.vodis.proxy.stats;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** How often errors of each code have been answered, for INFO errorstats. */
public final class ErrorStats {

  /** As many codes as Redis counts; what comes after them is not told apart. */
  private static final int CODES_MAX = 128;

  private static final int CODE_BYTES_MAX = 64;
  private static final String OTHERS = "OTHERS";

  private final Map<String, Long> counts = new TreeMap<>();

  /** Counts an error reply that begins at {@code offset}. */
  public void count(ByteBuf in, int offset) {
    int end = offset + 1;
    int limit = Math.min(in.writerIndex(), end + CODE_BYTES_MAX);
    while (end < limit && in.getByte(end) > ' ') {
      end++;
    }
    count(in.toString(offset + 1, end - offset - 1, StandardCharsets.ISO_8859_1));
  }

  public void count(byte[] reply) {
    int end = 1;
    while (end < reply.length && end <= CODE_BYTES_MAX && reply[end] > ' ') {
      end++;
    }
    count(new String(reply, 1, end - 1, StandardCharsets.ISO_8859_1));
  }

  private void count(String code) {
    boolean known = counts.containsKey(code) || counts.size() < CODES_MAX;
    counts.merge(known ? code : OTHERS, 1L, Long::sum);
  }

  void addTo(ErrorStats sum) {
    counts.forEach((code, count) -> sum.counts.merge(code, count, Long::sum));
  }

  void clear() {
    counts.clear();
  }

  /** By code, in order. */
  public Map<String, Long> counts() {
    return counts;
  }

  public long total() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}

package io.vodis.proxy.command;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names found in a buffer, in any letter case, without an object and without looking at single
 * bytes.
 *
 * <p>A name of up to 24 bytes is read as at most three overlapping numbers, which together with the
 * length say everything about it:
 *
 * <pre>
 *   G E T                        first "GE", last "ET"
 *   Z R A N G E B Y S C O R E    first 8 bytes, last 8 bytes
 *   20 bytes                     first 8, middle 8, last 8
 * </pre>
 *
 * Letter case is bit 5 of a letter, so setting that bit everywhere folds it. The bit also folds six
 * punctuation marks and the control characters onto others; of these only {@code _}, {@code -} and
 * {@code :} occur in names, and a command misspelt so is forwarded as it came, for the server to
 * refuse.
 */
final class NameIndex<T> {

  static final int NAME_BYTES_MAX = 24;

  private static final long FOLD = 0x2020202020202020L;
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final long[] firsts;
  private final long[] middles;
  private final long[] lasts;
  private final int[] lengths;
  private final @Nullable Object[] values;
  private final int shift;

  NameIndex(Map<String, T> entries) {
    int size = Integer.highestOneBit(Math.max(4, entries.size() * 4)) << 1;
    firsts = new long[size];
    middles = new long[size];
    lasts = new long[size];
    lengths = new int[size];
    values = new Object[size];
    shift = Long.SIZE - Integer.numberOfTrailingZeros(size);
    entries.forEach(this::add);
  }

  /** What stands under that name, or null. The offset is an absolute index. */
  @SuppressWarnings("unchecked")
  @Nullable T find(ByteBuf in, int offset, int length) {
    long first;
    long last;
    long middle = 0;
    if (length >= Long.BYTES) {
      if (length > NAME_BYTES_MAX) {
        return null;
      }
      first = in.getLongLE(offset) | FOLD;
      last = in.getLongLE(offset + length - Long.BYTES) | FOLD;
      if (length > 2 * Long.BYTES) {
        middle = in.getLongLE(offset + Long.BYTES) | FOLD;
      }
    } else if (length >= Integer.BYTES) {
      first = in.getIntLE(offset) | FOLD;
      last = in.getIntLE(offset + length - Integer.BYTES) | FOLD;
    } else if (length >= Short.BYTES) {
      first = in.getShortLE(offset) | FOLD;
      last = in.getShortLE(offset + length - Short.BYTES) | FOLD;
    } else if (length == 1) {
      first = in.getByte(offset) | FOLD;
      last = first;
    } else {
      return null;
    }
    int mask = values.length - 1;
    for (int at = start(first, last, length); ; at = at + 1 & mask) {
      Object value = values[at];
      if (value == null) {
        return null;
      }
      if (firsts[at] == first
          && lasts[at] == last
          && lengths[at] == length
          && middles[at] == middle) {
        return (T) value;
      }
    }
  }

  private void add(String name, T value) {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    if (bytes.length == 0 || bytes.length > NAME_BYTES_MAX) {
      throw new IllegalArgumentException("name too short or too long: '" + name + "'");
    }
    ByteBuf buf = io.netty.buffer.Unpooled.wrappedBuffer(bytes);
    int length = bytes.length;
    int part = length >= Long.BYTES ? Long.BYTES : length >= 4 ? 4 : length >= 2 ? 2 : 1;
    long first = part(buf, 0, part);
    long last = part(buf, length - part, part);
    int at = start(first, last, length);
    while (values[at] != null) {
      at = at + 1 & values.length - 1;
    }
    firsts[at] = first;
    middles[at] = length > 2 * Long.BYTES ? part(buf, Long.BYTES, Long.BYTES) : 0;
    lasts[at] = last;
    lengths[at] = length;
    values[at] = value;
  }

  private static long part(ByteBuf buf, int offset, int bytes) {
    return FOLD
        | switch (bytes) {
          case Long.BYTES -> buf.getLongLE(offset);
          case Integer.BYTES -> buf.getIntLE(offset);
          case Short.BYTES -> buf.getShortLE(offset);
          default -> buf.getByte(offset);
        };
  }

  private int start(long first, long last, int length) {
    return (int) ((first * MIX ^ Long.rotateLeft(last, 23) + length) * MIX >>> shift);
  }
}

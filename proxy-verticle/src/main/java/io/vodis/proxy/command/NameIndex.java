package io.vodis.proxy.command;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names found in a buffer, in any letter case, without an object and without looking at single
 * bytes.
 *
 * <p>Names are bytes, one character each. One of up to 24 is read as at most three overlapping
 * numbers, which together with the length say everything about it:
 *
 * <pre>
 *   G E T                        first "GE", last "ET"
 *   Z R A N G E B Y S C O R E    first 8 bytes, last 8 bytes
 *   20 bytes                     first 8, middle 8, last 8
 * </pre>
 *
 * Letter case is bit 5 of a letter, so setting that bit everywhere folds it. The bit also folds six
 * punctuation marks, the control characters and half of the bytes beyond ASCII onto others, but
 * never anything onto a letter; a command misspelt so is forwarded as it came, for the server to
 * refuse. Names that are the same but for that are refused, see {@link #fold}. Longer names, which
 * no server has but a module may, are found the usual way.
 */
final class NameIndex<T> {

  private static final int PACKED_BYTES_MAX = 24;
  private static final int NAME_BYTES_MAX = 256;

  private static final long FOLD = 0x2020202020202020L;
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final long[] firsts;
  private final long[] middles;
  private final long[] lasts;
  private final int[] lengths;
  private final @Nullable Object[] values;
  private final int shift;
  private final Map<String, T> longNames = new HashMap<>();

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
      if (length > PACKED_BYTES_MAX) {
        return findLong(in, offset, length);
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

  /** What two names have in common that this index cannot tell apart. */
  static String fold(String name) {
    StringBuilder folded = new StringBuilder(name);
    for (int i = 0; i < folded.length(); i++) {
      folded.setCharAt(i, (char) (folded.charAt(i) | 0x20));
    }
    return folded.toString();
  }

  private @Nullable T findLong(ByteBuf in, int offset, int length) {
    return longNames.isEmpty() || length > NAME_BYTES_MAX
        ? null
        : longNames.get(fold(in.toString(offset, length, StandardCharsets.ISO_8859_1)));
  }

  private void add(String name, T value) {
    byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length == 0 || bytes.length > NAME_BYTES_MAX) {
      throw new IllegalArgumentException("name too short or too long: '" + name + "'");
    }
    if (bytes.length > PACKED_BYTES_MAX) {
      longNames.put(fold(name), value);
      return;
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

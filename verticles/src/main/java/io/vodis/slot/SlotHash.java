package io.vodis.slot;

import io.netty.buffer.ByteBuf;

/**
 * The slot of a key: CRC-32 (IEEE) of the key's tag, or of the whole key, modulo 1024, as Codis
 * counts it.
 *
 * <p>The tag is what stands between the first <code>{</code> and the first <code>}</code> after it,
 * even when that is nothing. Redis Cluster, in contrast, ignores an empty tag.
 *
 * <p>{@code java.util.zip.CRC32} cannot read a {@link ByteBuf} without a detour over a {@code
 * ByteBuffer} object, which is why the tables are our own. Eight bytes are taken at a time: the
 * same eight bytes are searched for an opening brace and put through eight tables.
 */
public final class SlotHash {

  /** Number of slots of a product. */
  public static final int SLOT_COUNT = 1024;

  private static final int POLYNOMIAL = 0xEDB88320;
  private static final int STRIDE = Long.BYTES;
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final long OPENING_BRACES = ONES * '{';

  /**
   * Eight tables of 256 entries behind one another: table k holds the CRC of a byte and k zeros.
   */
  private static final int[] TABLES = tables();

  private SlotHash() {}

  /** The slot of the key at {@code offset} (an absolute index), 0..1023. */
  public static int slotOf(ByteBuf buf, int offset, int length) {
    int crc = ~0;
    int at = offset;
    int end = offset + length;
    for (; end - at >= STRIDE; at += STRIDE) {
      long bytes = buf.getLongLE(at);
      if (holdsOpeningBrace(bytes)) {
        return tagged(buf, offset, at, end);
      }
      crc = eight(crc, bytes);
    }
    for (; at < end; at++) {
      byte b = buf.getByte(at);
      if (b == '{') {
        return tagged(buf, offset, at, end);
      }
      crc = one(crc, b);
    }
    return ~crc & (SLOT_COUNT - 1);
  }

  /** The slot of a whole key, for the control plane. */
  public static int slotOf(byte[] key) {
    int from = 0;
    int to = key.length;
    int open = indexOf(key, '{', 0);
    if (open >= 0) {
      int close = indexOf(key, '}', open + 1);
      if (close >= 0) {
        from = open + 1;
        to = close;
      }
    }
    int crc = ~0;
    for (int i = from; i < to; i++) {
      crc = one(crc, key[i]);
    }
    return ~crc & (SLOT_COUNT - 1);
  }

  /** There is an opening brace at or after {@code at}: the tag decides, if it is ever closed. */
  private static int tagged(ByteBuf buf, int offset, int at, int end) {
    int open = at;
    while (buf.getByte(open) != '{') {
      open++;
    }
    int close = open + 1;
    while (close < end && buf.getByte(close) != '}') {
      close++;
    }
    return close < end ? untagged(buf, open + 1, close) : untagged(buf, offset, end);
  }

  private static int untagged(ByteBuf buf, int from, int to) {
    int crc = ~0;
    int at = from;
    for (; to - at >= STRIDE; at += STRIDE) {
      crc = eight(crc, buf.getLongLE(at));
    }
    for (; at < to; at++) {
      crc = one(crc, buf.getByte(at));
    }
    return ~crc & (SLOT_COUNT - 1);
  }

  /** Whether one of the eight bytes is an opening brace: exact, no false alarm. */
  private static boolean holdsOpeningBrace(long bytes) {
    long x = bytes ^ OPENING_BRACES;
    return ((x - ONES) & ~x & HIGH_BITS) != 0;
  }

  private static int one(int crc, byte b) {
    return (crc >>> 8) ^ TABLES[(crc ^ b) & 0xFF];
  }

  private static int eight(int crc, long bytes) {
    int low = crc ^ (int) bytes;
    int high = (int) (bytes >>> 32);
    return TABLES[7 << 8 | low & 0xFF]
        ^ TABLES[6 << 8 | low >>> 8 & 0xFF]
        ^ TABLES[5 << 8 | low >>> 16 & 0xFF]
        ^ TABLES[4 << 8 | low >>> 24]
        ^ TABLES[3 << 8 | high & 0xFF]
        ^ TABLES[2 << 8 | high >>> 8 & 0xFF]
        ^ TABLES[1 << 8 | high >>> 16 & 0xFF]
        ^ TABLES[high >>> 24];
  }

  private static int[] tables() {
    int[] tables = new int[8 << 8];
    for (int b = 0; b < 256; b++) {
      int crc = b;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
      }
      tables[b] = crc;
    }
    for (int i = 256; i < tables.length; i++) {
      int shorter = tables[i - 256];
      tables[i] = (shorter >>> 8) ^ tables[shorter & 0xFF];
    }
    return tables;
  }

  private static int indexOf(byte[] key, char wanted, int from) {
    for (int i = from; i < key.length; i++) {
      if (key[i] == wanted) {
        return i;
      }
    }
    return -1;
  }
}

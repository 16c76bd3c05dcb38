package io.vodis.testsupport.workload;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * The slot of a key, from the rule and not by the product's code: CRC32 of the key, or of what is
 * between its first brace and the next closing one, modulo 1024.
 */
public final class SlotOracle {

  private static final int SLOT_COUNT = 1024;

  private SlotOracle() {}

  public static int slotOf(String key) {
    String hashed = key;
    int open = key.indexOf('{');
    if (open >= 0) {
      int close = key.indexOf('}', open + 1);
      if (close >= 0) {
        hashed = key.substring(open + 1, close);
      }
    }
    CRC32 crc = new CRC32();
    crc.update(hashed.getBytes(StandardCharsets.UTF_8));
    return (int) (crc.getValue() % SLOT_COUNT);
  }

  /** Some key of a slot, beginning with {@code prefix} (which must have no brace). */
  public static String keyIn(int slotId, String prefix) {
    for (int i = 0; ; i++) {
      String key = prefix + i;
      if (slotOf(key) == slotId) {
        return key;
      }
    }
  }
}

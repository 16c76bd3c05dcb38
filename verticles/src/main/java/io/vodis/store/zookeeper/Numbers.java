package io.vodis.store.zookeeper;

import io.vodis.store.StoreException;
import java.nio.charset.StandardCharsets;

/** Term and epoch in the store: decimal digits. */
final class Numbers {

  private Numbers() {}

  static byte[] write(long number) {
    return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
  }

  static long read(String path, byte[] content) {
    String text = new String(content, StandardCharsets.UTF_8).strip();
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new StoreException(
          StoreException.Reason.CORRUPT,
          "cannot read " + path + " in the store: '" + text + "' is no number",
          e);
    }
  }
}

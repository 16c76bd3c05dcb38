package io.vodis.topom.census;

import io.vodis.topom.census.SlotFigures.BigKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts the keys of one slot. */
final class SlotTally {

  private final Map<String, Long> keysByType = new TreeMap<>();
  private final List<BigKey> biggest = new ArrayList<>();
  private long keys;
  private long bytes;

  void add(KeyFacts key) {
    keys++;
    bytes += key.bytes();
    keysByType.merge(key.type(), 1L, Long::sum);
    if (biggest.size() < SlotFigures.BIGGEST_MAX || key.bytes() > biggest.getLast().bytes()) {
      biggest.add(new BigKey(printable(key.name()), key.type(), key.bytes()));
      biggest.sort(Comparator.comparingLong(BigKey::bytes).reversed().thenComparing(BigKey::name));
      if (biggest.size() > SlotFigures.BIGGEST_MAX) {
        biggest.removeLast();
      }
    }
  }

  SlotFigures figures(int slotId) {
    return new SlotFigures(slotId, keys, bytes, keysByType, biggest);
  }

  /** What is no printable ASCII becomes {@code \xNN}; what is long is cut. */
  static String printable(byte[] key) {
    StringBuilder text = new StringBuilder();
    for (char c : new String(key, StandardCharsets.ISO_8859_1).toCharArray()) {
      if (text.length() > NAME_MAX) {
        return text.append("...").toString();
      }
      if (c > ' ' && c < 127 && c != '\\') {
        text.append(c);
      } else {
        text.append("\\x%02x".formatted((int) c));
      }
    }
    return text.toString();
  }

  private static final int NAME_MAX = 200;
}

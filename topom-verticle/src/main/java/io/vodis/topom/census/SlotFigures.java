package io.vodis.topom.census;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one slot holds, over all servers and databases on which it belongs.
 *
 * @param bytes as MEMORY USAGE estimates them; 0 where servers cannot tell
 * @param keysByType by the names that TYPE gives
 * @param biggest at most {@link #BIGGEST_MAX}, the biggest first
 */
public record SlotFigures(
    int slotId, long keys, long bytes, Map<String, Long> keysByType, List<BigKey> biggest) {

  public static final int BIGGEST_MAX = 3;

  /**
   * One of the biggest keys.
   *
   * @param name printable
   */
  public record BigKey(String name, String type, long bytes) {}

  public SlotFigures {
    keysByType = Collections.unmodifiableMap(new TreeMap<>(keysByType));
    biggest = List.copyOf(biggest);
  }

  public static SlotFigures empty(int slotId) {
    return new SlotFigures(slotId, 0, 0, Map.of(), List.of());
  }
}

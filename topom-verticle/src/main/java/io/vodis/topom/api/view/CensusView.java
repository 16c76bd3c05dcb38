package io.vodis.topom.api.view;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What slots hold.
 *
 * @param keysPerSecond of the last moves; null if none were measured, as then are the ETAs
 */
public record CensusView(
    long epoch,
    String at,
    long tookMillis,
    long keys,
    long bytes,
    long strayKeys,
    @Nullable Double keysPerSecond,
    @Nullable Long etaMillis,
    List<Slot> slots) {

  public record Slot(
      int slotId,
      int groupId,
      long keys,
      long bytes,
      @Nullable Long etaMillis,
      Map<String, Long> keysByType,
      List<Key> biggest) {}

  public record Key(String key, String type, long bytes) {}
}

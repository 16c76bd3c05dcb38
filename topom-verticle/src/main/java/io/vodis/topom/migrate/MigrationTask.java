package io.vodis.topom.migrate;

import io.vodis.model.HostAndPort;
import java.util.Map;

/**
 * Slots to be emptied on one server.
 *
 * @param targetBySlot where the keys of each slot go; never the source
 */
public record MigrationTask(HostAndPort source, Map<Integer, HostAndPort> targetBySlot) {
  public MigrationTask {
    targetBySlot = Map.copyOf(targetBySlot);
    if (targetBySlot.containsValue(source)) {
      throw new IllegalArgumentException("source and target are both " + source);
    }
  }
}

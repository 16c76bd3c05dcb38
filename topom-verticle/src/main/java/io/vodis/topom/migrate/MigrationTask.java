package io.vodis.topom.migrate;

import io.vodis.model.HostAndPort;
import java.util.Map;
import java.util.Set;

/**
 * Slots to be emptied on one server.
 *
 * @param targetBySlot where the keys of each slot go; never the source
 * @param returning slots that are on their way back: of a key on both servers the target's copy
 *     counts, else the source's
 */
public record MigrationTask(
    HostAndPort source, Map<Integer, HostAndPort> targetBySlot, Set<Integer> returning) {
  public MigrationTask {
    targetBySlot = Map.copyOf(targetBySlot);
    returning = Set.copyOf(returning);
    if (targetBySlot.containsValue(source)) {
      throw new IllegalArgumentException("source and target are both " + source);
    }
  }

  /** Slots none of which is on its way back. */
  public MigrationTask(HostAndPort source, Map<Integer, HostAndPort> targetBySlot) {
    this(source, targetBySlot, Set.of());
  }
}

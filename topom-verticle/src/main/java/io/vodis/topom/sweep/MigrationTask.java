package io.vodis.topom.sweep;

import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.model.PinnedKey;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Slots to be emptied on one server.
 *
 * @param targetBySlot where the keys of each slot go; never the source
 * @param returning slots that are on their way back
 * @param proofs the numbers under which slots were opened, where there is one. They say which of
 *     two copies of a key counts ({@link io.vodis.slot.SlotProof}). Without one it is the source's,
 *     or the target's for a slot that is returning.
 * @param pinned keys of these slots that are moved in another way
 * @param method how the others are moved
 */
public record MigrationTask(
    HostAndPort source,
    Map<Integer, HostAndPort> targetBySlot,
    Set<Integer> returning,
    Map<Integer, Long> proofs,
    List<PinnedKey> pinned,
    MigrationMethod method) {
  public MigrationTask {
    proofs = Collections.unmodifiableMap(new TreeMap<>(proofs));
    pinned = List.copyOf(pinned);
    targetBySlot = Collections.unmodifiableMap(new TreeMap<>(targetBySlot));
    returning = Collections.unmodifiableSet(new TreeSet<>(returning));
    if (targetBySlot.containsValue(source)) {
      throw new IllegalArgumentException("source and target are both " + source);
    }
  }

  /** Slots none of which is on its way back. */
  public MigrationTask(HostAndPort source, Map<Integer, HostAndPort> targetBySlot) {
    this(source, targetBySlot, Set.of(), Map.of(), List.of(), MigrationMethod.MIGRATE);
  }

  /** Whether a key is to be left where it is. */
  boolean isPinned(int database, byte[] name) {
    for (PinnedKey key : pinned) {
      if (key.database() == database && Arrays.equals(key.bytes(), name)) {
        return true;
      }
    }
    return false;
  }
}

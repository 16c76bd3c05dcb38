package io.vodis.topom.sweep;

import io.vodis.topom.sweep.KeyPage.MovingKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Names of the keys of slots as one look at their source found them, so that the slots can be
 * emptied a few at a time without looking at every key of the source each time. A hint only: keys
 * come and go, and a pass over the source proves in the end that none is left.
 *
 * <p>Holds a bounded number of bytes. When they are used up the slots that come last are let go;
 * only the first one is kept in any case, and then incompletely.
 */
public final class KnownKeys {

  /** The names in one database, one after the other, each behind its length. */
  private static final class Names {
    private byte[] packed = new byte[64];
    private int size;
    private int count;

    void add(byte[] name) {
      int needed = size + Integer.BYTES + name.length;
      if (needed > packed.length) {
        packed = Arrays.copyOf(packed, Math.max(needed, packed.length * 2));
      }
      ByteBuffer.wrap(packed, size, needed - size).putInt(name.length).put(name);
      size = needed;
      count++;
    }

    void addTo(Set<ByteBuffer> names) {
      ByteBuffer from = ByteBuffer.wrap(packed, 0, size);
      for (int i = 0; i < count; i++) {
        byte[] name = new byte[from.getInt()];
        from.get(name);
        names.add(ByteBuffer.wrap(name));
      }
    }
  }

  /**
   * The names of the keys of some slots, each once.
   *
   * @param byDatabase of databases that have any
   */
  public record Wave(Set<Integer> slotIds, Map<Integer, List<MovingKey>> byDatabase) {}

  private final long bytesMax;
  private final Map<Integer, Map<Integer, Names>> bySlot = new LinkedHashMap<>();
  private final List<Integer> slotIds;
  private long bytes;
  private long keys;
  private int covered;

  /**
   * Nothing known yet.
   *
   * @param slotIds the slots to know about, what is moved first first
   */
  public KnownKeys(Collection<Integer> slotIds, long bytesMax) {
    this.slotIds = List.copyOf(slotIds);
    this.bytesMax = bytesMax;
    this.covered = this.slotIds.size();
    this.slotIds.forEach(slotId -> bySlot.put(slotId, new TreeMap<>()));
  }

  /** A key of one of the slots; names may come more than once, as they do from a SCAN. */
  void add(int database, MovingKey key) {
    Map<Integer, Names> names = bySlot.get(key.slotId());
    if (names == null) {
      return;
    }
    int needed = Integer.BYTES + key.name().length;
    while (bytes + needed > bytesMax && covered > 1) {
      int last = slotIds.get(--covered);
      forget(last);
      if (last == key.slotId()) {
        return;
      }
    }
    if (bytes + needed > bytesMax) {
      return;
    }
    names.computeIfAbsent(database, id -> new Names()).add(key.name());
    bytes += needed;
    keys++;
  }

  /** Whether the slot has been looked at and has not been taken or let go since. */
  public boolean covers(int slotId) {
    return bySlot.containsKey(slotId);
  }

  /** How many names are known. */
  public long size() {
    return keys;
  }

  /** What is known of these slots now. */
  public Wave wave(Collection<Integer> slotIds) {
    Map<Integer, List<MovingKey>> byDatabase = new TreeMap<>();
    for (int slotId : slotIds) {
      bySlot
          .getOrDefault(slotId, Map.of())
          .forEach(
              (database, names) ->
                  byDatabase
                      .computeIfAbsent(database, id -> new ArrayList<>())
                      .addAll(distinct(slotId, names)));
    }
    return new Wave(Set.copyOf(slotIds), byDatabase);
  }

  private static List<MovingKey> distinct(int slotId, Names names) {
    Set<ByteBuffer> distinct = HashSet.newHashSet(names.count);
    names.addTo(distinct);
    List<MovingKey> moving = new ArrayList<>(distinct.size());
    distinct.forEach(name -> moving.add(new MovingKey(slotId, name.array())));
    return moving;
  }

  /** The slot is no longer covered. */
  public void forget(int slotId) {
    Map<Integer, Names> names = bySlot.remove(slotId);
    if (names != null) {
      for (Names one : names.values()) {
        bytes -= one.size;
        keys -= one.count;
      }
    }
  }
}

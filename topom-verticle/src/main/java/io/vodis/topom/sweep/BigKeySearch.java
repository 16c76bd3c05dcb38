package io.vodis.topom.sweep;

import io.vodis.model.PinnedKey;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.ServerStatus;
import io.vodis.topom.sweep.KeyPage.MovingKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Looks for the keys that have to be pinned before slots are opened. Once a slot is open, a key on
 * its source that is not pinned cannot grow: it is moved before anything changes it.
 */
final class BigKeySearch {

  /** Keys looked at with one call: two short scripts' worth, whatever the server does besides. */
  private static final int PAGE_KEYS = 200;

  /** A name is a part of the slot's row. */
  private static final int NAME_BYTES_MAX = 4096;

  private record Found(int slotId, PinnedKey key, long bytes) {}

  private final RedisAdmin admin;
  private final MigrationSettings settings;

  BigKeySearch(RedisAdmin admin, MigrationSettings settings) {
    this.admin = admin;
    this.settings = settings;
  }

  /**
   * The biggest keys of the task's slots, at most as many as may be pinned; others are moved with
   * one MIGRATE each.
   *
   * @param step called between pages; throws if the search is to end
   */
  Map<Integer, List<PinnedKey>> find(MigrationTask task, Runnable step) {
    PriorityQueue<Found> biggest = new PriorityQueue<>(Comparator.comparingLong(Found::bytes));
    ServerStatus status = admin.status(task.source(), settings.migrationTimeout());
    for (int database : status.keysByDatabase().keySet()) {
      if (settings.pinnedKeysMax() > 0) {
        search(new SourceServer(admin, settings, task.source(), database), task, biggest, step);
      }
    }
    Map<Integer, List<PinnedKey>> bySlot = new HashMap<>();
    for (Found found : biggest) {
      bySlot.computeIfAbsent(found.slotId(), slot -> new ArrayList<>()).add(found.key());
    }
    return bySlot;
  }

  private void search(
      SourceServer source, MigrationTask task, PriorityQueue<Found> biggest, Runnable step) {
    String cursor = "0";
    do {
      KeyPage page = KeyPage.of(source.scan(cursor, PAGE_KEYS), task, source.database());
      for (List<MovingKey> keys : page.keysByTarget().values()) {
        source
            .sizes(keys, settings.migrationBigKeyBytes())
            .big()
            .forEach((key, bytes) -> keep(source.database(), key, bytes, biggest));
      }
      cursor = page.nextCursor();
      step.run();
    } while (!cursor.equals("0"));
  }

  private void keep(int database, MovingKey key, long bytes, PriorityQueue<Found> biggest) {
    Found found = new Found(key.slotId(), PinnedKey.served(database, key.name()), bytes);
    boolean known = biggest.stream().anyMatch(one -> one.key().isSameKeyAs(found.key()));
    if (known || key.name().length > NAME_BYTES_MAX) {
      return; // A scan may return a key twice.
    }
    biggest.add(found);
    if (biggest.size() > settings.pinnedKeysMax()) {
      biggest.poll();
    }
  }
}

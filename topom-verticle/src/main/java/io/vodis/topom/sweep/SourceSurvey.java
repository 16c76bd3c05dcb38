package io.vodis.topom.sweep;

import io.vodis.model.PinnedKey;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.ServerStatus;
import io.vodis.topom.sweep.KeyPage.MovingKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * A look at every key of slots before they are opened: which of them have to be pinned, and what
 * the others are called. Once a slot is open, a key on its source that is not pinned cannot grow:
 * it is moved before anything changes it.
 */
public final class SourceSurvey {

  /** Keys looked at with one call: two short scripts' worth, whatever the server does besides. */
  private static final int PAGE_KEYS = 200;

  /** A name is a part of the slot's row. */
  private static final int NAME_BYTES_MAX = 4096;

  /**
   * What was found.
   *
   * @param bigKeys the biggest keys by slot, at most as many as may be pinned; others are moved
   *     with one MIGRATE each
   */
  public record Survey(Map<Integer, List<PinnedKey>> bigKeys, KnownKeys known) {}

  private record Found(int slotId, PinnedKey key, long bytes) {}

  private final RedisAdmin admin;
  private final MigrationSettings settings;
  private final PriorityQueue<Found> biggest =
      new PriorityQueue<>(Comparator.comparingLong(Found::bytes));

  SourceSurvey(RedisAdmin admin, MigrationSettings settings) {
    this.admin = admin;
    this.settings = settings;
  }

  /**
   * Looks.
   *
   * @param slotIds the task's slots in the order in which they will be moved
   * @param step called between pages; throws if the look is to end
   */
  Survey look(MigrationTask task, Collection<Integer> slotIds, Runnable step) {
    KnownKeys known = new KnownKeys(slotIds, settings.knownKeysBytesMax());
    ServerStatus status = admin.status(task.source(), settings.migrationTimeout());
    for (int database : status.keysByDatabase().keySet()) {
      look(new SourceServer(admin, settings, task.source(), database), task, known, step);
    }
    Map<Integer, List<PinnedKey>> bigKeys = new HashMap<>();
    for (Found found : biggest) {
      bigKeys.computeIfAbsent(found.slotId(), slot -> new ArrayList<>()).add(found.key());
    }
    return new Survey(bigKeys, known);
  }

  private void look(SourceServer source, MigrationTask task, KnownKeys known, Runnable step) {
    String cursor = "0";
    do {
      KeyPage page = KeyPage.of(source.scan(cursor, PAGE_KEYS), task, source.database());
      for (List<MovingKey> keys : page.keysByTarget().values()) {
        keys.forEach(key -> known.add(source.database(), key));
        if (settings.pinnedKeysMax() > 0) {
          source
              .sizes(keys, settings.migrationBigKeyBytes())
              .big()
              .forEach((key, bytes) -> keep(source.database(), key, bytes));
        }
      }
      cursor = page.nextCursor();
      step.run();
    } while (!cursor.equals("0"));
  }

  private void keep(int database, MovingKey key, long bytes) {
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

package io.vodis.topom.sweep;

import io.vodis.redis.RedisAdmin;
import java.util.Collection;
import java.util.List;

/** A look at every key of a source, for the names of those that will be moved. */
final class SourceSurvey {

  private final RedisAdmin admin;
  private final MigrationSettings settings;

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
  KnownKeys look(MigrationTask task, Collection<Integer> slotIds, Runnable step) {
    KnownKeys known = new KnownKeys(slotIds, settings.knownKeysBytesMax());
    var databases =
        admin.status(task.source(), settings.migrationTimeout()).keysByDatabase().keySet();
    for (int database : databases) {
      new SourceServer(admin, settings, task.source(), database)
          .eachPage(
              task,
              page -> {
                page.keysByTarget().values().stream()
                    .flatMap(List::stream)
                    .forEach(key -> known.add(database, key));
                step.run();
              });
    }
    return known;
  }
}

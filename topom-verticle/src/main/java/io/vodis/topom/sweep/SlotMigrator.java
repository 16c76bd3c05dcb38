package io.vodis.topom.sweep;

import io.vodis.lifecycle.Clock;
import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.topom.dump.DumpKey;
import io.vodis.topom.dump.DumpMover;
import io.vodis.topom.dump.DumpWay;
import io.vodis.topom.dump.MigratePermission;
import io.vodis.topom.dump.TransferProbe;
import io.vodis.topom.sweep.KeyPage.MovingKey;
import io.vodis.topom.sweep.WeighedKeys.Share;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Empties slots on a server. Holds no state of its own between calls: what has been done can be
 * seen on the servers, so that any topom may begin, stop, or begin again.
 *
 * <p>The {@link RedisAdmin} is for this class alone: it gives long commands and transactions.
 */
public final class SlotMigrator {

  private final RedisAdmin admin;
  private final MigrationSettings settings;
  private final Clock clock;
  private final Supplier<SweepSpeed> speed;
  private final DumpMover dumps;

  /**
   * A migrator.
   *
   * @param speed asked again and again while keys are moved
   * @param dumps moves keys from servers whose MIGRATE is of no use
   */
  public SlotMigrator(
      RedisAdmin admin,
      MigrationSettings settings,
      Clock clock,
      Supplier<SweepSpeed> speed,
      DumpMover dumps) {
    this.dumps = dumps;
    this.admin = admin;
    this.settings = settings;
    this.clock = clock;
    this.speed = speed;
  }

  public MigrationSettings settings() {
    return settings;
  }

  /** How keys can get from one server to the other; asks both. */
  public MigrationMethod chooseMethod(HostAndPort source, HostAndPort target) {
    MigrationMethod method =
        new MethodChoice(admin, settings.migrationTimeout())
            .choose(source, target, settings.codis().method());
    return method.isByMigrate() && isForbidden(source, target) ? MigrationMethod.DUMP : method;
  }

  /** Whether keys have to go through this process. */
  private boolean isForbidden(HostAndPort source, HostAndPort target) {
    return settings.throughTopom() == ThroughTopom.ALWAYS
        || !MigratePermission.isGiven(
            admin,
            source,
            target,
            settings.access().credentials(target),
            settings.migrationTimeout());
  }

  /**
   * Makes sure that the target understands what the source sends, before anything is asked of them.
   *
   * @throws io.vodis.redis.RedisAdminException if it does not, as an older version than the source,
   *     or if one of them does not answer
   */
  public void requireUnderstanding(HostAndPort source, HostAndPort target) {
    TransferProbe.require(admin, source, target, settings.migrationTimeout());
  }

  /**
   * The names of the keys of the task's slots.
   *
   * @param slotIds the slots in the order in which they will be moved
   * @param step throws to end the look
   */
  public KnownKeys survey(MigrationTask task, Collection<Integer> slotIds, Runnable step) {
    KnownKeys known = new KnownKeys(slotIds, settings.knownKeysBytesMax());
    var databases =
        admin.status(task.source(), settings.migrationTimeout()).keysByDatabase().keySet();
    for (int database : databases) {
      new SourceServer(admin, settings, task.source(), database)
          .eachPage(
              task,
              page -> {
                page.keysByTarget()
                    .values()
                    .forEach(keys -> keys.forEach(key -> known.add(database, key)));
                step.run();
              });
    }
    return known;
  }

  /** To be given to all sweeps of a batch. */
  public SweepPacing pacing() {
    return new SweepPacing(new PaceKeeper(admin, settings, clock, speed));
  }

  /**
   * Weighs the known keys of slots on their source.
   *
   * @param step throws to end it
   */
  public WeighedKeys weigh(
      HostAndPort source, KnownKeys.Wave wave, SweepPacing pacing, Runnable step) {
    List<Share> shares = new ArrayList<>();
    for (var known : wave.byDatabase().entrySet()) {
      int database = known.getKey();
      List<MovingKey> keys = known.getValue();
      SourceServer server = new SourceServer(admin, settings, source, database);
      PaceKeeper keeper = pacing.keeper();
      KeySizes sizes =
          server.sizes(
              keys,
              keeper.pace().weighedKeys(),
              () -> {
                step.run();
                keeper.onRead();
              });
      shares.add(new Share(database, keys, sizes));
    }
    return WeighedKeys.of(wave.slotIds(), shares);
  }

  /**
   * Moves the keys of the task's slots that are known by name. That none is left is not proven.
   *
   * @throws io.vodis.redis.RedisAdminException as {@link #migrate}
   */
  public void moveKnown(
      MigrationTask task,
      WeighedKeys keys,
      SweepPacing pacing,
      BooleanSupplier proceed,
      MigrationProgress progress) {
    for (Share share : keys.shares()) {
      SourceServer source = new SourceServer(admin, settings, task.source(), share.database());
      if (task.method() == MigrationMethod.DUMP) {
        dumpSweep(task, pacing, proceed, progress).run(source, share);
      } else {
        migrateSweep(task, pacing, proceed, progress).run(source, share);
      }
    }
  }

  /** The first step of an {@link OpeningCheck}; {@code step} throws to end it. */
  public OpeningCheck check(MigrationTask task, Runnable step) {
    return OpeningCheck.of(admin, settings, task, step);
  }

  /**
   * Moves one key that nobody uses to where its slot is served. If it is there already, that copy
   * stays.
   *
   * @param proceed asked right before the first effect
   * @throws RedisAdminException if the key may still be on the source
   */
  public void moveKey(
      HostAndPort source,
      HostAndPort target,
      int database,
      int slotId,
      byte[] name,
      BooleanSupplier proceed) {
    MovingKey key = new MovingKey(slotId, name);
    SourceServer from = new SourceServer(admin, settings, source, database);
    if (!isForbidden(source, target)) {
      from.migrate(target, MigrationMethod.MIGRATE, List.of(key), true);
      return;
    }
    long bytesMax = settings.dumpBytesMax();
    if (bytesMax > 0 && from.isLarger(key, bytesMax)) {
      throw refused(source, "it takes more than migration_dump_max_bytes");
    }
    List<DumpKey> dump = List.of(new DumpKey(name, 0, true));
    DumpWay way = new DumpWay(source, target, database);
    boolean moved = false;
    try {
      moved = dumps.move(way, dump, settings.migrationTimeout(), proceed);
    } catch (RedisAdminException e) {
      // Nobody comes again soon to see to it that nothing of it is executed late.
      dumps.settle(source, target);
      throw e;
    }
    if (!moved) {
      throw refused(source, "its slot is not at rest any more");
    }
  }

  private static RedisAdminException refused(HostAndPort server, String reason) {
    return new RedisAdminException(server, RedisAdminException.Kind.REFUSED, reason, null);
  }

  /** Removes the copy of a key that is {@code away}, if the key is at {@code home} too. */
  public void removeSecondCopy(HostAndPort home, HostAndPort away, int database, byte[] key) {
    new LeftoverCleaner(admin, settings.migrationTimeout())
        .removeLeftover(home, away, database, key);
  }

  /**
   * Blocks until a whole pass over every database of the source has found no key of these slots.
   * Asks {@code proceed} before every effect.
   *
   * @return false as soon as {@code proceed} is false
   * @throws io.vodis.redis.RedisAdminException with the words of the side that failed; calling
   *     again is always safe
   */
  public boolean migrate(MigrationTask task, BooleanSupplier proceed, MigrationProgress progress) {
    return migrate(task, pacing(), proceed, progress);
  }

  /** The same, at the pace that was right so far. */
  public boolean migrate(
      MigrationTask task, SweepPacing pacing, BooleanSupplier proceed, MigrationProgress progress) {
    SlotSweep sweep = sweep(task, pacing, proceed, progress);
    long moved;
    do {
      moved = 0;
      HostAndPort source = task.source();
      var keysByDatabase = admin.status(source, settings.migrationTimeout()).keysByDatabase();
      sweep.onPass(keysByDatabase.values().stream().mapToLong(Long::longValue).sum());
      for (int database : new ArrayList<>(keysByDatabase.keySet())) {
        moved += sweep.run(source, database);
        if (!proceed.getAsBoolean()) {
          return false;
        }
      }
    } while (moved > 0);
    return true;
  }

  private SlotSweep sweep(
      MigrationTask task, SweepPacing pacing, BooleanSupplier proceed, MigrationProgress progress) {
    return switch (task.method()) {
      case MIGRATE, REVOCABLE_MIGRATE -> migrateSweep(task, pacing, proceed, progress);
      case DUMP -> dumpSweep(task, pacing, proceed, progress);
      case SYNC, SEMI_ASYNC ->
          new CodisSweep(admin, settings, clock, speed, task, proceed, progress);
    };
  }

  private MigrateSweep migrateSweep(
      MigrationTask task, SweepPacing pacing, BooleanSupplier proceed, MigrationProgress progress) {
    return new MigrateSweep(admin, settings, clock, speed, pacing, task, proceed, progress);
  }

  private DumpSweep dumpSweep(
      MigrationTask task, SweepPacing pacing, BooleanSupplier proceed, MigrationProgress progress) {
    return new DumpSweep(admin, settings, clock, speed, pacing, dumps, task, proceed, progress);
  }
}

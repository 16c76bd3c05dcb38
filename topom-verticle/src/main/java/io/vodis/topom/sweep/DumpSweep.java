package io.vodis.topom.sweep;

import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.Threads;
import io.vodis.model.HostAndPort;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.topom.dump.DumpKey;
import io.vodis.topom.dump.DumpMover;
import io.vodis.topom.dump.DumpWay;
import io.vodis.topom.sweep.KeyPage.MovingKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Empties slots with {@code SCAN} and a {@link DumpMover}, of servers that forbid MIGRATE. */
final class DumpSweep implements SlotSweep {

  /** What clients wait for behind a batch stays short. */
  private static final int BATCH_KEYS_MAX = 200;

  private static final int BATCH_BYTES = 512 << 10;
  private static final Duration BATCH_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration RATE_LOOK = Duration.ofMillis(20);

  private final RedisAdmin admin;
  private final MigrationSettings settings;
  private final Clock clock;
  private final Supplier<SweepSpeed> speed;
  private final DumpMover mover;
  private final MigrationTask task;
  private final BooleanSupplier proceed;
  private final MigrationProgress progress;
  private final KeyRate rate;
  private final PaceKeeper pacing;
  private final Threads threads = Threads.current();
  private long scannedKeys;
  private long totalKeys;

  DumpSweep(
      RedisAdmin admin,
      MigrationSettings settings,
      Clock clock,
      Supplier<SweepSpeed> speed,
      SweepPacing pacing,
      DumpMover mover,
      MigrationTask task,
      BooleanSupplier proceed,
      MigrationProgress progress) {
    this.admin = admin;
    this.settings = settings;
    this.clock = clock;
    this.speed = speed;
    this.mover = mover;
    this.task = task;
    this.proceed = proceed;
    this.progress = progress;
    this.rate = pacing.rate();
    this.pacing = pacing.keeper();
  }

  @Override
  public void onPass(long keysOnSource) {
    scannedKeys = 0;
    totalKeys = keysOnSource;
  }

  @Override
  public long run(HostAndPort address, int database) {
    SourceServer source = new SourceServer(admin, settings, address, database);
    long found = 0;
    String cursor = "0";
    do {
      pacing.onRead();
      KeyPage page = source.scan(cursor, task);
      for (Map.Entry<HostAndPort, List<MovingKey>> entry : page.keysByTarget().entrySet()) {
        List<MovingKey> keys = entry.getValue();
        found += keys.size();
        KeySizes sizes = source.sizes(keys, pacing.pace().weighedKeys(), pacing::onRead);
        if (!move(source, entry.getKey(), keys, sizes)) {
          return found;
        }
      }
      scannedKeys += page.scanned();
      progress.onScanned(scannedKeys, totalKeys);
      cursor = page.nextCursor();
    } while (!cursor.equals("0") && proceed.getAsBoolean());
    // Also moves of others, which have left nothing to be found here, have come to their end.
    for (HostAndPort target : new HashSet<>(task.targetBySlot().values())) {
      mover.settle(address, target);
    }
    return found;
  }

  /** Moves keys whose names are known; what of them is gone is passed over. */
  void run(SourceServer source, WeighedKeys.Share keys) {
    KeyPage page = KeyPage.ofKnown(keys.keys(), task, source.database());
    for (Map.Entry<HostAndPort, List<MovingKey>> entry : page.keysByTarget().entrySet()) {
      if (!move(source, entry.getKey(), entry.getValue(), keys.sizes())) {
        return;
      }
    }
  }

  /** False if the sweep is to end. */
  private boolean move(
      SourceServer source, HostAndPort target, List<MovingKey> keys, KeySizes sizes) {
    List<MovingKey> ordinary = keys.stream().filter(key -> !sizes.isBig(key)).toList();
    if (!moveInBatches(source, target, ordinary, sizes.ordinaryBytes())) {
      return false;
    }
    for (MovingKey key : keys) {
      if (sizes.isBig(key) && !moveBig(source, target, key, sizes.big().getOrDefault(key, 0L))) {
        return false;
      }
    }
    return true;
  }

  private boolean moveInBatches(
      SourceServer source, HostAndPort target, List<MovingKey> keys, long meanBytes) {
    int fitting = (int) Math.clamp(BATCH_BYTES / Math.max(1, meanBytes), 1, BATCH_KEYS_MAX);
    int from = 0;
    while (from < keys.size()) {
      if (!awaitRate()) {
        return false;
      }
      pacing.follow(source, target);
      int size = Math.min(fitting, KeyRate.keysMax(speed.get().keysPerSecond()));
      List<MovingKey> batch = keys.subList(from, Math.min(keys.size(), from + size));
      long start = clock.nanoTime();
      if (!move(source, target, batch, BATCH_TIMEOUT)) {
        return false;
      }
      long pause = (clock.nanoTime() - start) * pacing.pace().pausePercent() / 100;
      if (pause > 0) {
        threads.sleep(Duration.ofNanos(pause));
      }
      from += batch.size();
    }
    return true;
  }

  /** One for which there was no room among the pinned ones. */
  private boolean moveBig(SourceServer source, HostAndPort target, MovingKey key, long bytes) {
    progress.onBigKey(key.slotId(), key.name(), bytes);
    if (settings.dumpBytesMax() > 0 && bytes > settings.dumpBytesMax()) {
      throw new RedisAdminException(
          source.address(),
          RedisAdminException.Kind.REFUSED,
          "a key of slot %d takes %d bytes, more than migration_dump_max_bytes"
              .formatted(key.slotId(), bytes),
          null);
    }
    return awaitRate() && move(source, target, List.of(key), settings.migrationTimeout());
  }

  private boolean move(
      SourceServer source, HostAndPort target, List<MovingKey> keys, Duration timeout) {
    List<DumpKey> dumps = keys.stream().map(this::dump).toList();
    DumpWay way = new DumpWay(source.address(), target, source.database());
    if (!mover.move(way, dumps, timeout, proceed)) {
      return false;
    }
    pacing.onMoved(target, keys.size());
    rate.onMoved(keys.size(), speed.get().keysPerSecond(), clock.nanoTime());
    Map<Integer, Integer> moved = new HashMap<>();
    keys.forEach(key -> moved.merge(key.slotId(), 1, Integer::sum));
    moved.forEach(progress::onMoved);
    return true;
  }

  private DumpKey dump(MovingKey key) {
    return new DumpKey(
        key.name(),
        task.proofs().getOrDefault(key.slotId(), 0L),
        task.returning().contains(key.slotId()));
  }

  /** False if the sweep is to end while it waits. */
  private boolean awaitRate() {
    while (proceed.getAsBoolean()) {
      long wait = rate.waitNanos(speed.get().keysPerSecond(), clock.nanoTime());
      if (wait <= 0) {
        return true;
      }
      threads.sleep(Duration.ofNanos(Math.min(wait, RATE_LOOK.toNanos())));
    }
    return false;
  }
}

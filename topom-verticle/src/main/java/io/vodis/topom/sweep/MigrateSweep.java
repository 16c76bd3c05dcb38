package io.vodis.topom.sweep;

import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.Later;
import io.vodis.lifecycle.Threads;
import io.vodis.model.HostAndPort;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.topom.sweep.KeyPage.MovingKey;
import io.vodis.topom.sweep.SourceServer.Held;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Empties slots with {@code SCAN} and {@code MIGRATE}, of any server. While the keys of a page
 * move, the next page is fetched and weighed: the server answers all on one connection, one after
 * the other, and is never idle.
 */
final class MigrateSweep implements SlotSweep {

  private static final int ATTEMPTS_MAX = 3;

  /** A page, and what its keys weigh by where they go. */
  private record WeighedPage(KeyPage keys, Map<HostAndPort, KeySizes> sizes) {}

  /** So often a wait is interrupted to see whether anything has changed. */
  private static final Duration RATE_LOOK = Duration.ofMillis(20);

  private final RedisAdmin admin;
  private final MigrationSettings settings;
  private final Clock clock;
  private final MigrationTask task;
  private final BooleanSupplier proceed;
  private final MigrationProgress progress;
  private final LeftoverCleaner cleaner;
  private final BatchSizer sizer;
  private final KeyRate rate;
  private final PaceKeeper pacing;
  private final Supplier<SweepSpeed> speed;
  private final Threads threads = Threads.current();

  /** A MIGRATE, sent once or more often until it has succeeded. */
  private final class Call {

    private final SourceServer source;
    private final HostAndPort target;
    private final List<MovingKey> keys;
    private final boolean big;
    private final Pace pace = pacing.pace();
    private Later<Held> answer;

    private Call(SourceServer source, HostAndPort target, List<MovingKey> keys, boolean big) {
      this.source = source;
      this.target = target;
      this.keys = keys;
      this.big = big;
      this.answer = send();
    }

    private Later<Held> send() {
      Supplier<Held> migrate = () -> source.migrate(target, task.method(), keys, big);
      return pace.callsMax() == 1 ? Later.now(migrate) : Later.by("topom-migrate", migrate);
    }

    private void sendAgain() {
      answer = send();
    }
  }

  private long scannedKeys;
  private long totalKeys;

  MigrateSweep(
      RedisAdmin admin,
      MigrationSettings settings,
      Clock clock,
      Supplier<SweepSpeed> speed,
      SweepPacing pacing,
      MigrationTask task,
      BooleanSupplier proceed,
      MigrationProgress progress) {
    this.admin = admin;
    this.settings = settings;
    this.clock = clock;
    this.speed = speed;
    this.task = task;
    this.proceed = proceed;
    this.progress = progress;
    this.cleaner = new LeftoverCleaner(admin, settings.migrationTimeout());
    this.sizer = pacing.sizer();
    this.rate = pacing.rate();
    this.pacing = pacing.keeper();
  }

  @Override
  public void onPass(long keysOnSource) {
    scannedKeys = 0;
    totalKeys = keysOnSource;
  }

  /** One whole scan of the database. */
  @Override
  public long run(HostAndPort address, int database) {
    SourceServer source = new SourceServer(admin, settings, address, database);
    long found = 0;
    Later<WeighedPage> fetch = fetch(source, "0");
    while (true) {
      WeighedPage page = fetch.await();
      if (!page.keys().isLast()) {
        fetch = fetch(source, page.keys().nextCursor());
      }
      found += move(source, page);
      scannedKeys += page.keys().scanned();
      progress.onScanned(scannedKeys, totalKeys);
      if (page.keys().isLast() || !proceed.getAsBoolean()) {
        return found;
      }
    }
  }

  /** Moves keys whose names are known; what of them is gone is passed over. */
  void run(SourceServer source, WeighedKeys.Share keys) {
    KeyPage page = KeyPage.ofKnown(keys.keys(), task, source.database());
    Map<HostAndPort, KeySizes> sizes = new HashMap<>();
    page.keysByTarget().keySet().forEach(target -> sizes.put(target, keys.sizes()));
    long unused = move(source, new WeighedPage(page, sizes));
  }

  private Later<WeighedPage> fetch(SourceServer source, String cursor) {
    int weighedKeys = pacing.pace().weighedKeys();
    return Later.by("topom-scan", () -> weigh(source, source.scan(cursor, task), weighedKeys));
  }

  private WeighedPage weigh(SourceServer source, KeyPage page, int weighedKeys) {
    pacing.onRead();
    Map<HostAndPort, KeySizes> sizes = new HashMap<>();
    page.keysByTarget()
        .forEach(
            (target, keys) -> sizes.put(target, source.sizes(keys, weighedKeys, pacing::onRead)));
    return new WeighedPage(page, sizes);
  }

  private long move(SourceServer source, WeighedPage page) {
    long count = 0;
    for (Map.Entry<HostAndPort, List<MovingKey>> entry : page.keys().keysByTarget().entrySet()) {
      HostAndPort target = entry.getKey();
      KeySizes sizes = page.sizes().getOrDefault(target, KeySizes.UNKNOWN);
      List<MovingKey> ordinary =
          entry.getValue().stream().filter(key -> !sizes.isBig(key)).toList();
      List<MovingKey> big = entry.getValue().stream().filter(sizes::isBig).toList();
      count += entry.getValue().size();
      if (!moveInBatches(source, target, ordinary, sizes)) {
        return count;
      }
      for (MovingKey key : big) {
        progress.onBigKey(key.slotId(), key.name(), sizes.big().getOrDefault(key, 0L));
        if (!proceed.getAsBoolean() || !awaitRate()) {
          return count;
        }
        Call call = new Call(source, target, List.of(key), true);
        Held unused = moveReliably(call, List.of(call));
        rate.onMoved(1, speed.get().keysPerSecond(), clock.nanoTime());
      }
    }
    return count;
  }

  private boolean moveInBatches(
      SourceServer source, HostAndPort target, List<MovingKey> keys, KeySizes sizes) {
    int from = 0;
    Deque<Call> calls = new ArrayDeque<>();
    try {
      while (from < keys.size() && awaitRate() && proceed.getAsBoolean()) {
        if (pacing.isLookDue()) {
          endAll(calls); // What is under way would be taken for the work of others.
          pacing.follow(source, target);
        }
        Pace pace = pacing.pace();
        int keysMin = sizes.lightBatchKeys(pace.lightKeysMax());
        int keysPerSecond = speed.get().keysPerSecond();
        int size = Math.min(Math.max(keysMin, sizer.keys()), KeyRate.keysMax(keysPerSecond));
        List<MovingKey> batch = keys.subList(from, Math.min(keys.size(), from + size));
        rate.onMoved(batch.size(), keysPerSecond, clock.nanoTime());
        from += batch.size();
        calls.add(new Call(source, target, batch, false));
        while (calls.size() >= pace.callsMax()) {
          end(calls);
        }
      }
      endAll(calls);
      return from == keys.size();
    } finally {
      calls.forEach(call -> call.answer.awaitEnd());
    }
  }

  private void endAll(Deque<Call> calls) {
    while (!calls.isEmpty()) {
      end(calls);
    }
  }

  /** Sees the oldest of the calls to its end, and leaves the source alone for as long as is due. */
  private void end(Deque<Call> calls) {
    Held held = moveReliably(calls.getFirst(), calls);
    Call ended = calls.remove();
    sizer.onCall(ended.keys.size(), held.nanos(), ended.pace.boundNanos());
    pacing.onMoved(ended.target, ended.keys.size());
    long pause = pacing.pauseNanos(ended.pace, held);
    if (pause > 0) {
      threads.sleep(Duration.ofNanos(pause));
    }
  }

  /** False if the sweep is to end while it waits. */
  private boolean awaitRate() {
    long wait = rate.waitNanos(speed.get().keysPerSecond(), clock.nanoTime());
    while (wait > 0) {
      if (!proceed.getAsBoolean()) {
        return false;
      }
      threads.sleep(Duration.ofNanos(Math.min(wait, RATE_LOOK.toNanos())));
      wait = rate.waitNanos(speed.get().keysPerSecond(), clock.nanoTime());
    }
    return true;
  }

  /**
   * One MIGRATE, repeated after leftovers of broken attempts have been dealt with; returns when the
   * last one held the source.
   *
   * @param calls all that are under way
   */
  private Held moveReliably(Call call, Collection<Call> calls) {
    for (int attempt = 1; ; attempt++) {
      try {
        Held last = call.answer.await();
        Map<Integer, Integer> moved = new HashMap<>();
        call.keys.forEach(key -> moved.merge(key.slotId(), 1, Integer::sum));
        moved.forEach(progress::onMoved);
        return last;
      } catch (RedisAdminException e) {
        // What is done about it may end connections of the others too.
        calls.forEach(other -> other.answer.awaitEnd());
        if (attempt == ATTEMPTS_MAX || !proceed.getAsBoolean() || !mend(call, e)) {
          throw e;
        }
        call.sendAgain();
      }
    }
  }

  private boolean mend(Call call, RedisAdminException e) {
    String words = String.valueOf(e.getMessage());
    boolean leftover = words.contains("BUSYKEY");
    boolean fateUnknown = words.contains("IOERR") || e.kind() == RedisAdminException.Kind.NO_ANSWER;
    if (fateUnknown) {
      cleaner.killRestores(call.source.address().host(), call.target);
    }
    if (leftover || fateUnknown) {
      call.keys.forEach(key -> removeLeftover(call.source, call.target, key));
    }
    return leftover || fateUnknown;
  }

  private void removeLeftover(SourceServer source, HostAndPort target, MovingKey key) {
    cleaner.removeSecondCopy(
        source.address(),
        target,
        source.database(),
        key.name(),
        task.proofs().getOrDefault(key.slotId(), 0L),
        task.returning().contains(key.slotId()));
  }
}

package io.vodis.topom.sweep;

import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.Threads;
import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.RedisSession;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Empties slots of a codis-server into another one, slot by slot, with its own commands:
 *
 * <ul>
 *   <li>sync: {@code SLOTSMGRTTAGSLOT}, several at once, as many as fit the time for which a call
 *       may hold the server;
 *   <li>semi-async: {@code SLOTSMGRTTAGSLOT-ASYNC}, one batch after the other, which holds nobody;
 *   <li>a slot on its way back: {@code SLOTSMGRTONE} for each of its keys, after those have been
 *       removed of which the server they return to has a copy, because that copy counts.
 * </ul>
 *
 * <p>{@code SLOTSINFO} says where keys are left; a pass that begins with none of the task's slots
 * named has proven that there is none.
 */
final class CodisSweep implements SlotSweep {

  private static final Logger LOGGER = LoggerFactory.getLogger(CodisSweep.class);
  private static final int ATTEMPTS_MAX = 5;

  /** A transfer without progress for so long is given up by the server, which can be slow at it. */
  private static final Duration ASYNC_TIMEOUT_MAX = Duration.ofSeconds(5);

  private static final Duration LOOK = Duration.ofMillis(20);
  private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(1);
  private static final List<byte[]> TIME = Replies.command("TIME");

  private final RedisAdmin admin;
  private final MigrationSettings settings;
  private final Clock clock;
  private final Supplier<SweepSpeed> speed;
  private final MigrationTask task;
  private final BooleanSupplier proceed;
  private final MigrationProgress progress;
  private final LeftoverCleaner cleaner;
  private final BatchSizer sizer = new BatchSizer();
  private final KeyRate rate = new KeyRate();
  private final PaceKeeper pacing;
  private final Threads threads = Threads.current();

  /** Of the database that is being emptied; null while there is none. */
  private @Nullable RedisSession transfers;

  private long scannedKeys;
  private long totalKeys;

  CodisSweep(
      RedisAdmin admin,
      MigrationSettings settings,
      Clock clock,
      Supplier<SweepSpeed> speed,
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
    this.pacing = new PaceKeeper(admin, settings, clock, speed);
  }

  @Override
  public void onPass(long keysOnSource) {
    scannedKeys = 0;
    totalKeys = keysOnSource;
  }

  @Override
  public long run(HostAndPort source, int database) {
    TreeMap<Integer, Long> keysBySlot = keysBySlot(source, database);
    long found = 0;
    try {
      for (var slot : keysBySlot.entrySet()) {
        found += slot.getValue();
        new Emptying(source, database, slot.getKey(), slot.getValue()).run();
        scannedKeys += slot.getValue();
        progress.onScanned(scannedKeys, Math.max(scannedKeys, totalKeys));
        if (!proceed.getAsBoolean()) {
          break;
        }
      }
    } finally {
      closeTransfers();
    }
    return found;
  }

  /** Of the task's slots only; a server leaves those out that have no key. */
  private TreeMap<Integer, Long> keysBySlot(HostAndPort source, int database) {
    TreeMap<Integer, Long> counts = new TreeMap<>();
    Reply reply =
        admin.call(source, database, settings.migrationTimeout(), Replies.command("SLOTSINFO"));
    for (Reply row : Replies.items(reply)) {
      List<Reply> parts = Replies.items(row);
      int slotId = (int) Replies.number(parts.get(0), -1);
      if (task.targetBySlot().containsKey(slotId)) {
        counts.put(slotId, Replies.number(parts.get(1), 0));
      }
    }
    return counts;
  }

  /** One slot of one database. */
  private final class Emptying {
    private final HostAndPort source;
    private final HostAndPort target;
    private final int database;
    private final int slotId;

    /** Keys that are still there, as far as is known. */
    private long left;

    private Emptying(HostAndPort source, int database, int slotId, long keys) {
      this.left = keys;
      this.source = source;
      this.target = Objects.requireNonNull(task.targetBySlot().get(slotId));
      this.database = database;
      this.slotId = slotId;
    }

    private void run() {
      boolean more = true;
      for (int attempt = 1; more; ) {
        if (!awaitRate() || !proceed.getAsBoolean()) {
          return;
        }
        pacing.follow(new SourceServer(admin, settings, source, database), target);
        try {
          more = step();
          attempt = 1;
        } catch (RedisAdminException e) {
          if (attempt == ATTEMPTS_MAX || !proceed.getAsBoolean() || !mend(e)) {
            throw e;
          }
          attempt++;
        }
      }
    }

    /** One call; returns whether keys are left. */
    private boolean step() {
      if (task.returning().contains(slotId)) {
        return bringBack();
      }
      return task.method() == MigrationMethod.SEMI_ASYNC ? moveAsync() : moveSync();
    }

    private boolean moveSync() {
      int keysPerSecond = speed.get().keysPerSecond();
      int calls = Math.min(sizer.keys(), KeyRate.keysMax(keysPerSecond));
      calls = (int) Math.clamp(left, 1, calls);
      List<Reply> replies = timed(Collections.nCopies(calls, moveOne("SLOTSMGRTTAGSLOT")));
      long moved = 0;
      for (Reply reply : replies) {
        moved += Replies.number(Replies.items(reply).get(0), 0);
      }
      onMoved((int) moved, keysPerSecond);
      left = Replies.number(Replies.items(replies.getLast()).get(1), 0);
      return left > 0;
    }

    private List<byte[]> moveOne(String command) {
      return Replies.command(
          command,
          target.host(),
          Integer.toString(target.port()),
          Long.toString(settings.migrationTimeout().toMillis()),
          Integer.toString(slotId));
    }

    /** Gives the commands between two looks at the server's clock, and learns from these. */
    private List<Reply> timed(List<List<byte[]>> commands) {
      List<List<byte[]>> all = new ArrayList<>(List.of(TIME));
      all.addAll(commands);
      all.add(TIME);
      List<Reply> replies =
          admin.callAll(source, database, settings.migrationTimeout().plus(ASYNC_TIMEOUT_MAX), all);
      long held = nanosOf(replies.getLast()) - nanosOf(replies.getFirst());
      Pace pace = pacing.pace();
      sizer.onCall(commands.size(), Math.max(0, held), pace.boundNanos());
      pause(pace.pauseNanos(Math.max(0, held)));
      return replies.subList(1, replies.size() - 1);
    }

    private boolean moveAsync() {
      int keysPerSecond = speed.get().keysPerSecond();
      int numKeys = Math.min(settings.codis().numKeys(), KeyRate.keysMax(keysPerSecond));
      Duration patience = settings.migrationTimeout();
      Duration timeout = patience.compareTo(ASYNC_TIMEOUT_MAX) < 0 ? patience : ASYNC_TIMEOUT_MAX;
      List<byte[]> command =
          Replies.command(
              "SLOTSMGRTTAGSLOT-ASYNC",
              target.host(),
              Integer.toString(target.port()),
              Long.toString(timeout.toMillis()),
              Integer.toString(settings.codis().maxBulks()),
              Long.toString(settings.codis().maxBytes()),
              Integer.toString(slotId),
              Integer.toString(numKeys));
      long start = clock.nanoTime();
      try {
        List<Reply> parts = Replies.items(transfers(source, database).call(patience, command));
        long moved = Replies.number(parts.get(0), 0);
        onMoved((int) moved, keysPerSecond);
        pause(pacing.pace().pauseNanos(clock.nanoTime() - start));
        // Counted before they were deleted; what else there may be is found by the next pass.
        return Replies.number(parts.get(1), 0) > moved;
      } catch (RedisAdminException e) {
        closeTransfers();
        if (e.kind() == RedisAdminException.Kind.NO_ANSWER && isTransferring()) {
          awaitTransfer();
          return true;
        }
        throw e;
      }
    }

    /** Keys one by one, because a family may be at home in part. */
    private boolean bringBack() {
      List<byte[]> keys = new ArrayList<>();
      List<Reply> page =
          Replies.items(
              admin.call(
                  source,
                  database,
                  settings.migrationTimeout(),
                  Replies.command(
                      "SLOTSSCAN",
                      Integer.toString(slotId),
                      "0",
                      "COUNT",
                      Integer.toString(pacing.pace().pageKeys()))));
      for (Reply key : Replies.items(page.get(1))) {
        keys.add(Replies.bytes(key));
      }
      removeSecondCopies(keys);
      int from = 0;
      while (from < keys.size() && awaitRate() && proceed.getAsBoolean()) {
        int keysPerSecond = speed.get().keysPerSecond();
        int size = Math.min(sizer.keys(), KeyRate.keysMax(keysPerSecond));
        List<byte[]> batch = keys.subList(from, Math.min(keys.size(), from + size));
        List<Reply> replies = timed(batch.stream().map(this::bringBack).toList());
        long moved = replies.stream().mapToLong(reply -> Replies.number(reply, 0)).sum();
        onMoved((int) moved, keysPerSecond);
        from += batch.size();
      }
      return !keys.isEmpty() || !Replies.text(page.get(0)).equals("0");
    }

    private List<byte[]> bringBack(byte[] key) {
      List<byte[]> command = moveOne("SLOTSMGRTONE");
      command.set(command.size() - 1, key);
      return command;
    }

    private void removeSecondCopies(List<byte[]> keys) {
      if (keys.isEmpty()) {
        return;
      }
      List<List<byte[]>> questions =
          keys.stream().map(key -> List.of(ascii("EXISTS"), key)).toList();
      List<Reply> atHome = admin.callAll(target, database, settings.migrationTimeout(), questions);
      for (int i = 0; i < keys.size(); i++) {
        if (Replies.number(atHome.get(i), 0) > 0) {
          cleaner.removeLeftover(target, source, database, keys.get(i));
        }
      }
    }

    private void onMoved(int keys, int keysPerSecond) {
      if (keys > 0) {
        progress.onMoved(slotId, keys);
        pacing.onMoved(target, keys);
        rate.onMoved(keys, keysPerSecond, clock.nanoTime());
      }
    }

    /** Deals with what an attempt has left; false if there is no use in another one. */
    private boolean mend(RedisAdminException e) {
      String words = String.valueOf(e.getMessage());
      if (isBusy(words)) {
        awaitTransfer();
        return true;
      }
      LOGGER.info("slot {} from {} to {}: {}", slotId, source, target, words);
      // What it has sent is older than what will arrive, and is ended before the key is used.
      threads.sleep(LOOK);
      return true;
    }

    private boolean isTransferring() {
      Reply status =
          admin.call(
              source,
              database,
              settings.migrationTimeout(),
              Replies.command("SLOTSMGRT-ASYNC-STATUS"));
      return status instanceof Reply.Items array
          && array.items().getLast() instanceof Reply.Items batch
          && !batch.items().isEmpty();
    }

    /** Its progress is the server's to watch: it gives up what stands still. */
    private void awaitTransfer() {
      while (proceed.getAsBoolean() && isTransferring()) {
        threads.sleep(LOOK);
      }
    }
  }

  /**
   * A session of its own: the reply to a transfer comes when that is over, and replies to other
   * commands of the same connection would come before it.
   */
  private RedisSession transfers(HostAndPort source, int database) {
    RedisSession open = transfers;
    if (open == null) {
      open = admin.open(source, database, OPEN_TIMEOUT);
      transfers = open;
    }
    return open;
  }

  private void closeTransfers() {
    RedisSession open = transfers;
    if (open != null) {
      transfers = null;
      open.close();
    }
  }

  /** The server is at another transfer; ours has not begun. */
  static boolean isBusy(String words) {
    return words.contains("is being migrated") || words.contains("has not finished");
  }

  private boolean awaitRate() {
    long wait = rate.waitNanos(speed.get().keysPerSecond(), clock.nanoTime());
    while (wait > 0) {
      if (!proceed.getAsBoolean()) {
        return false;
      }
      threads.sleep(Duration.ofNanos(Math.min(wait, LOOK.toNanos())));
      wait = rate.waitNanos(speed.get().keysPerSecond(), clock.nanoTime());
    }
    return true;
  }

  private void pause(long nanos) {
    if (nanos > 0) {
      threads.sleep(Duration.ofNanos(nanos));
    }
  }

  private static long nanosOf(Reply time) {
    List<Reply> parts = Replies.items(time);
    return Replies.number(parts.get(0), 0) * 1_000_000_000L
        + Replies.number(parts.get(1), 0) * 1_000L;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

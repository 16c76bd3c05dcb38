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
import io.vodis.slot.ReservedName;
import io.vodis.slot.SlotHash;
import io.vodis.slot.SlotProof;
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
 *   <li>where of two copies the target's may count, because a slot is on its way back or was opened
 *       under a number: {@code SLOTSMGRTONE} for each of its keys, which replaces what the target
 *       has, after the copy has been removed that does not count.
 * </ul>
 *
 * <p>{@code SLOTSINFO} says where keys are left; a pass that begins with none of the task's slots
 * named has proven that there is none.
 */
final class CodisSweep implements SlotSweep {

  private static final Logger LOGGER = LoggerFactory.getLogger(CodisSweep.class);
  private static final int ATTEMPTS_MAX = 5;

  /** A cursor from which a look begins, and with which it has ended. */
  private static final String BEGIN = "0";

  /** Gives commands to the source, one after the other. */
  @FunctionalInterface
  private interface Calls {
    List<Reply> all(Duration timeout, List<List<byte[]>> commands);
  }

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
    // Not the users', and not to be moved: it would replace the target's own.
    int ofProofs = SlotHash.slotOf(SlotProof.key());
    if (database == SlotProof.DATABASE && counts.containsKey(ofProofs) && isNamed(ofProofs)) {
      long proofs =
          Replies.number(
              admin.call(source, database, settings.migrationTimeout(), exists(SlotProof.key())),
              0);
      counts.computeIfPresent(ofProofs, (slotId, keys) -> keys > proofs ? keys - proofs : null);
    }
    return counts;
  }

  /** Whether keys are moved by name, after a look at what the target has. */
  private boolean isNamed(int slotId) {
    return task.returning().contains(slotId)
        || task.method() == MigrationMethod.SYNC && task.proofs().containsKey(slotId);
  }

  /** One slot of one database. */
  private final class Emptying {
    private final HostAndPort source;
    private final HostAndPort target;
    private final int database;
    private final int slotId;

    /** Keys that are still there, as far as is known. */
    private long left;

    /** Where the next look at their names begins. */
    private String cursor = BEGIN;

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
          closeTransfers();
          cursor = BEGIN;
          if (attempt == ATTEMPTS_MAX || !proceed.getAsBoolean() || !mend(e)) {
            throw e;
          }
          attempt++;
        }
      }
    }

    /** One call; returns whether keys are left. */
    private boolean step() {
      if (isNamed(slotId)) {
        return moveNamed();
      }
      return task.method() == MigrationMethod.SEMI_ASYNC ? moveAsync() : moveSync();
    }

    private boolean moveSync() {
      int keysPerSecond = speed.get().keysPerSecond();
      int calls = Math.min(sizer.keys(), KeyRate.keysMax(keysPerSecond));
      calls = (int) Math.clamp(left, 1, calls);
      List<Reply> replies =
          timed(
              Collections.nCopies(calls, moveOne("SLOTSMGRTTAGSLOT")),
              (timeout, commands) -> admin.callAll(source, database, timeout, commands));
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
    private List<Reply> timed(List<List<byte[]>> commands, Calls calls) {
      List<List<byte[]>> all = new ArrayList<>(List.of(TIME));
      all.addAll(commands);
      all.add(TIME);
      List<Reply> replies = calls.all(settings.migrationTimeout().plus(ASYNC_TIMEOUT_MAX), all);
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

    /**
     * Keys one by one, because a family may be on the target in part. All over one connection that
     * is never opened again: a source that is started anew after the look at the target, and brings
     * keys back that had left, is not asked to move them.
     */
    private boolean moveNamed() {
      RedisSession session = transfers(source, database);
      List<Reply> page = Replies.items(session.call(settings.migrationTimeout(), names()));
      List<byte[]> keys = new ArrayList<>();
      for (Reply key : Replies.items(page.get(1))) {
        byte[] name = Replies.bytes(key);
        if (!ReservedName.is(name)) {
          keys.add(name);
        }
      }
      removeSecondCopies(keys);
      int from = 0;
      while (from < keys.size() && awaitRate() && proceed.getAsBoolean()) {
        int keysPerSecond = speed.get().keysPerSecond();
        int size = Math.min(sizer.keys(), KeyRate.keysMax(keysPerSecond));
        List<byte[]> batch = keys.subList(from, Math.min(keys.size(), from + size));
        List<Reply> replies = timed(batch.stream().map(this::moveKey).toList(), session::callAll);
        long moved = replies.stream().mapToLong(reply -> Replies.number(reply, 0)).sum();
        onMoved((int) moved, keysPerSecond);
        from += batch.size();
      }
      cursor = Replies.text(page.get(0));
      return !cursor.equals(BEGIN);
    }

    private List<byte[]> names() {
      String count = Integer.toString(pacing.pace().weighedKeys());
      return Replies.command("SLOTSSCAN", Integer.toString(slotId), cursor, "COUNT", count);
    }

    private List<byte[]> moveKey(byte[] key) {
      List<byte[]> command = moveOne("SLOTSMGRTONE");
      command.set(command.size() - 1, key);
      return command;
    }

    private void removeSecondCopies(List<byte[]> keys) {
      if (keys.isEmpty()) {
        return;
      }
      List<List<byte[]>> questions = keys.stream().map(CodisSweep::exists).toList();
      List<Reply> there = admin.callAll(target, database, settings.migrationTimeout(), questions);
      long proof = task.proofs().getOrDefault(slotId, 0L);
      boolean returning = task.returning().contains(slotId);
      for (int i = 0; i < keys.size(); i++) {
        if (Replies.number(there.get(i), 0) > 0) {
          cleaner.removeSecondCopy(source, target, database, keys.get(i), proof, returning);
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

  private static List<byte[]> exists(byte[] key) {
    return List.of("EXISTS".getBytes(StandardCharsets.US_ASCII), key);
  }
}

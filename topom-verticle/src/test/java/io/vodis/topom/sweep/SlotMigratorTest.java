package io.vodis.topom.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.Vertx;
import io.vodis.lifecycle.Clock;
import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.model.PinnedKey;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.ServerAccess;
import io.vodis.redis.VertxRedisAdmin;
import io.vodis.slot.SlotHash;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.ServerBinary;
import io.vodis.topom.dump.DumpMover;
import io.vodis.topom.dump.DumpServers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The sweep between real servers. */
class SlotMigratorTest {

  /**
   * So fast that the servers are looked at, and found quiet, long before a test's keys are moved.
   */
  private static final Clock HURRIED =
      new Clock() {
        @Override
        public long nanoTime() {
          return System.nanoTime() * 50;
        }

        @Override
        public Instant now() {
          return Instant.now();
        }
      };

  private static final String PASSWORD = "between-servers";
  private static final int SPLIT = 512;

  private static Vertx vertx;
  private static RedisProcess source;
  private static RedisProcess target;

  private final Map<Integer, Integer> movedBySlot = new TreeMap<>();
  private final Map<String, Long> bigKeys = new HashMap<>();
  private VertxRedisAdmin admin;
  private RespClient onSource;
  private RespClient onTarget;

  @BeforeAll
  static void startServers() {
    vertx = Vertx.vertx();
    source = RedisProcess.builder().password(PASSWORD).start();
    target = RedisProcess.builder().password(PASSWORD).start();
  }

  @AfterAll
  static void stopServers() {
    source.close();
    target.close();
    vertx.close().await();
  }

  @BeforeEach
  void connect() {
    admin = new VertxRedisAdmin(vertx, ServerAccess.withPassword(PASSWORD), "");
    onSource = source.client();
    onTarget = target.client();
    onSource.expect("FLUSHALL");
    onTarget.expect("FLUSHALL");
  }

  @AfterEach
  void disconnect() {
    onSource.close();
    onTarget.close();
    admin.close();
  }

  @Test
  void movesEveryKeyOfTheSlotsInEveryDatabaseAndNoOther() {
    // Given
    Map<String, Integer> databaseOfKey = new HashMap<>();
    for (int i = 0; i < 3000; i++) {
      String key = (i % 7 == 0 ? "{tag" + i + "}:" : "") + "key:" + i;
      int database = i % 3 == 0 ? 5 : 0;
      onSource.expect("SELECT", String.valueOf(database));
      onSource.expect("SET", key, "value-" + i, "PX", "600000");
      databaseOfKey.put(key, database);
    }

    // When
    boolean complete = migrator(Long.MAX_VALUE).migrate(task(), () -> true, progress());

    // Then
    assertThat(complete).isTrue();
    databaseOfKey.forEach(
        (key, database) -> {
          boolean moves = slotOf(key) < SPLIT;
          RespClient holder = moves ? onTarget : onSource;
          RespClient other = moves ? onSource : onTarget;
          holder.expect("SELECT", String.valueOf(database));
          other.expect("SELECT", String.valueOf(database));
          assertThat(holder.expectNumber("PTTL", key)).as(key).isBetween(500_000L, 600_000L);
          assertThat(other.expectNumber("EXISTS", key)).as(key).isZero();
        });
    long moving = databaseOfKey.keySet().stream().filter(key -> slotOf(key) < SPLIT).count();
    assertThat(movedBySlot.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(moving);
  }

  @Test
  void replacesWhatABrokenAttemptLeftOnTheTarget() {
    // Given
    String key = keyOfMovingSlot("left");
    onSource.expect("SET", key, "current");
    onTarget.expect("SET", key, "leftover");

    // When
    boolean complete = migrator(Long.MAX_VALUE).migrate(task(), () -> true, progress());

    // Then
    assertThat(complete).isTrue();
    assertThat(onTarget.expectBytes("GET", key)).asString().isEqualTo("current");
    assertThat(onSource.expectNumber("EXISTS", key)).isZero();
  }

  @Test
  void ofASlotThatReturnsTheCopyAtHomeCounts() {
    // Given
    String both = keyOfMovingSlot("both");
    String away = keyOfMovingSlot("away");
    onTarget.expect("SET", both, "never left home");
    onSource.expect("SET", both, "leftover of the way there");
    onSource.expect("SET", away, "moved and changed since");
    MigrationTask back =
        new MigrationTask(
            source.address(),
            task().targetBySlot(),
            task().targetBySlot().keySet(),
            Map.of(),
            List.of(),
            MigrationMethod.MIGRATE);

    // When
    boolean complete = migrator(Long.MAX_VALUE).migrate(back, () -> true, progress());

    // Then
    assertThat(complete).isTrue();
    assertThat(onTarget.expectBytes("GET", both)).asString().isEqualTo("never left home");
    assertThat(onTarget.expectBytes("GET", away)).asString().isEqualTo("moved and changed since");
    assertThat(onSource.expectNumber("EXISTS", both, away)).isZero();
  }

  @Test
  void keepsToSoManyKeysPerSecond() {
    // Given
    for (int i = 0; i < 300; i++) {
      onSource.expect("SET", keyOfMovingSlot("paced" + i + ":"), "v");
    }
    SlotMigrator paced =
        new SlotMigrator(
            admin,
            settings(Long.MAX_VALUE),
            Clock.SYSTEM,
            () -> new SweepSpeed(Duration.ofMillis(2), 300),
            dumps());

    // When
    long start = System.nanoTime();
    boolean complete = paced.migrate(task(), () -> true, progress());

    // Then
    assertThat(complete).isTrue();
    assertThat(onTarget.expectNumber("DBSIZE")).isEqualTo(300);
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(850), Duration.ofSeconds(10));
  }

  @Test
  void neverRemovesTheTargetsCopyOnceTheSourceHasNone() {
    // Given
    String key = keyOfMovingSlot("moved");
    onTarget.expect("SET", key, "moved and changed since");
    LeftoverCleaner cleaner = new LeftoverCleaner(admin, Duration.ofSeconds(5));

    // When
    cleaner.removeLeftover(
        source.address(), target.address(), 0, key.getBytes(StandardCharsets.UTF_8));

    // Then
    assertThat(onTarget.expectBytes("GET", key)).asString().isEqualTo("moved and changed since");
  }

  @Test
  void listsBigKeysAndMovesThemAlone() {
    // Given
    String big = keyOfMovingSlot("big");
    onSource.expect("SETRANGE", big, "300000", "x");
    String list = keyOfMovingSlot("list");
    for (int i = 0; i < 100; i++) {
      onSource.expect("RPUSH", list, "x".repeat(5000));
    }
    onSource.expect("SET", keyOfMovingSlot("small"), "x");

    // When
    migrator(200_000).migrate(task(), () -> true, progress());

    // Then
    assertThat(bigKeys.keySet()).containsExactlyInAnyOrder(big, list);
    assertThat(onTarget.expectNumber("STRLEN", big)).isEqualTo(300_001);
    assertThat(onTarget.expectNumber("LLEN", list)).isEqualTo(100);
  }

  @Test
  void stopsBetweenTwoBatchesWhenToldSoAndGoesOnWhenAskedAgain() {
    // Given
    for (int i = 0; i < 2000; i++) {
      onSource.expect("SET", "key:" + i, "v");
    }
    AtomicInteger asked = new AtomicInteger();

    // When
    boolean complete =
        migrator(Long.MAX_VALUE).migrate(task(), () -> asked.incrementAndGet() < 5, progress());

    // Then
    assertThat(complete).isFalse();
    assertThat(onSource.expectNumber("DBSIZE") + onTarget.expectNumber("DBSIZE")).isEqualTo(2000);
    assertThat(migrator(Long.MAX_VALUE).migrate(task(), () -> true, progress())).isTrue();
    assertThat(onTarget.expectNumber("DBSIZE"))
        .isEqualTo(
            java.util.stream.IntStream.range(0, 2000)
                .filter(i -> slotOf("key:" + i) < SPLIT)
                .count());
  }

  @Test
  void saysWithTheTargetsWordsWhyAKeyCannotMove() {
    // Given
    String key = keyOfMovingSlot("full");
    onSource.expect("SET", key, "x".repeat(1000));
    onTarget.expect("CONFIG", "SET", "maxmemory", "1");

    try {
      // When / Then
      assertThatThrownBy(() -> migrator(Long.MAX_VALUE).migrate(task(), () -> true, progress()))
          .isInstanceOf(RedisAdminException.class)
          .hasMessageContaining("OOM");
      assertThat(onSource.expectNumber("EXISTS", key)).isOne();
    } finally {
      onTarget.expect("CONFIG", "SET", "maxmemory", "0");
    }
  }

  @Test
  void survivesATargetThatDoesNotAnswerForAWhile() {
    // Given
    for (int i = 0; i < 300; i++) {
      onSource.expect("SET", "key:" + i, "v");
    }
    target.pause();

    // When
    assertThatThrownBy(() -> migrator(Long.MAX_VALUE).migrate(task(), () -> true, progress()))
        .isInstanceOf(RedisAdminException.class);
    target.resume();
    boolean complete = migrator(Long.MAX_VALUE).migrate(task(), () -> true, progress());

    // Then
    assertThat(complete).isTrue();
    assertThat(onSource.expectNumber("DBSIZE") + onTarget.expectNumber("DBSIZE")).isEqualTo(300);
  }

  @Test
  void movesByNameWhatALookHasSeen() {
    // Given
    for (int i = 0; i < 1000; i++) {
      onSource.expect("SELECT", i % 3 == 0 ? "5" : "0");
      onSource.expect("SET", "known:" + i, "v");
    }
    SlotMigrator migrator = migrator(Long.MAX_VALUE);
    WeighedKeys known = look(migrator, Integer.MAX_VALUE);
    String late = keyOfMovingSlot("late");
    onSource.expect("SELECT", "0");
    onSource.expect("SET", late, "not seen");
    onSource.expect("DEL", "known:1", "known:2");

    // When
    migrator.moveKnown(task(), known, migrator.pacing(), () -> true, progress());

    // Then
    for (String database : List.of("0", "5")) {
      onSource.expect("SELECT", database);
      List<?> left = (List<?>) onSource.expect("KEYS", "known:*");
      assertThat(left)
          .allSatisfy(key -> assertThat(slotOf((String) key)).isGreaterThanOrEqualTo(SPLIT));
    }
    onSource.expect("SELECT", "0");
    assertThat(onSource.expectNumber("EXISTS", late)).isOne();
    assertThat(onTarget.expectNumber("DBSIZE")).isPositive();
  }

  /** As two calls are under way at a time, what is wrong with one must not harm the next. */
  @Test
  void movesByNameAlsoWhatABrokenAttemptHasLeftWhereNobodyElseIsAtWork() {
    // Given
    int keys = 40_000;
    for (int from = 0; from < keys; from += 1000) {
      List<String[]> batch = new ArrayList<>();
      for (int i = from; i < from + 1000; i++) {
        batch.add(new String[] {"SET", "known:" + i, "source"});
      }
      onSource.pipeline(batch);
    }
    String leftover = keyOfMovingSlot("known");
    onTarget.expect("SET", leftover, "leftover");
    onSource.expect("SET", leftover, "source");
    SlotMigrator migrator = migrator(Long.MAX_VALUE, HURRIED);
    WeighedKeys known = look(migrator, 0);
    SweepPacing pacing = migrator.pacing();

    AtomicBoolean wasQuiet = new AtomicBoolean();
    BooleanSupplier proceed =
        () -> {
          wasQuiet.compareAndSet(false, !pacing.isBusy());
          return true;
        };

    // When
    migrator.moveKnown(task(), known, pacing, proceed, progress());

    // Then
    assertThat(wasQuiet).isTrue();
    assertThat(onSource.expectNumber("DBSIZE") + onTarget.expectNumber("DBSIZE"))
        .isEqualTo(keys + 1);
    assertThat((List<?>) onSource.expect("KEYS", "known:*"))
        .allSatisfy(key -> assertThat(slotOf((String) key)).isGreaterThanOrEqualTo(SPLIT));
    assertThat(onTarget.expect("GET", leftover)).isEqualTo("source");
  }

  @Test
  void doesNotMoveByNameWhatHasBeenPinnedSince() {
    // Given
    String key = keyOfMovingSlot("pinned");
    onSource.expect("SET", key, "v");
    SlotMigrator migrator = migrator(Long.MAX_VALUE);
    WeighedKeys known = look(migrator, Integer.MAX_VALUE);

    // When
    MigrationTask pinning =
        new MigrationTask(
            source.address(),
            task().targetBySlot(),
            Set.of(),
            Map.of(),
            List.of(PinnedKey.served(0, key.getBytes(StandardCharsets.UTF_8))),
            MigrationMethod.MIGRATE);
    migrator.moveKnown(pinning, known, migrator.pacing(), () -> true, progress());

    // Then
    assertThat(onSource.expectNumber("EXISTS", key)).isOne();
  }

  private WeighedKeys look(SlotMigrator migrator, int pinnedMax) {
    var slotIds = task().targetBySlot().keySet();
    KnownKeys known = migrator.survey(task(), slotIds, () -> {});
    return migrator
        .weigh(source.address(), known.wave(slotIds), migrator.pacing(), () -> {})
        .pinning(pinnedMax);
  }

  private SlotMigrator migrator(long bigKeyBytes) {
    return migrator(bigKeyBytes, Clock.SYSTEM);
  }

  private SlotMigrator migrator(long bigKeyBytes, Clock clock) {
    return new SlotMigrator(
        admin,
        settings(bigKeyBytes),
        clock,
        () -> new SweepSpeed(Duration.ofMillis(2), 0),
        dumps());
  }

  @Test
  void serversThatForbidMigrateAreEmptiedThroughTopom() {
    SlotMigrator migrator = migrator(Long.MAX_VALUE);
    assertThat(migrator.chooseMethod(source.address(), target.address()))
        .isEqualTo(MigrationMethod.REVOCABLE_MIGRATE);
    try (RedisProcess renamed =
        RedisProcess.builder().password(PASSWORD).option("rename-command", "MIGRATE", "").start()) {
      assertThat(migrator.chooseMethod(renamed.address(), target.address()))
          .isEqualTo(MigrationMethod.DUMP);
    }
    onSource.expect("ACL", "SETUSER", "default", "-migrate");
    try {
      assertThat(migrator.chooseMethod(source.address(), target.address()))
          .isEqualTo(MigrationMethod.DUMP);
    } finally {
      onSource.expect("ACL", "SETUSER", "default", "+migrate");
    }
  }

  @Test
  void serversWhoseMigrateIsNotAsNeededAreEmptiedThroughTopom() {
    assumeTrue(ServerBinary.oldest().isPresent(), "Redis 3.2 does not run on this machine");
    Path binary = ServerBinary.oldest().orElseThrow().path();
    try (RedisProcess old = RedisProcess.builder().binary(binary).password(PASSWORD).start()) {
      assertThat(migrator(Long.MAX_VALUE).chooseMethod(old.address(), target.address()))
          .isEqualTo(MigrationMethod.DUMP);
      assertThat(migrator(Long.MAX_VALUE).chooseMethod(target.address(), old.address()))
          .isEqualTo(MigrationMethod.MIGRATE);
    }
  }

  private DumpMover dumps() {
    return new DumpMover(
        new DumpServers(
            admin,
            admin,
            "vodis:topom:1:dump",
            server -> {},
            () -> {},
            server -> true,
            Clock.SYSTEM));
  }

  private static MigrationSettings settings(long bigKeyBytes) {
    return new MigrationSettings(
        bigKeyBytes,
        Duration.ofSeconds(2),
        0,
        1 << 20,
        0,
        ServerAccess.withPassword(PASSWORD),
        CodisSettings.defaults(),
        ThroughTopom.AUTO);
  }

  private static MigrationTask task() {
    Map<Integer, HostAndPort> targets = new HashMap<>();
    for (int slotId = 0; slotId < SPLIT; slotId++) {
      targets.put(slotId, target.address());
    }
    return new MigrationTask(source.address(), targets);
  }

  private MigrationProgress progress() {
    return new MigrationProgress() {
      @Override
      public void onMoved(int slotId, int keys) {
        movedBySlot.merge(slotId, keys, Integer::sum);
      }

      @Override
      public void onBigKey(int slotId, byte[] key, long bytes) {
        bigKeys.put(new String(key, StandardCharsets.UTF_8), bytes);
      }

      @Override
      public void onScanned(long scannedKeys, long totalKeys) {
        assertThat(scannedKeys).isNotNegative();
      }
    };
  }

  private static int slotOf(String key) {
    return SlotHash.slotOf(key.getBytes(StandardCharsets.UTF_8));
  }

  private static String keyOfMovingSlot(String prefix) {
    return java.util.stream.IntStream.range(0, 10_000)
        .mapToObj(i -> prefix + i)
        .filter(key -> slotOf(key) < SPLIT)
        .findFirst()
        .orElseThrow();
  }
}

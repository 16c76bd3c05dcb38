package io.vodis.topom.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vodis.lifecycle.Clock;
import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.ServerAccess;
import io.vodis.redis.VertxRedisAdmin;
import io.vodis.slot.SlotHash;
import io.vodis.slot.SlotProof;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.TcpRelay;
import io.vodis.testsupport.codis.FakeCodisServer;
import io.vodis.topom.dump.DumpMover;
import io.vodis.topom.dump.DumpServers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The sweep between codis-servers. */
class CodisSweepTest {

  private static final String PASSWORD = "between-servers";
  private static final int SPLIT = 512;
  private static final String PROOFS = new String(SlotProof.key(), StandardCharsets.US_ASCII);

  private static Vertx vertx;
  private static FakeCodisServer source;
  private static FakeCodisServer target;

  private final Map<Integer, Integer> movedBySlot = new TreeMap<>();
  private VertxRedisAdmin admin;
  private RespClient onSource;
  private RespClient onTarget;

  @BeforeAll
  static void startServers() {
    vertx = Vertx.vertx();
    source = FakeCodisServer.withPassword(PASSWORD);
    target = FakeCodisServer.withPassword(PASSWORD);
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
  void aPairOfCodisServersIsFoundOut() {
    SlotMigrator migrator = migrator(MigrationMethod.SEMI_ASYNC);
    try (RedisProcess plain = RedisProcess.builder().password(PASSWORD).start()) {
      assertThat(migrator.chooseMethod(source.address(), target.address()))
          .isEqualTo(MigrationMethod.SEMI_ASYNC);
      assertThat(migrator(MigrationMethod.SYNC).chooseMethod(source.address(), target.address()))
          .isEqualTo(MigrationMethod.SYNC);
      // Its MIGRATE has no words to sign in with.
      assertThat(migrator.chooseMethod(source.address(), plain.address()))
          .isEqualTo(MigrationMethod.DUMP);
      assertThat(migrator.chooseMethod(plain.address(), target.address()))
          .isEqualTo(MigrationMethod.MIGRATE);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SYNC", "SEMI_ASYNC"})
  void movesEveryKeyOfTheSlotsInEveryDatabaseAndNoOther(MigrationMethod method) {
    // Given
    Map<String, Integer> databaseOfKey = new HashMap<>();
    for (int i = 0; i < 900; i++) {
      String key = (i % 7 == 0 ? "{tag" + i / 21 + "}:" : "") + "key:" + i;
      int database = i % 3 == 0 ? 5 : 0;
      onSource.expect("SELECT", String.valueOf(database));
      onSource.expect("SET", key, "value-" + i, "PX", "600000");
      databaseOfKey.put(key, database);
    }

    // When
    boolean complete = migrator(method).migrate(task(method), () -> true, progress());

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
  void aLargeValueGoesInChunksAndASmallNumberOfKeysWithEachCall() {
    // Given
    String key = keyOfMovingSlot("large");
    for (int i = 0; i < 5000; i += 50) {
      String[] push = new String[52];
      push[0] = "RPUSH";
      push[1] = key;
      for (int j = 0; j < 50; j++) {
        push[j + 2] = "item " + (i + j);
      }
      onSource.expect(push);
    }
    long before = target.calls("SLOTSRESTORE-ASYNC");

    // When
    migrator(MigrationMethod.SEMI_ASYNC)
        .migrate(task(MigrationMethod.SEMI_ASYNC), () -> true, progress());

    // Then
    assertThat(onTarget.expectNumber("LLEN", key)).isEqualTo(5000);
    assertThat(onTarget.expectText("LINDEX", key, "-1")).isEqualTo("item 4999");
    assertThat(target.calls("SLOTSRESTORE-ASYNC") - before).isGreaterThan(25);
  }

  @Test
  void ofASlotThatReturnsTheCopyAtHomeCounts() {
    // Given
    String both = keyOfMovingSlot("both");
    String away = keyOfMovingSlot("away");
    onTarget.expect("SET", both, "never left home");
    onSource.expect("SET", both, "half of it, left of the way there");
    onSource.expect("SET", away, "moved and changed since");
    MigrationTask there = task(MigrationMethod.SYNC);
    MigrationTask back =
        new MigrationTask(
            source.address(),
            there.targetBySlot(),
            there.targetBySlot().keySet(),
            Map.of(),
            List.of(),
            MigrationMethod.SYNC);

    // When
    boolean complete = migrator(MigrationMethod.SYNC).migrate(back, () -> true, progress());

    // Then
    assertThat(complete).isTrue();
    assertThat(onTarget.expectText("GET", both)).isEqualTo("never left home");
    assertThat(onTarget.expectText("GET", away)).isEqualTo("moved and changed since");
    assertThat(onSource.expectNumber("EXISTS", both, away)).isZero();
  }

  @Test
  void ofASlotThatWasOpenedUnderANumberTheCopyCountsThatThisSays() {
    // Given a source that has brought keys back, and a target that has lost what it knew of a slot
    String back = keyOfMovingSlot("back");
    String relative = "{" + back + "}";
    String lost = keyOfMovingSlot("lost");
    String only = keyOfMovingSlot("only");
    assertThat(slotOf(lost)).isNotEqualTo(slotOf(back));
    onTarget.expect("HSET", PROOFS, String.valueOf(slotOf(back)), "17");
    onSource.expect("HSET", PROOFS, "3", "of a way to it");
    for (String key : List.of(back, relative)) {
      onTarget.expect("SET", key, "written since");
      onSource.expect("SET", key, "had moved, and is back");
    }
    onTarget.expect("SET", lost, "from long ago");
    onSource.expect("SET", lost, "not moved yet");
    onSource.expect("SET", only, "not moved yet");
    Map<Integer, HostAndPort> targets = task(MigrationMethod.SYNC).targetBySlot();
    Map<Integer, Long> proofs = new HashMap<>();
    targets.keySet().forEach(slotId -> proofs.put(slotId, 17L));

    // When
    boolean complete =
        migrator(MigrationMethod.SYNC)
            .migrate(
                new MigrationTask(
                    source.address(), targets, Set.of(), proofs, List.of(), MigrationMethod.SYNC),
                () -> true,
                progress());

    // Then
    assertThat(complete).isTrue();
    assertThat(onTarget.expectText("GET", back)).isEqualTo("written since");
    assertThat(onTarget.expectText("GET", relative)).isEqualTo("written since");
    assertThat(onTarget.expectText("GET", lost)).isEqualTo("not moved yet");
    assertThat(onTarget.expectText("GET", only)).isEqualTo("not moved yet");
    assertThat(onSource.expectNumber("EXISTS", back, relative, lost, only)).isZero();
    assertThat(onTarget.expectNumber("HLEN", PROOFS)).isEqualTo(1);
    assertThat(onSource.expectNumber("HLEN", PROOFS)).isEqualTo(1);
  }

  /** Its bytes are under way, and a second transfer would be refused until they have arrived. */
  @Test
  void aBatchThatLastsLongerThanItIsWaitedForIsFollowedToItsEnd() {
    try (TcpRelay relay = TcpRelay.to(target.address())) {
      // Given a value of many pieces, and acknowledgements that take their time
      String key = keyOfMovingSlot("large");
      for (int i = 0; i < 20_000; i += 50) {
        String[] push = new String[52];
        push[0] = "RPUSH";
        push[1] = key;
        for (int j = 0; j < 50; j++) {
          push[j + 2] = "item " + (i + j);
        }
        onSource.expect(push);
      }
      Map<Integer, HostAndPort> targets = Map.of(slotOf(key), relay.address());
      MigrationTask slow =
          new MigrationTask(
              source.address(), targets, Set.of(), Map.of(), List.of(), MigrationMethod.SEMI_ASYNC);
      admin.ping(relay.address(), Duration.ofSeconds(5));
      relay.delayBack(Duration.ofMillis(300));
      long pieces = target.calls("SLOTSRESTORE-ASYNC");
      long questions = source.calls("SLOTSMGRT-ASYNC-STATUS");

      // When
      boolean complete =
          migrator(MigrationMethod.SEMI_ASYNC, Duration.ofSeconds(1))
              .migrate(slow, () -> true, progress());

      // Then
      assertThat(complete).isTrue();
      assertThat(source.calls("SLOTSMGRT-ASYNC-STATUS") - questions).isGreaterThan(10);
      assertThat(target.calls("SLOTSRESTORE-ASYNC") - pieces).isBetween(100L, 110L);
      assertThat(onTarget.expectNumber("LLEN", key)).isEqualTo(20_000);
      assertThat(onSource.expectNumber("EXISTS", key)).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SYNC", "SEMI_ASYNC"})
  void aTargetThatDoesNotAnswerLosesNothing(MigrationMethod method) {
    try (TcpRelay relay = TcpRelay.to(target.address())) {
      // Given
      String key = keyOfMovingSlot("kept");
      onSource.expect("SET", key, "value");
      relay.hold(TcpRelay.Direction.BACK);
      Map<Integer, HostAndPort> targets = Map.of(slotOf(key), relay.address());
      MigrationTask held =
          new MigrationTask(source.address(), targets, Set.of(), Map.of(), List.of(), method);
      AtomicInteger asked = new AtomicInteger();

      // When
      assertThatThrownBy(
              () ->
                  migrator(method, Duration.ofMillis(500))
                      .migrate(held, () -> asked.incrementAndGet() < 50, progress()))
          .isInstanceOf(RedisAdminException.class);
      assertThat(onSource.expectText("GET", key)).isEqualTo("value");
      relay.release(TcpRelay.Direction.BACK);
      boolean complete =
          migrator(method, Duration.ofSeconds(10)).migrate(held, () -> true, progress());

      // Then
      assertThat(complete).isTrue();
      assertThat(onTarget.expectText("GET", key)).isEqualTo("value");
      assertThat(onSource.expectNumber("EXISTS", key)).isZero();
    }
  }

  private SlotMigrator migrator(MigrationMethod method) {
    return migrator(method, Duration.ofSeconds(10));
  }

  private SlotMigrator migrator(MigrationMethod method, Duration timeout) {
    CodisSettings codis = new CodisSettings(method, 200, 1 << 20, 50);
    return new SlotMigrator(
        admin,
        new MigrationSettings(
            Long.MAX_VALUE,
            timeout,
            0,
            0,
            0,
            ServerAccess.withPassword(PASSWORD),
            codis,
            ThroughTopom.AUTO),
        Clock.SYSTEM,
        () -> new SweepSpeed(Duration.ofMillis(2), 0),
        new DumpMover(
            new DumpServers(
                admin, admin, "dump", server -> {}, () -> {}, server -> true, Clock.SYSTEM)));
  }

  private MigrationTask task(MigrationMethod method) {
    Map<Integer, HostAndPort> targets = new HashMap<>();
    for (int slotId = 0; slotId < SPLIT; slotId++) {
      targets.put(slotId, target.address());
    }
    return new MigrationTask(source.address(), targets, Set.of(), Map.of(), List.of(), method);
  }

  private MigrationProgress progress() {
    return new MigrationProgress() {
      @Override
      public void onMoved(int slotId, int keys) {
        movedBySlot.merge(slotId, keys, Integer::sum);
      }

      @Override
      public void onBigKey(int slotId, byte[] key, long bytes) {
        throw new AssertionError("no key is moved alone");
      }

      @Override
      public void onScanned(long scannedKeys, long totalKeys) {
        assertThat(scannedKeys).isLessThanOrEqualTo(totalKeys);
      }
    };
  }

  private static String keyOfMovingSlot(String prefix) {
    for (int i = 0; ; i++) {
      if (slotOf(prefix + i) < SPLIT) {
        return prefix + i;
      }
    }
  }

  private static int slotOf(String key) {
    return SlotHash.slotOf(key.getBytes(StandardCharsets.UTF_8));
  }
}

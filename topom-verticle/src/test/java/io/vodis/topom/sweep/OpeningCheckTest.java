package io.vodis.topom.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.model.PinnedKey;
import io.vodis.redis.ServerAccess;
import io.vodis.redis.VertxRedisAdmin;
import io.vodis.slot.SlotHash;
import io.vodis.slot.SlotProof;
import io.vodis.testsupport.RedisProcess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** No key is on both servers when a slot is opened, and the target says so in its data. */
class OpeningCheckTest {

  private static final String PROOFS = new String(SlotProof.key(), StandardCharsets.US_ASCII);
  private static final int SLOT = slotOf("foo");
  private static final int OTHER = slotOf("bar");
  private static final MigrationSettings SETTINGS =
      new MigrationSettings(
          Long.MAX_VALUE,
          Duration.ofSeconds(2),
          0,
          1 << 20,
          0,
          ServerAccess.withPassword(""),
          CodisSettings.defaults(),
          ThroughTopom.AUTO);

  private static Vertx vertx;
  private static RedisProcess source;
  private static RedisProcess target;
  private VertxRedisAdmin admin;

  @BeforeAll
  static void startServers() {
    vertx = Vertx.vertx();
    source = RedisProcess.start();
    target = RedisProcess.start();
  }

  @AfterAll
  static void stopServers() {
    source.close();
    target.close();
    vertx.close().await();
  }

  @BeforeEach
  void connect() {
    admin = new VertxRedisAdmin(vertx, ServerAccess.withPassword(""), "");
    source.call("FLUSHALL");
    target.call("FLUSHALL");
  }

  @AfterEach
  void disconnect() {
    admin.close();
  }

  private static int slotOf(String key) {
    return SlotHash.slotOf(key.getBytes(StandardCharsets.UTF_8));
  }

  private OpeningCheck check(Set<Integer> turning, Map<Integer, Long> proofs, PinnedKey... pinned) {
    Map<Integer, HostAndPort> targets = new HashMap<>();
    for (int slotId : new HashSet<>(List.of(SLOT, OTHER))) {
      targets.put(slotId, target.address());
    }
    MigrationTask task =
        new MigrationTask(
            source.address(), targets, turning, proofs, List.of(pinned), MigrationMethod.MIGRATE);
    return OpeningCheck.of(admin, SETTINGS, task, () -> {});
  }

  private OpeningCheck check() {
    return check(Set.of(), Map.of());
  }

  @Test
  void aLeftoverIsRemovedBeforeTheSlotIsOpened() {
    source.call("SET", "foo", "current");
    target.call("SET", "foo", "leftover");
    target.call("SET", "{other slot}", "stays");
    OpeningCheck check = check();
    assertThat(source.call("GET", "foo")).isEqualTo("current");
    assertThat(target.call("EXISTS", "foo")).isEqualTo(0L);
    assertThat(target.call("GET", "{other slot}")).isEqualTo("stays");
    assertThat(check.prove(Set.of(SLOT), 7)).isEqualTo(7);
    assertThat(target.call("HGETALL", PROOFS)).isEqualTo(List.of(Integer.toString(SLOT), "7"));
    OpeningCheck.forget(admin, target.address(), Set.of(SLOT));
    assertThat(target.call("EXISTS", PROOFS)).isEqualTo(0L);
  }

  @Test
  void inEveryDatabase() {
    for (RedisProcess server : List.of(source, target)) {
      server.call("EVAL", "redis.call('SELECT', 9) redis.call('SET', 'foo', 'v')", "0");
    }
    var unused = check();
    assertThat(target.call("EVAL", "redis.call('SELECT', 9) return redis.call('DBSIZE')", "0"))
        .isEqualTo(0L);
    assertThat(source.call("EVAL", "redis.call('SELECT', 9) return redis.call('DBSIZE')", "0"))
        .isEqualTo(1L);
  }

  /** It is in one place only, so it is not deleted; unless its owner writes it after all. */
  @Test
  void whatOnlyTheTargetHasIsLookedAtAgainBehindTheFence() {
    target.call("SET", "foo", "from long ago");
    target.call("SET", "{foo}2", "from long ago");
    OpeningCheck check = check();
    source.call("SET", "foo", "new");
    assertThat(check.prove(Set.of(SLOT), 7)).isEqualTo(7);
    assertThat(target.call("EXISTS", "foo")).isEqualTo(0L);
    assertThat(target.call("GET", "{foo}2")).isEqualTo("from long ago");
    assertThat(source.call("GET", "foo")).isEqualTo("new");
  }

  @Test
  void aServerThatWasStartedAnewIsNotTheOneThatWasLookedAt() {
    OpeningCheck check = check();
    target.kill();
    target.restart();
    assertThat(check.prove(Set.of(SLOT), 7)).isNegative();
  }

  @Test
  void itIsOnlyAboutTheSlotsThatWereLookedAt() {
    OpeningCheck check = check();
    assertThat(check.prove(Set.of(SLOT, SLOT + 1), 7)).isNegative();
    assertThat(check.isAbout(source.address(), target.address())).isTrue();
    assertThat(check.isAbout(target.address(), source.address())).isFalse();
  }

  /** The slots turn round: they were on their way from the target to the source. */
  @Test
  void ofSlotsThatTurnRoundTheCopyCountsThatCountedOnTheWayThere() {
    source.call("HSET", PROOFS, Integer.toString(SLOT), "5", Integer.toString(OTHER), "4");
    source.call("SET", "foo", "moved and changed");
    target.call("SET", "foo", "is back after a failover");
    source.call("SET", "bar", "from long ago: the number is not that of the way there");
    target.call("SET", "bar", "not moved yet");
    target.call("SET", "{foo}2", "not moved yet");
    OpeningCheck check = check(Set.of(SLOT, OTHER), Map.of(SLOT, 5L, OTHER, 5L));
    assertThat(target.call("EXISTS", "foo")).isEqualTo(0L);
    assertThat(source.call("GET", "foo")).isEqualTo("moved and changed");
    assertThat(source.call("EXISTS", "bar")).isEqualTo(0L);
    assertThat(target.call("GET", "bar")).isEqualTo("not moved yet");
    assertThat(target.call("GET", "{foo}2")).isEqualTo("not moved yet");
    assertThat(check.prove(Set.of(SLOT, OTHER), 9)).isEqualTo(9);
  }

  /** It is used at home as long as it is pinned, so that copy counts on the way back. */
  @Test
  void aPinnedKeyOfASlotThatTurnsRoundIsLeftAlone() {
    source.call("HSET", PROOFS, Integer.toString(SLOT), "5");
    source.call("SET", "foo", "a copy");
    target.call("SET", "foo", "in use");
    PinnedKey pinned = PinnedKey.served(0, "foo".getBytes(StandardCharsets.UTF_8));
    assertThat(check(Set.of(SLOT), Map.of(SLOT, 5L), pinned).prove(Set.of(SLOT), 9)).isEqualTo(9);
    assertThat(target.call("GET", "foo")).isEqualTo("in use");
  }
}

package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.Future;
import io.vodis.config.ByteSize;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import io.vodis.proxy.dispatch.CrossSlot;
import io.vodis.testsupport.FakeRedis;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.ServerBinary;
import io.vodis.testsupport.TcpRelay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Slots that are fenced, that migrate, that change their owner, between two real servers. */
class SlotMovesIT {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final RespError TRY_AGAIN =
      new RespError("TRYAGAIN Multiple keys request during rehashing of slot");

  private static RedisProcess source;
  private static RedisProcess target;
  private Planes planes;

  @BeforeAll
  static void startServers() {
    source = RedisProcess.start();
    target = RedisProcess.start();
  }

  @AfterAll
  static void stopServers() {
    source.close();
    target.close();
  }

  @BeforeEach
  void startPlane() throws Exception {
    source.call("FLUSHALL");
    target.call("FLUSHALL");
    SlotConfig slots =
        new SlotConfig(
            Duration.ofSeconds(2),
            100_000,
            ByteSize.ofMib(64),
            16,
            Duration.ofMillis(500),
            Duration.ofMillis(50),
            CrossSlot.SAME_SERVER);
    planes = Planes.start(2, config -> Planes.withSlots(config, slots));
    planes.installAll(Planes.serving(source.address()));
  }

  @AfterEach
  void stopPlane() throws Exception {
    planes.close();
  }

  @Test
  void aCopyInAnotherDatabaseMeetsWhatIsThere() throws Exception {
    assumeTrue(ServerBinary.standard().version().isAtLeast(6, 2), "no COPY");
    try (RespClient client = planes.client()) {
      // Given a key in database 1 on the source
      client.expect("SELECT", "1");
      client.expect("SET", "{a}copy", "old");
      client.expect("SELECT", "0");
      client.expect("SET", "{a}", "new");
      planes.installAll(new SlotRoute.Migrating(source.address(), target.address()));
      // When / Then
      assertThat(client.call("COPY", "{a}", "{a}copy", "DB", "1")).isEqualTo(0L);
      assertThat(client.call("COPY", "{a}", "{a}copy", "DB", "1", "REPLACE")).isEqualTo(1L);
      client.expect("SELECT", "1");
      assertThat(client.call("GET", "{a}copy")).isEqualTo("new");
      assertThat(source.call("EXISTS", "{a}")).isEqualTo(0L);
    }
  }

  @Test
  void aCommandOverSeveralSlotsRunsWhileOneServerServesThemAll() throws Exception {
    try (RespClient client = planes.client()) {
      // Given slot 289 of foo and 579 of a on one server
      client.expect("SET", "a", "1");
      assertThat(client.call("RENAME", "a", "foo")).isEqualTo("OK");
      assertThat(client.call("GET", "foo")).isEqualTo("1");
      // When the slot of one of them moves
      planes
          .install(
              List.of(
                  new SlotRange(0, 511, Planes.serving(source.address())),
                  new SlotRange(
                      512, 1023, new SlotRoute.Migrating(source.address(), target.address()))))
          .await(20, TimeUnit.SECONDS);
      // Then
      assertThat(client.call("RENAME", "foo", "a"))
          .isEqualTo(new RespError("TRYAGAIN Multiple keys request during rehashing of slot"));
      // When it has moved
      planes.installHalves(source.address(), target.address());
      // Then
      assertThat(client.call("RENAME", "foo", "a"))
          .isEqualTo(new RespError("CROSSSLOT Keys in request don't hash to the same slot"));
    }
  }

  @Test
  void aMoveToAnotherDatabaseMeetsWhatIsThereWhileTheSlotMigrates() throws Exception {
    try (RespClient client = planes.client()) {
      // Given the key in both databases of the source
      client.expect("SET", "a", "new");
      client.expect("SET", "b", "only");
      client.expect("SELECT", "1");
      client.expect("SET", "a", "old");
      client.expect("SELECT", "0");
      planes.installAll(migrating());
      // When / Then
      assertThat(client.call("MOVE", "a", "1")).isEqualTo(0L);
      assertThat(client.call("MOVE", "b", "1")).isEqualTo(1L);
      client.expect("SELECT", "1");
      assertThat(client.call("MGET", "a", "b")).isEqualTo(List.of("old", "only"));
      assertThat(source.call("DBSIZE")).isEqualTo(0L);
    }
  }

  @Test
  void sortTakesKeysOfAnySlotWhileOneServerHasThemAll() throws Exception {
    try (RespClient client = planes.client()) {
      // Given
      client.expect("RPUSH", "list", "1", "2", "3");
      client.expect("MSET", "w1", "3", "w2", "1", "w3", "2");
      // When / Then
      assertThat(client.call("SORT", "list", "BY", "w*")).isEqualTo(List.of("2", "3", "1"));
      // When one slot moves
      planes
          .install(
              List.of(
                  new SlotRange(0, 0, migrating()),
                  new SlotRange(1, 1023, Planes.serving(source.address()))))
          .await(20, TimeUnit.SECONDS);
      // Then
      assertThat(client.call("SORT", "list", "BY", "w*")).isEqualTo(TRY_AGAIN);
      // When it has moved
      planes
          .install(
              List.of(
                  new SlotRange(0, 0, Planes.serving(target.address())),
                  new SlotRange(1, 1023, Planes.serving(source.address()))))
          .await(20, TimeUnit.SECONDS);
      // Then
      assertThat(client.call("SORT", "list", "BY", "w*"))
          .isEqualTo(new RespError("ERR BY option of SORT denied in cluster mode."));
    }
  }

  @Test
  void whoWaitsForKeysOfSeveralSlotsMovesWithThemAndLearnsThatTheyPart() throws Exception {
    try (RespClient waiting = planes.client();
        RespClient client = planes.client()) {
      // Given slot 289 of foo and 579 of a on one server
      waiting.send("BLPOP", "foo", "a", "0");
      waiting.flush();
      awaitBlocked(source);
      // When both go to the target
      planes.installAll(migrating());
      planes.installAll(Planes.serving(target.address()));
      awaitBlocked(target);
      client.expect("RPUSH", "a", "1");
      // Then
      assertThat(waiting.receive()).isEqualTo(List.of("a", "1"));
      // When one of them goes elsewhere
      waiting.send("BLPOP", "foo", "a", "0");
      waiting.flush();
      awaitBlocked(target);
      planes.installHalves(source.address(), target.address());
      // Then
      assertThat(waiting.receive())
          .isEqualTo(new RespError("CROSSSLOT Keys in request don't hash to the same slot"));
    }
  }

  private static void awaitBlocked(RedisProcess server) {
    Poll.until(
        SOON,
        () -> "nobody waits at " + server.address(),
        () -> String.valueOf(server.call("INFO", "clients")).contains("blocked_clients:1"));
  }

  private static List<SlotRange> all(SlotRoute route) {
    return List.of(new SlotRange(0, Topology.SLOT_COUNT - 1, route));
  }

  private SlotRoute migrating() {
    return new SlotRoute.Migrating(source.address(), target.address());
  }

  @Test
  void requestsToAFencedSlotWaitAndRunInOrderAfterwards() throws Exception {
    try (RespClient client = planes.client()) {
      // Given
      planes.installAll(new SlotRoute.Fenced(source.address(), false));
      for (int i = 0; i < 500; i++) {
        client.send("RPUSH", "list", Integer.toString(i));
        client.send("INCR", "counter" + i % 10);
      }
      client.send("LRANGE", "list", "0", "-1");
      client.flush();
      Poll.pass(Duration.ofMillis(200));
      assertThat(source.call("EXISTS", "list")).isEqualTo(0L);
      // When
      planes.installAll(Planes.serving(target.address()));
      // Then
      for (int i = 0; i < 500; i++) {
        assertThat(client.receive()).isEqualTo(i + 1L);
        assertThat(client.receive()).isEqualTo(i / 10 + 1L);
      }
      List<Object> expected = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        expected.add(Integer.toString(i));
      }
      assertThat(client.receive()).isEqualTo(expected);
    }
  }

  @Test
  void requestsThatWaitTooLongAreToldToTryAgain() throws Exception {
    try (RespClient client = planes.client()) {
      // Given
      planes.installAll(new SlotRoute.Fenced(source.address(), false));
      // When / Then
      assertThat(client.call("SET", "foo", "1")).isEqualTo(TRY_AGAIN);
      assertThat(source.call("EXISTS", "foo")).isEqualTo(0L);
    }
  }

  @Test
  void keysAreMovedBeforeTheirRequestsRunOnTheTarget() throws Exception {
    try (RespClient client = planes.client()) {
      // Given
      for (int i = 0; i < 300; i++) {
        client.expect("SET", "k" + i, "v" + i);
        client.expect("SET", "{t}" + i, "t" + i);
      }
      client.expect("SELECT", "2");
      client.expect("SET", "k0", "two", "EX", "1000");
      client.expect("SELECT", "0");
      planes.installAll(migrating());
      // When
      List<String[]> commands = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        commands.add(new String[] {"APPEND", "k" + i, "+"});
        commands.add(new String[] {"GET", "k" + i});
        commands.add(new String[] {"INCR", "new" + i});
      }
      List<Object> replies = client.pipeline(commands);
      // Then
      for (int i = 0; i < 300; i++) {
        assertThat(replies.get(3 * i + 1)).isEqualTo("v" + i + "+");
        assertThat(replies.get(3 * i + 2)).isEqualTo(1L);
      }
      assertThat(String.valueOf(client.call("MGET", "k1", "nothing", "{t}5", "k2", "{t}6")))
          .isEqualTo("[v1+, null, t5, v2+, t6]");
      assertThat(client.call("SUNIONSTORE", "{t}all", "{t}none")).isEqualTo(0L);
      assertThat(client.call("DEL", "{t}1", "{t}2", "k3")).isEqualTo(3L);
      client.expect("SELECT", "2");
      assertThat(client.call("GET", "k0")).isEqualTo("two");
      assertThat(client.expectNumber("TTL", "k0")).isBetween(900L, 1000L);
      client.expect("SELECT", "0");
      assertThat(source.call("EXISTS", "k1", "k2", "{t}1", "{t}5")).isEqualTo(0L);
      assertThat(source.call("EXISTS", "{t}7")).isEqualTo(1L);
    }
  }

  @Test
  void aLeftoverOfABrokenMoveDoesNotCount() throws Exception {
    try (RespClient client = planes.client()) {
      // Given
      client.expect("SET", "foo", "true");
      target.call("SET", "foo", "leftover");
      planes.installAll(migrating());
      // When / Then
      assertThat(client.call("GET", "foo")).isEqualTo("true");
      assertThat(source.call("EXISTS", "foo")).isEqualTo(0L);
    }
  }

  @Test
  void whatAnotherMoverCouldNotEndDoesNotComeBack() throws Exception {
    assumeTrue(ServerBinary.standard().version().isAtLeast(6, 2), "counts no errors");
    try (TcpRelay relay = TcpRelay.to(target.address());
        RespClient client = planes.client()) {
      // Given an attempt of another mover that the network has delayed, after which it died
      client.expect("SET", "foo", "old");
      planes.installAll(new SlotRoute.Migrating(source.address(), relay.address()));
      client.expect("SET", "{foo}", "so that there is a connection");
      relay.holdNew(true);
      String port = Integer.toString(relay.address().port());
      try (RespClient other = source.client()) {
        assertThat(other.call("MIGRATE", relay.address().host(), port, "foo", "0", "200"))
            .asString()
            .contains("IOERR");
      }
      relay.holdNew(false);
      // When
      assertThat(client.call("GET", "foo")).isEqualTo("old");
      assertThat(client.call("DEL", "foo")).isEqualTo(1L);
      relay.releaseHeld();
      Poll.pass(Duration.ofMillis(300));
      // Then
      assertThat(target.call("EXISTS", "foo")).isEqualTo(0L);
    }
  }

  @Test
  void ofASlotThatReturnsTheCopyAtHomeCounts() throws Exception {
    try (RespClient client = planes.client()) {
      // Given: it set out from the target, to which it returns.
      source.call("SET", "foo", "leftover");
      target.call("SET", "foo", "never left");
      source.call("SET", "moved", "changed since");
      planes.installAll(new SlotRoute.Migrating(source.address(), target.address(), true));
      // When / Then
      assertThat(client.call("GET", "foo")).isEqualTo("never left");
      assertThat(client.call("GET", "moved")).isEqualTo("changed since");
      assertThat(source.call("EXISTS", "foo", "moved")).isEqualTo(0L);
      assertThat(target.call("GET", "moved")).isEqualTo("changed since");
    }
  }

  @Test
  void whileTheTargetIsAwayRequestsWaitAndThenGoOn() throws Exception {
    try (RespClient client = planes.client()) {
      // Given
      client.expect("SET", "foo", "1");
      planes.installAll(migrating());
      target.pause();
      // When
      client.send("INCR", "foo");
      client.flush();
      Poll.pass(Duration.ofMillis(700));
      target.resume();
      // Then
      assertThat(client.receive()).isEqualTo(2L);
      assertThat(target.call("GET", "foo")).isEqualTo("2");
    }
  }

  @Test
  void aTableIsConfirmedWhenNothingIsInFlightOnTheOldRoute() throws Exception {
    try (FakeRedis slow = FakeRedis.start().on("GET", new FakeRedis.Answer.Nothing());
        RespClient client = planes.client()) {
      // Given
      planes.installAll(Planes.serving(slow.address()));
      client.send("GET", "foo");
      client.flush();
      Poll.until(SOON, "sent", () -> slow.received("GET").size() == 1);
      // When
      Future<Void> unrelated =
          planes.install(
              List.of(
                  new SlotRange(0, 511, Planes.serving(slow.address())),
                  new SlotRange(512, 1023, Planes.serving(target.address()))));
      Future<Void> replaced = planes.install(all(new SlotRoute.Fenced(slow.address(), false)));
      // Then
      unrelated.await(10, TimeUnit.SECONDS);
      Poll.pass(Duration.ofMillis(200));
      assertThat(replaced.isComplete()).isFalse();
      slow.closeConnections();
      replaced.await(10, TimeUnit.SECONDS);
      assertThat(String.valueOf(client.receive())).contains("may have been executed");
    }
  }

  @Test
  void aFenceThatBreaksIsConfirmedAtOnce() throws Exception {
    try (FakeRedis dead = FakeRedis.start().on("GET", new FakeRedis.Answer.Nothing());
        RespClient client = planes.client()) {
      // Given
      planes.installAll(Planes.serving(dead.address()));
      client.send("GET", "foo");
      client.flush();
      Poll.until(SOON, "sent", () -> dead.received("GET").size() == 1);
      // When
      planes.install(all(new SlotRoute.Fenced(dead.address(), true))).await(5, TimeUnit.SECONDS);
      // Then
      assertThat(String.valueOf(client.receive())).contains("may have been executed");
    }
  }
}

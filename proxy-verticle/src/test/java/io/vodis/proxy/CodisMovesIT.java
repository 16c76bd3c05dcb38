package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.config.ByteSize;
import io.vodis.model.MigrationMethod;
import io.vodis.model.SlotRoute;
import io.vodis.proxy.dispatch.CrossSlot;
import io.vodis.slot.SlotHash;
import io.vodis.slot.SlotProof;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.TcpRelay;
import io.vodis.testsupport.codis.FakeCodisServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests to slots that move between codis-servers, and the sweep played by the test. */
class CodisMovesIT {

  private static final RespError TRY_AGAIN =
      new RespError("TRYAGAIN Multiple keys request during rehashing of slot");

  private static final String PROOFS = new String(SlotProof.key(), StandardCharsets.US_ASCII);

  private static FakeCodisServer source;
  private static FakeCodisServer target;
  private Planes planes;
  private RespClient onSource;
  private RespClient onTarget;

  @BeforeAll
  static void startServers() {
    source = FakeCodisServer.start();
    target = FakeCodisServer.start();
  }

  @AfterAll
  static void stopServers() {
    source.close();
    target.close();
  }

  @BeforeEach
  void startPlane() throws Exception {
    onSource = source.client();
    onTarget = target.client();
    onSource.expect("FLUSHALL");
    onTarget.expect("FLUSHALL");
    SlotConfig slots =
        new SlotConfig(
            Duration.ofSeconds(2),
            1000,
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
    onSource.expect("SLOTSMGRT-ASYNC-CANCEL");
    onSource.close();
    onTarget.close();
  }

  private static SlotRoute migrating(MigrationMethod method) {
    return new SlotRoute.Migrating(source.address(), target.address(), false, List.of(), method, 0);
  }

  @ParameterizedTest
  @EnumSource(names = {"SYNC", "SEMI_ASYNC"})
  void keysAreThereWhenTheirRequestsRun(MigrationMethod method) throws Exception {
    try (RespClient client = planes.client()) {
      // Given
      for (int i = 0; i < 200; i++) {
        client.expect("SET", "k" + i, "v" + i);
        client.expect("SET", "{t}" + i, "t" + i);
      }
      client.expect("SELECT", "2");
      client.expect("SET", "k0", "two", "EX", "1000");
      client.expect("SELECT", "0");
      planes.installAll(migrating(method));
      // When
      List<String[]> commands = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        commands.add(new String[] {"APPEND", "k" + i, "+"});
        commands.add(new String[] {"GET", "k" + i});
        commands.add(new String[] {"INCR", "new" + i});
        commands.add(new String[] {"DEL", "k" + i});
        commands.add(new String[] {"GET", "k" + i});
      }
      List<Object> replies = client.pipeline(commands);
      // Then
      for (int i = 0; i < 200; i++) {
        assertThat(replies.get(5 * i + 1)).isEqualTo("v" + i + "+");
        assertThat(replies.get(5 * i + 2)).isEqualTo(1L);
        assertThat(replies.get(5 * i + 3)).isEqualTo(1L);
        assertThat(replies.get(5 * i + 4)).isNull();
      }
      assertThat(String.valueOf(client.call("MGET", "k1", "nothing", "{t}5", "{t}6")))
          .isEqualTo("[null, null, t5, t6]");
      assertThat(client.call("DEL", "{t}1", "{t}2", "{t}none")).isEqualTo(2L);
      client.expect("SELECT", "2");
      assertThat(client.call("GET", "k0")).isEqualTo("two");
      assertThat(client.expectNumber("TTL", "k0")).isBetween(900L, 1000L);
      assertThat(onSource.expectNumber("EXISTS", "k1", "{t}1", "{t}5", "new1")).isZero();
    }
  }

  /** Codis sends these to the target if their first key is not on the source. */
  @Test
  void aCommandWithSeveralKeysFindsAllOfThem() throws Exception {
    try (RespClient client = planes.client()) {
      // Given
      client.expect("SADD", "a{t}", "1");
      client.expect("SADD", "b{t}", "2");
      client.expect("RPUSH", "list{t}", "x", "y");
      client.expect("SET", "counter{t}", "41");
      planes.installAll(migrating(MigrationMethod.SEMI_ASYNC));
      // When / Then
      assertThat(client.call("SUNIONSTORE", "new{t}", "a{t}", "b{t}")).isEqualTo(2L);
      assertThat(client.call("RPOPLPUSH", "list{t}", "other{t}")).isEqualTo("y");
      assertThat(client.call("MSETNX", "m{t}", "1", "counter{t}", "2")).isEqualTo(0L);
      assertThat(
              client.call(
                  "EVAL",
                  "redis.call('SET', KEYS[1], 'made') return redis.call('INCR', KEYS[2])",
                  "2",
                  "made{t}",
                  "counter{t}"))
          .isEqualTo(42L);
      client.expect("MULTI");
      client.expect("RENAME", "made{t}", "renamed{t}");
      client.expect("GET", "counter{t}");
      assertThat(client.call("EXEC")).isEqualTo(List.of("OK", "42"));
      assertThat(onSource.expectNumber("DBSIZE")).isZero();
      assertThat(onTarget.expectNumber("SCARD", "new{t}")).isEqualTo(2);
      assertThat(onTarget.expectNumber("LLEN", "other{t}")).isEqualTo(1);
    }
  }

  @Test
  void aKeyIsUsedOnTheSourceAsLongAsItIsThere() throws Exception {
    try (RespClient client = planes.client()) {
      // Given
      client.expect("RPUSH", "list", "1", "2");
      planes.installAll(migrating(MigrationMethod.SEMI_ASYNC));
      // When
      assertThat(client.call("LRANGE", "list", "0", "-1")).isEqualTo(List.of("1", "2"));
      assertThat(client.call("RPUSH", "list", "3")).isEqualTo(3L);
      assertThat(client.call("INCR", "list")).asString().contains("WRONGTYPE");
      assertThat(client.call("GET", "list", "too many"))
          .isEqualTo(new RespError("ERR wrong number of arguments for 'get' command"));
      // Then
      assertThat(onSource.expectNumber("LLEN", "list")).isEqualTo(3);
      // When it is moved by others
      Poll.until(
          Duration.ofSeconds(5),
          "the key is moved, if need be over a new connection",
          () -> Long.valueOf(1).equals(moveFromSource("list")));
      // Then
      assertThat(client.call("RPUSH", "list", "4")).isEqualTo(4L);
      assertThat(client.call("LPOP", "list")).isEqualTo("1");
      assertThat(onSource.expectNumber("EXISTS", "list")).isZero();
    }
  }

  private @Nullable Object moveFromSource(String key) {
    String port = Integer.toString(target.address().port());
    return onSource.call("SLOTSMGRTTAGONE", target.address().host(), port, "1000", key);
  }

  @Test
  void whileAKeyIsSentItIsReadOnTheSourceAndWritesWait() throws Exception {
    try (TcpRelay relay = TcpRelay.to(target.address());
        RespClient client = planes.client();
        RespClient writer = planes.client()) {
      // Given
      client.expect("SET", "a", "1");
      client.expect("SET", "b", "1");
      planes.installAll(migrating(MigrationMethod.SEMI_ASYNC));
      relay.hold(TcpRelay.Direction.BACK);
      onSource.send(
          "SLOTSMGRTTAGONE-ASYNC",
          relay.address().host(),
          Integer.toString(relay.address().port()),
          "10000",
          "0",
          "0",
          "a");
      onSource.flush();
      awaitTransfer();
      // When
      writer.send("INCR", "a");
      writer.flush();
      // Then
      assertThat(client.call("GET", "a")).isEqualTo("1");
      assertThat(client.call("INCR", "b")).isEqualTo(2L);
      assertThat(onSource.expectText("GET", "a")).isEqualTo("1");
      // When it has arrived
      relay.release(TcpRelay.Direction.BACK);
      // Then
      assertThat(writer.receive()).isEqualTo(2L);
      assertThat(client.call("GET", "a")).isEqualTo("2");
      assertThat(onTarget.expectText("GET", "a")).isEqualTo("2");
      assertThat(onSource.receive()).isEqualTo(1L);
    }
  }

  /** Sent on another connection than the proxy's, it may come to the server after a request. */
  private void awaitTransfer() {
    Poll.until(
        Duration.ofSeconds(5),
        "the transfer is under way",
        () -> {
          try (RespClient other = source.client()) {
            return String.valueOf(other.call("SLOTSMGRT-ASYNC-STATUS")).contains("keys");
          }
        });
  }

  @Test
  void whatIsSentForTooLongMakesWritersTryAgain() throws Exception {
    try (TcpRelay relay = TcpRelay.to(target.address());
        RespClient client = planes.client()) {
      // Given
      client.expect("SET", "a", "1");
      planes.installAll(migrating(MigrationMethod.SEMI_ASYNC));
      relay.hold(TcpRelay.Direction.FORTH);
      onSource.send(
          "SLOTSMGRTTAGONE-ASYNC",
          relay.address().host(),
          Integer.toString(relay.address().port()),
          "10000",
          "0",
          "0",
          "a");
      onSource.flush();
      awaitTransfer();
      // When / Then
      assertThat(client.call("INCR", "a")).isEqualTo(TRY_AGAIN);
      assertThat(client.call("DEL", "a")).isEqualTo(TRY_AGAIN);
      assertThat(onSource.call("SLOTSMGRT-ASYNC-CANCEL")).asString().contains("interrupted");
      assertThat(onSource.receive()).isEqualTo(1L);
    }
  }

  @Test
  void aLargeValueIsMovedInChunksForThoseWhoMustNotRunOnTheSource() throws Exception {
    try (RespClient client = planes.client()) {
      // Given
      for (int i = 0; i < 3000; i++) {
        onSource.send("RPUSH", "large", "item " + i);
      }
      onSource.flush();
      for (int i = 0; i < 3000; i++) {
        onSource.receive();
      }
      long before = target.calls("SLOTSRESTORE-ASYNC");
      planes.installAll(migrating(MigrationMethod.SEMI_ASYNC));
      // When / Then
      assertThat(client.call("LPOP", "large")).isEqualTo("item 0");
      assertThat(client.call("LLEN", "large")).isEqualTo(2999L);
      assertThat(target.calls("SLOTSRESTORE-ASYNC") - before).isGreaterThan(10);
      assertThat(onSource.expectNumber("EXISTS", "large")).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SYNC", "SEMI_ASYNC"})
  void whatAnotherMoverCouldNotEndDoesNotComeBack(MigrationMethod method) throws Exception {
    try (TcpRelay relay = TcpRelay.to(target.address());
        RespClient client = planes.client()) {
      // Given an attempt of another mover that the network has delayed, after which it died
      client.expect("SET", "foo", "old");
      planes.installAll(
          new SlotRoute.Migrating(source.address(), relay.address(), false, List.of(), method, 0));
      client.expect("SET", "{foo}", "so that there is a connection");
      relay.holdNew(true);
      String port = Integer.toString(relay.address().port());
      String command = method == MigrationMethod.SYNC ? "SLOTSMGRTTAGONE" : "SLOTSMGRTTAGONE-ASYNC";
      List<String> words = new ArrayList<>(List.of(command, relay.address().host(), port, "200"));
      if (method == MigrationMethod.SEMI_ASYNC) {
        words.addAll(List.of("0", "0"));
      }
      words.add("foo");
      assertThat(onSource.call(words.toArray(String[]::new))).isInstanceOf(RespError.class);
      relay.holdNew(false);
      // When
      assertThat(client.call("GETSET", "foo", "new")).isEqualTo("old");
      assertThat(client.call("DEL", "foo")).isEqualTo(1L);
      relay.releaseHeld();
      Poll.pass(Duration.ofMillis(300));
      // Then
      assertThat(onTarget.expectNumber("EXISTS", "foo")).isZero();
      assertThat(client.call("GET", "foo")).isNull();
    }
  }

  @Test
  void whatASourceBringsBackDoesNotCountBesideATargetThatWasProven() throws Exception {
    try (RespClient client = planes.client()) {
      // Given
      String slot = Integer.toString(SlotHash.slotOf("foo".getBytes(StandardCharsets.UTF_8)));
      onTarget.expect("HSET", PROOFS, slot, "17");
      onSource.expect("SET", "foo", "had moved, and is back");
      onSource.expect("SET", "{foo}2", "had moved, and is back");
      onTarget.expect("SET", "foo", "written since");
      onTarget.expect("SET", "{foo}2", "written since");
      onSource.expect("SET", "{foo}3", "not moved yet");
      onSource.expect("SET", "bar", "not moved yet");
      onTarget.expect("SET", "bar", "from long ago; its number is lost");
      planes.installAll(
          new SlotRoute.Migrating(
              source.address(), target.address(), false, List.of(), MigrationMethod.SYNC, 17));
      // When / Then
      assertThat(client.call("APPEND", "foo", "+")).isEqualTo(14L);
      assertThat(client.call("GET", "{foo}3")).isEqualTo("not moved yet");
      assertThat(client.call("GET", "{foo}2")).isEqualTo("written since");
      assertThat(client.call("GET", "bar")).isEqualTo("not moved yet");
      assertThat(onTarget.expectText("GET", "foo")).isEqualTo("written since+");
      assertThat(onSource.expectNumber("DBSIZE")).isZero();
    }
  }

  @Test
  void ofASlotThatReturnsTheCopyAtHomeCounts() throws Exception {
    try (RespClient client = planes.client()) {
      // Given
      onSource.expect("SET", "foo", "leftover");
      onTarget.expect("SET", "foo", "never left");
      onSource.expect("SET", "bar", "moved");
      planes.installAll(
          new SlotRoute.Migrating(
              source.address(), target.address(), true, List.of(), MigrationMethod.SYNC, 0));
      // When / Then
      assertThat(client.call("GET", "foo")).isEqualTo("never left");
      assertThat(client.call("APPEND", "bar", " back")).isEqualTo(10L);
      assertThat(onSource.expectNumber("DBSIZE")).isZero();
    }
  }
}

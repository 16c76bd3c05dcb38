package io.vodis.testsupport.codis;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.TcpRelay;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The fake keeps to what is known of codis-server: its replies, errors, and what moves with what.
 */
class FakeCodisServerTest {

  private static FakeCodisServer source;
  private static FakeCodisServer target;

  private RespClient onSource;
  private RespClient onTarget;
  private String host;
  private String port;

  @BeforeAll
  static void start() {
    source = FakeCodisServer.withPassword("secret");
    target = FakeCodisServer.withPassword("secret");
  }

  @AfterAll
  static void stop() {
    source.close();
    target.close();
  }

  @BeforeEach
  void connect() {
    onSource = source.client();
    onTarget = target.client();
    onSource.expect("FLUSHALL");
    onTarget.expect("FLUSHALL");
    host = target.address().host();
    port = Integer.toString(target.address().port());
  }

  @AfterEach
  void disconnect() {
    onSource.expect("SLOTSMGRT-ASYNC-CANCEL");
    onSource.close();
    onTarget.close();
  }

  @Test
  void isKnownByItsCommandsAndItsVersion() {
    assertThat(onSource.expectList("COMMAND", "INFO", "slotsinfo", "unlink", "get"))
        .satisfies(
            described -> {
              assertThat(described.get(0)).asString().contains("readonly", "fast");
              assertThat(described.get(1)).isNull();
              assertThat(described.get(2)).isNotNull();
            });
    assertThat(text(requireNonNull(onSource.call("INFO", "server"))))
        .contains("redis_version:3.2.11");
    assertThat(String.valueOf(onSource.call("UNLINK", "a"))).contains("unknown command 'UNLINK'");
  }

  @Test
  void countsKeysBySlotAsTheyComeAndGo() {
    onSource.expect("MSET", "a", "1", "{a}2", "2", "b", "3");
    onSource.expect("SELECT", "3");
    onSource.expect("SET", "c", "1", "PX", "20");

    assertThat(onSource.expectList("SLOTSHASHKEY", "a", "b", "c"))
        .asString()
        .isEqualTo("[579, 1017, 879]");
    await().untilAsserted(() -> assertThat(onSource.expectNumber("EXISTS", "c")).isZero());
    assertThat(onSource.expectList("SLOTSINFO")).isEmpty();
    onSource.expect("SELECT", "0");
    assertThat(onSource.expectList("SLOTSINFO")).asString().isEqualTo("[[579, 2], [1017, 1]]");
    assertThat(onSource.expectList("SLOTSINFO", "579", "1")).asString().isEqualTo("[[579, 2]]");
    onSource.expect("DEL", "{a}2");
    assertThat(onSource.expectList("SLOTSDEL", "579", "580"))
        .asString()
        .isEqualTo("[[579, 0], [580, 0]]");
    assertThat(onSource.expectNumber("EXISTS", "a")).isZero();
  }

  @Test
  void aKeyIsMovedAtOnceWithItsWholeFamilyAndItsTimeToLive() {
    onSource.expect("SELECT", "2");
    onSource.expect("SET", "x{t}", "1", "PX", "60000");
    onSource.expect("RPUSH", "{t}y", "a", "b");
    onSource.expect("SET", "t", "no tag, but the same slot");
    onTarget.expect("SELECT", "2");
    onTarget.expect("SET", "x{t}", "overwritten");

    assertThat(onSource.expectNumber("SLOTSMGRTTAGONE", host, port, "3000", "not there{t}"))
        .isEqualTo(2);
    assertThat(onSource.expectNumber("SLOTSMGRTTAGONE", host, port, "3000", "x{t}")).isZero();

    assertThat(onSource.expectNumber("DBSIZE")).isEqualTo(1);
    assertThat(onTarget.expectText("GET", "x{t}")).isEqualTo("1");
    assertThat(onTarget.expectNumber("PTTL", "x{t}")).isBetween(50_000L, 60_000L);
    assertThat(onTarget.expectNumber("LLEN", "{t}y")).isEqualTo(2);
    assertThat(onSource.expectList("SLOTSMGRTTAGSLOT", host, port, "3000", "579").toString())
        .isEqualTo("[0, 0]");
  }

  @Test
  void largeValuesOfEveryTypeGoInChunks() {
    for (int i = 0; i < 3000; i++) {
      onSource.send("RPUSH", "{b}list", "item " + i);
      onSource.send("HSET", "{b}hash", "field " + i, "value " + i);
      onSource.send("SADD", "{b}set", "member " + i);
      onSource.send("ZADD", "{b}zset", i + ".25", "member " + i);
    }
    onSource.flush();
    for (int i = 0; i < 4 * 3000; i++) {
      onSource.receive();
    }
    onSource.expect("SET", "{b}text", "text");
    onSource.expect("PEXPIRE", "{b}hash", "60000");

    List<?> first =
        onSource.expectList(
            "SLOTSMGRTTAGSLOT-ASYNC", host, port, "3000", "100", "65536", "1017", "1");
    List<?> second =
        onSource.expectList(
            "SLOTSMGRTTAGSLOT-ASYNC", host, port, "3000", "100", "65536", "1017", "1");

    assertThat(first.toString()).isEqualTo("[5, 5]");
    assertThat(second.toString()).isEqualTo("[0, 0]");
    assertThat(onSource.expectNumber("DBSIZE")).isZero();
    assertThat(onTarget.expectNumber("LLEN", "{b}list")).isEqualTo(3000);
    assertThat(onTarget.expectText("LINDEX", "{b}list", "1234")).isEqualTo("item 1234");
    assertThat(onTarget.expectNumber("HLEN", "{b}hash")).isEqualTo(3000);
    assertThat(onTarget.expectText("HGET", "{b}hash", "field 77")).isEqualTo("value 77");
    assertThat(onTarget.expectNumber("SCARD", "{b}set")).isEqualTo(3000);
    assertThat(onTarget.expectNumber("ZCARD", "{b}zset")).isEqualTo(3000);
    assertThat(onTarget.expectText("ZSCORE", "{b}zset", "member 9")).isEqualTo("9.25");
    assertThat(onTarget.expectNumber("PTTL", "{b}hash")).isBetween(50_000L, 60_000L);
    assertThat(onTarget.expectNumber("PTTL", "{b}list")).isEqualTo(-1);
  }

  @Test
  void aWrappedCommandIsExecutedUnlessItsKeyIsGoneOrUnderWay() {
    try (TcpRelay relay = TcpRelay.to(target.address())) {
      onSource.expect("MSET", "a{t}", "1", "b{t}", "2", "c", "3");
      relay.hold(TcpRelay.Direction.FORTH);
      String relayPort = Integer.toString(relay.address().port());
      onSource.send(
          "SLOTSMGRTTAGONE-ASYNC", host, relayPort, "400", "100", "65536", "a{t}", "nothing");
      onSource.flush();
      try (RespClient other = source.client()) {
        await().until(() -> other.call("SLOTSMGRT-ASYNC-STATUS") != null);

        assertThat(wrapped(other, "a{t}", "GET", "a{t}")).startsWith("[2, ");
        assertThat(wrapped(other, "a{t}", "SET", "a{t}", "9"))
            .startsWith("[1, ")
            .contains("the specified key is being migrated");
        assertThat(wrapped(other, "new{t}", "SET", "new{t}", "9"))
            .startsWith("[0, ")
            .contains("the specified key doesn't exist");
        assertThat(wrapped(other, "b{t}", "EVAL", "return 1", "1", "b{t}")).startsWith("[1, ");
        assertThat(wrapped(other, "c", "INCR", "c")).isEqualTo("[2, 4]");
        assertThat(wrapped(other, "c", "INCR")).startsWith("[-1, ");
        assertThat(wrapped(other, "c", "NOPE", "c"))
            .startsWith("[-1, ")
            .contains("invalid command specified (NOPE)");
        assertThat(other.call("SLOTSMGRTTAGONE-ASYNC", host, relayPort, "400", "100", "65536", "c"))
            .asString()
            .contains("the specified DB is being migrated");
        assertThat(wrapped(other, "c", "SLOTSMGRTONE", host, port, "400", "c")).isEqualTo("[2, 1]");
        assertThat(other.call("SLOTSMGRT-ASYNC-FENCE"))
            .asString()
            .contains("interrupted: migration timeout");
        assertThat(other.expect("SLOTSMGRT-ASYNC-FENCE")).isEqualTo("OK");
      }
      assertThat(onSource.receive()).isInstanceOf(RespError.class);
      assertThat(onSource.expectNumber("EXISTS", "a{t}", "b{t}")).isEqualTo(2);
      assertThat(onTarget.expectNumber("EXISTS", "c")).isEqualTo(1);
    }
  }

  @Test
  void aBatchThatIsCancelledLeavesEverythingHere() {
    try (TcpRelay relay = TcpRelay.to(target.address())) {
      onSource.expect("SET", "a", "1");
      relay.hold(TcpRelay.Direction.BACK);
      onSource.send(
          "SLOTSMGRTONE-ASYNC",
          host,
          Integer.toString(relay.address().port()),
          "5000",
          "0",
          "0",
          "a");
      onSource.send("SLOTSMGRT-ASYNC-CANCEL");
      onSource.flush();
      assertThat(onSource.receive()).asString().contains("interrupted: canceled");
      assertThat(onSource.receive()).isEqualTo(1L);
      assertThat(onSource.expectNumber("EXISTS", "a")).isEqualTo(1);
    }
  }

  @Test
  void argumentsAreCheckedInTheWordsOfTheOriginal() {
    List<String> errors = new ArrayList<>();
    for (String line :
        List.of(
            "SLOTSMGRTTAGSLOT h 1 -5 1",
            "SLOTSMGRTTAGSLOT h 1 5 1024",
            "SLOTSMGRTTAGSLOT-ASYNC h 0 5 1 1 1 1",
            "SLOTSMGRTTAGSLOT-ASYNC h 1 5 1 1 1024 1",
            "SLOTSMGRTTAGONE-ASYNC 127.0.0.1 1 5 1 1 a",
            "SLOTSMGRT-EXEC-WRAPPER a")) {
      errors.add(String.valueOf(onSource.call(line.split(" "))));
    }
    assertThat(errors)
        .satisfiesExactly(
            e -> assertThat(e).contains("invalid timeout = -5"),
            e -> assertThat(e).contains("invalid slot number = 1024"),
            e -> assertThat(e).contains("invalid value of port (0)"),
            e -> assertThat(e).contains("invalid value of slot (1024)"),
            e -> assertThat(e).contains("create client to 127.0.0.1:1 failed"),
            e -> assertThat(e).contains("wrong number of arguments"));
  }

  private static String wrapped(RespClient client, String key, String... command) {
    List<String> words = new ArrayList<>(List.of("SLOTSMGRT-EXEC-WRAPPER", key));
    words.addAll(List.of(command));
    return String.valueOf(client.call(words.toArray(String[]::new)));
  }

  private static String text(Object bulk) {
    return bulk instanceof byte[] bytes
        ? new String(bytes, StandardCharsets.UTF_8)
        : String.valueOf(bulk);
  }
}

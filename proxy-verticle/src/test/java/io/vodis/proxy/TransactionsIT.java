package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.SlotRoute;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.ServerBinary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MULTI, EXEC, DISCARD, WATCH on real servers. Keys in {t} share a slot with each other only. */
class TransactionsIT {

  private static final Duration SOON = Duration.ofSeconds(10);

  private RedisProcess server;
  private RedisProcess other;
  private RedisProcess plain;
  private Planes planes;

  @BeforeEach
  void start() throws Exception {
    server = RedisProcess.start();
    other = RedisProcess.start();
    plain = RedisProcess.start();
    planes = Planes.start(2);
    planes.installAll(Planes.serving(server.address()));
  }

  @AfterEach
  void stop() throws Exception {
    planes.close();
    server.close();
    other.close();
    plain.close();
  }

  /** One line per request, words parted by blanks; an empty line begins a new connection. */
  private static final String STREAM =
      """
      MULTI
      SET {t}a 1
      INCR {t}a
      GET {t}a
      EXEC
      MULTI
      EXEC
      EXEC
      DISCARD
      UNWATCH
      MULTI
      MULTI
      WATCH {t}a
      DISCARD
      MULTI
      NOSUCHCOMMAND x
      SET {t}a 3
      EXEC
      MULTI
      GET
      EXEC
      MULTI
      PING
      EXEC
      MULTI
      PING
      SET {t}a 5
      ECHO hello
      INCRBY {t}a 2
      PING again
      EXEC
      GET {t}a
      MULTI
      LPUSH {t}a x
      INCR {t}a
      HGETALL {t}nothing
      EXEC
      MULTI
      MSET {t}x
      EXEC
      MULTI
      SET {t}z 1
      EXEC
      MULTI
      EVAL return(redis.call('incr',KEYS[1])) notanumber {t}n
      EVAL return(redis.call('incr',KEYS[1])) 1 {t}n
      EXEC
      MULTI
      SET {t}db zero
      SELECT 3
      SET {t}db three
      GET {t}db
      EXEC
      GET {t}db
      SELECT 0
      GET {t}db
      MULTI
      SELECT 99
      SET {t}db still
      EXEC
      GET {t}db
      MULTI
      BLPOP {t}list 0
      RPUSH {t}list 1 2
      BLPOP {t}list 0
      BRPOPLPUSH {t}list {t}other 0
      WAIT 0 0
      EXEC
      MULTI
      XADD {t}s 1-1 a b
      XREAD BLOCK 0 STREAMS {t}s 0
      XREAD BLOCK 0 STREAMS {t}s $
      EXEC
      MULTI
      MGET {t}a {t}n
      DEL {t}a {t}n
      EXISTS {t}a {t}n
      EXEC
      WATCH {t}w
      SET {t}w 1
      MULTI
      GET {t}w
      EXEC
      GET {t}w
      WATCH {t}w
      MULTI
      INCR {t}w
      PING
      EXEC
      WATCH {t}w
      MULTI
      EXEC
      WATCH {t}w
      SET {t}w 8
      MULTI
      PING
      EXEC
      WATCH {t}w {t}v
      WATCH {t}u
      UNWATCH
      SET {t}w 9
      MULTI
      UNWATCH
      GET {t}w
      EXEC
      WATCH {t}w
      SELECT 2
      MULTI
      SET {t}w two
      SELECT 4
      SET {t}w four
      EXEC
      GET {t}w
      SELECT 2
      GET {t}w
      SELECT 0
      GET {t}w
      WATCH {t}w
      SELECT 5
      WATCH {t}w
      SET {t}w five
      MULTI
      GET {t}w
      EXEC
      SELECT 0
      WATCH {t}w
      MULTI
      NOSUCHCOMMAND
      EXEC
      WATCH
      MULTI
      SET {t}w 1
      RESET
      EXEC
      GET {t}w
      MULTI
      SET {t}w 100
      QUIT
      """;

  @ParameterizedTest
  @ValueSource(strings = {"2", "3"})
  void repliesAreThoseOfAPlainServer(String protocol) {
    // Given
    List<String[]> requests = new ArrayList<>();
    boolean old = !ServerBinary.standard().version().isAtLeast(6, 2);
    for (String line : STREAM.strip().split("\n")) {
      requests.add((old && line.equals("RESET") ? "DISCARD" : line).split(" "));
      if (line.equals("RESET")) {
        requests.add(new String[] {"HELLO", protocol});
      }
    }
    // When / Then, one by one
    assertThat(repliesOf(planes.client(), protocol, requests, false))
        .containsExactlyElementsOf(repliesOf(plain.client(), protocol, requests, false));
    server.call("FLUSHALL");
    plain.call("FLUSHALL");
    // When / Then, all at once
    assertThat(repliesOf(planes.client(), protocol, requests, true))
        .containsExactlyElementsOf(repliesOf(plain.client(), protocol, requests, true));
  }

  private static List<String> repliesOf(
      RespClient client, String protocol, List<String[]> requests, boolean pipelined) {
    List<String> replies = new ArrayList<>();
    try (client) {
      client.expect("HELLO", protocol);
      for (String[] request : requests) {
        client.send(request);
        if (!pipelined) {
          client.flush();
          replies.add(reply(client, request));
        }
      }
      client.flush();
      for (String[] request : requests) {
        if (pipelined) {
          replies.add(reply(client, request));
        }
      }
    }
    return replies;
  }

  private static String reply(RespClient client, String[] request) {
    String reply = client.receiveRaw();
    // The words of errors are those of Redis 7; how servers before it put them is not the matter.
    String told = reply.startsWith("-") ? reply.substring(0, reply.indexOf(' ')) : reply;
    return String.join(" ", request) + " -> " + (request[0].equals("HELLO") ? "" : told);
  }

  @Test
  void keysOfTwoSlotsMakeItFail() {
    try (RespClient client = planes.client()) {
      client.expect("MULTI");
      assertThat(client.call("SET", "a", "1")).isEqualTo("QUEUED");
      assertThat(client.call("SET", "b", "1"))
          .isEqualTo(new RespError("CROSSSLOT Keys in request don't hash to the same slot"));
      assertThat(client.call("EXEC"))
          .isEqualTo(new RespError("EXECABORT Transaction discarded because of previous errors."));
      assertThat(client.call("GET", "a")).isNull();
      client.expect("WATCH", "a");
      assertThat(String.valueOf(client.call("WATCH", "b"))).contains("CROSSSLOT");
      client.expect("MULTI");
      assertThat(String.valueOf(client.call("SET", "b", "1"))).contains("CROSSSLOT");
      assertThat(String.valueOf(client.call("EXEC"))).contains("EXECABORT");
    }
  }

  @Test
  void whatTheProxyAnswersItselfHasItsPlaceInTheReply() {
    try (RespClient client = planes.client()) {
      client.expect("MULTI");
      client.expect("CLIENT", "SETNAME", "me");
      client.expect("SET", "a", "1");
      client.expect("INFO", "server");
      client.expect("CLIENT", "GETNAME");
      client.expect("GET", "a");
      List<?> replies = Objects.requireNonNull((List<?>) client.expect("EXEC"));
      assertThat(replies.get(0)).isEqualTo("OK");
      assertThat(replies.get(1)).isEqualTo("OK");
      assertThat(String.valueOf(replies.get(2))).contains("redis_version");
      assertThat(replies.get(3)).isEqualTo("me");
      assertThat(replies.get(4)).isEqualTo("1");
      // When it is aborted at the server, nothing of it happens here either
      server.call("CONFIG", "SET", "maxmemory", "1");
      client.expect("MULTI");
      client.expect("CLIENT", "SETNAME", "you");
      client.expect("SET", "a", "2");
      assertThat(String.valueOf(client.call("EXEC"))).contains("EXECABORT");
      assertThat(client.call("CLIENT", "GETNAME")).isEqualTo("me");
    }
  }

  @Test
  void aWatchThatSeesNoChangeHoldsWhileOthersWork() {
    try (RespClient client = planes.client();
        RespClient rival = planes.client()) {
      client.expect("WATCH", "a");
      rival.expect("SET", "b", "1");
      client.expect("MULTI");
      client.expect("SET", "a", "1");
      assertThat(client.call("EXEC")).isEqualTo(List.of("OK"));
      client.expect("WATCH", "a");
      rival.expect("SET", "a", "2");
      client.expect("MULTI");
      client.expect("SET", "a", "3");
      assertThat(client.call("EXEC")).isNull();
      assertThat(client.call("GET", "a")).isEqualTo("2");
    }
  }

  @Test
  void aWatchDoesNotOutliveAMoveOfItsSlot() throws Exception {
    try (RespClient client = planes.client()) {
      client.expect("WATCH", "a");
      planes.installAll(new SlotRoute.Fenced(server.address(), false));
      planes.installAll(new SlotRoute.Migrating(server.address(), other.address()));
      client.expect("MULTI");
      client.expect("SET", "a", "1");
      assertThat(client.call("EXEC")).isNull();
      // And watching goes on, with the keys pulled first
      server.call("SET", "a", "old");
      client.expect("WATCH", "a");
      assertThat(client.call("GET", "a")).isEqualTo("old");
      client.expect("MULTI");
      client.expect("APPEND", "a", "+new");
      assertThat(client.call("EXEC")).isEqualTo(List.of(7L));
      assertThat(other.call("GET", "a")).isEqualTo("old+new");
    }
  }

  @Test
  void aLostConnectionBreaksTheWatch() {
    try (RespClient client = planes.client()) {
      client.expect("WATCH", "a");
      server.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      client.expect("MULTI");
      client.expect("SET", "a", "1");
      Poll.pass(Duration.ofMillis(100));
      assertThat(client.call("EXEC")).isNull();
    }
  }

  @Test
  void keysAreMovedBeforeTheTransactionRuns() throws Exception {
    try (RespClient client = planes.client()) {
      client.expect("SET", "{t}a", "1");
      client.expect("SET", "{t}b", "10");
      planes.installAll(new SlotRoute.Migrating(server.address(), other.address()));
      client.expect("MULTI");
      client.expect("INCR", "{t}a");
      client.expect("INCR", "{t}b");
      client.expect("INCR", "{t}new");
      assertThat(client.call("EXEC")).isEqualTo(List.of(2L, 11L, 1L));
      assertThat(other.call("MGET", "{t}a", "{t}b")).isEqualTo(List.of("2", "11"));
      assertThat(server.call("DBSIZE")).isEqualTo(0L);
    }
  }

  @Test
  void connectionsThatWatchedAreUsedAgainAndWatchNothing() {
    for (int i = 0; i < 50; i++) {
      try (RespClient client = planes.client()) {
        client.expect("WATCH", "{t}a");
        if (i % 2 == 0) {
          client.expect("UNWATCH");
        }
      }
    }
    Poll.until(
        SOON,
        () -> "few connections: " + server.call("INFO", "clients"),
        () -> server.call("CLIENT", "LIST") instanceof String list && list.lines().count() < 10);
    try (RespClient client = planes.client()) {
      for (int i = 0; i < 20; i++) {
        client.expect("SET", "{t}a", "x" + i);
        client.expect("WATCH", "{t}b");
        client.expect("MULTI");
        client.expect("GET", "{t}a");
        assertThat(client.call("EXEC")).isEqualTo(List.of("x" + i));
      }
    }
  }
}

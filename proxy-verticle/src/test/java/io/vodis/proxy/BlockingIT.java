package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.SlotRoute;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.ServerBinary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that wait, on real servers. Keys in {t} share a slot. */
class BlockingIT {

  private static final Duration SOON = Duration.ofSeconds(10);

  /** One line per request, words parted by blanks. */
  private static final String STREAM =
      """
      RPUSH {t}l 1 2 3 4 5 6
      BLPOP {t}l 0
      BRPOP {t}none {t}l 0
      BLPOP {t}l
      BLPOP {t}l notanumber
      BLPOP {t}l -1
      BLPOP {t}empty 0.05
      BRPOPLPUSH {t}l {t}m 0
      BRPOPLPUSH {t}empty {t}m 1
      BLMOVE {t}l {t}m LEFT RIGHT 0
      BLMOVE {t}empty {t}m LEFT RIGHT 0.05
      SET {t}s x
      BLPOP {t}s 0
      BLPOP {t}none {t}s {t}l 0
      ZADD {t}z 1 a 2 b 3 c
      BZPOPMIN {t}z 0
      BZPOPMAX {t}none {t}z 0
      BZPOPMIN {t}none 0.05
      XADD {t}x 1-1 f v
      XREAD COUNT 2 BLOCK 50 STREAMS {t}x 0
      XREAD BLOCK 50 STREAMS {t}x $
      XREAD BLOCK 50 STREAMS {t}x {t}y $ 0-0
      XREAD BLOCK nonsense STREAMS {t}x $
      XREAD BLOCK 50 STREAMS {t}s $
      XGROUP CREATE {t}x g 0
      XREADGROUP GROUP g c BLOCK 50 STREAMS {t}x >
      XREADGROUP GROUP g c BLOCK 50 STREAMS {t}x >
      XREADGROUP GROUP no c BLOCK 50 STREAMS {t}x >
      WAIT 0 50
      WAIT 1 50
      WAIT x 50
      WAIT 1 -1
      PING
      """;

  private RedisProcess server;
  private RedisProcess other;
  private Planes planes;

  @BeforeEach
  void start() throws Exception {
    server = RedisProcess.start();
    other = RedisProcess.start();
    planes = Planes.start(2);
    planes.installAll(Planes.serving(server.address()));
  }

  @AfterEach
  void stop() throws Exception {
    planes.close();
    server.close();
    other.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "3"})
  void repliesAreThoseOfAPlainServer(String protocol) {
    assertThat(repliesOf(planes.client(), protocol, false))
        .containsExactlyElementsOf(repliesOf(other.client(), protocol, false));
    server.call("FLUSHALL");
    other.call("FLUSHALL");
    assertThat(repliesOf(planes.client(), protocol, true))
        .containsExactlyElementsOf(repliesOf(other.client(), protocol, true));
  }

  private static List<String> repliesOf(RespClient client, String protocol, boolean pipelined) {
    boolean old = !ServerBinary.standard().version().isAtLeast(6, 2);
    List<String> replies = new ArrayList<>();
    try (client) {
      client.expect("HELLO", protocol);
      List<String[]> requests =
          STREAM
              .strip()
              .lines()
              .filter(line -> !(old && line.startsWith("BLMOVE")))
              .map(line -> line.split(" "))
              .toList();
      for (String[] request : requests) {
        client.send(request);
        if (!pipelined) {
          client.flush();
          replies.add(String.join(" ", request) + " -> " + client.receiveRaw());
        }
      }
      client.flush();
      if (pipelined) {
        requests.forEach(r -> replies.add(String.join(" ", r) + " -> " + client.receiveRaw()));
      }
    }
    return replies;
  }

  private void awaitBlocked(RedisProcess at, int count) {
    Poll.until(
        SOON,
        () -> "waiting clients: " + at.call("INFO", "clients"),
        () -> String.valueOf(at.call("INFO", "clients")).contains("blocked_clients:" + count));
  }

  private static void send(RespClient client, String... request) {
    client.send(request);
    client.flush();
  }

  @Test
  void aWaitingClientGetsWhatAnotherPushesAndItsLaterRequestsWait() {
    try (RespClient waiting = planes.client();
        RespClient pushing = planes.client()) {
      send(waiting, "BLPOP", "q", "0");
      send(waiting, "RPUSH", "after", "1");
      awaitBlocked(server, 1);
      assertThat(pushing.call("EXISTS", "after")).isEqualTo(0L);
      pushing.expect("RPUSH", "q", "a");
      assertThat(waiting.receive()).isEqualTo(List.of("q", "a"));
      assertThat(waiting.receive()).isEqualTo(1L);
    }
  }

  @Test
  void aClientThatGoesIsNotServed() {
    try (RespClient pushing = planes.client()) {
      RespClient waiting = planes.client();
      send(waiting, "BLPOP", "q", "0");
      awaitBlocked(server, 1);
      waiting.close();
      awaitBlocked(server, 0);
      pushing.expect("RPUSH", "q", "a");
      assertThat(pushing.call("LLEN", "q")).isEqualTo(1L);
    }
  }

  private static long calls(RespClient client, String command) {
    Matcher calls =
        Pattern.compile("cmdstat_" + command + ":calls=(\\d+)")
            .matcher(client.expectText("INFO", "commandstats"));
    return calls.find() ? Long.parseLong(calls.group(1)) : 0;
  }

  @Test
  void clientUnblockReachesClientsOfAllLoops() {
    try (RespClient one = planes.client();
        RespClient two = planes.client();
        RespClient third = planes.client()) {
      long idOfOne = one.expectNumber("CLIENT", "ID");
      long idOfTwo = two.expectNumber("CLIENT", "ID");
      assertThat(third.call("CLIENT", "UNBLOCK", Long.toString(idOfOne))).isEqualTo(0L);
      send(one, "BLPOP", "q", "0");
      send(two, "BRPOPLPUSH", "q", "q", "0");
      awaitBlocked(server, 2);
      long before = calls(third, "blpop");
      assertThat(third.call("CLIENT", "UNBLOCK", Long.toString(idOfOne))).isEqualTo(1L);
      // It is answered when the wait is over, not before
      assertThat(calls(third, "blpop")).isEqualTo(before + 1);
      assertThat(third.call("CLIENT", "UNBLOCK", Long.toString(idOfTwo), "ERROR")).isEqualTo(1L);
      assertThat(one.receiveRaw()).isEqualTo("*-1\r\n");
      assertThat(two.receiveRaw()).isEqualTo("-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n");
      assertThat(one.call("PING")).isEqualTo("PONG");
    }
  }

  @Test
  void aFenceDoesNotWaitForThoseWhoWait() throws Exception {
    try (RespClient waiting = planes.client();
        RespClient timed = planes.client();
        RespClient pushing = planes.client()) {
      // Given
      send(waiting, "BLPOP", "q", "0");
      send(timed, "BRPOP", "q2", "3");
      long began = System.nanoTime();
      awaitBlocked(server, 2);
      // When
      planes.installAll(new SlotRoute.Fenced(server.address(), false));
      awaitBlocked(server, 0);
      planes.installAll(new SlotRoute.Migrating(server.address(), other.address()));
      awaitBlocked(other, 2);
      planes.installAll(Planes.serving(other.address()));
      awaitBlocked(other, 2);
      pushing.expect("RPUSH", "q", "a");
      // Then
      assertThat(waiting.receive()).isEqualTo(List.of("q", "a"));
      assertThat(timed.receive()).isNull();
      assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)).isBetween(2900L, 4500L);
    }
  }

  @Test
  void whatIsThereIsPulledBeforeAClientWaits() throws Exception {
    try (RespClient client = planes.client()) {
      server.call("RPUSH", "q", "old");
      planes.installAll(new SlotRoute.Migrating(server.address(), other.address()));
      assertThat(client.call("BLPOP", "q", "0")).isEqualTo(List.of("q", "old"));
    }
  }

  @Test
  void aReaderOfNewEntriesMissesNoneWhileItsStreamMoves() throws Exception {
    try (RespClient reading = planes.client()) {
      server.call("XADD", "s", "5-1", "f", "seen");
      send(reading, "XREAD", "BLOCK", "0", "STREAMS", "s", "$");
      awaitBlocked(server, 1);
      planes.installAll(new SlotRoute.Fenced(server.address(), false));
      awaitBlocked(server, 0);
      server.call("XADD", "s", "6-1", "f", "new");
      planes.installAll(new SlotRoute.Migrating(server.address(), other.address()));
      assertThat(String.valueOf(reading.receive())).contains("6-1").doesNotContain("5-1");
    }
  }

  @Test
  void aLostServerIsToldToThoseWhoPopAndSurvivedByThoseWhoRead() throws Exception {
    try (RespClient popping = planes.client();
        RespClient reading = planes.client()) {
      send(popping, "BLPOP", "q", "0");
      send(reading, "XREAD", "BLOCK", "0", "STREAMS", "s", "0");
      awaitBlocked(server, 2);
      server.kill();
      assertThat(String.valueOf(popping.receive())).contains("may have been executed");
      planes.installAll(Planes.serving(other.address()));
      other.call("XADD", "s", "1-1", "f", "v");
      assertThat(String.valueOf(reading.receive())).contains("1-1");
    }
  }

  @Test
  void waitCountsReplicasThatHaveWhatWasWritten() {
    try (RedisProcess replica = RedisProcess.builder().replicaOf(server.address()).start();
        RespClient client = planes.client()) {
      Poll.until(SOON, "in sync", () -> String.valueOf(replica.call("ROLE")).contains("connected"));
      client.expect("SET", "a", "1");
      assertThat(client.call("WAIT", "1", "5000")).isEqualTo(1L);
      replica.pause();
      client.expect("SET", "a", "2");
      assertThat(client.call("WAIT", "1", "300")).isEqualTo(0L);
      send(client, "WAIT", "1", "0");
      Poll.pass(Duration.ofMillis(200));
      replica.resume();
      assertThat(client.receive()).isEqualTo(1L);
      assertThat(replica.call("GET", "a")).isEqualTo("2");
    }
  }

  @Test
  void aProxyThatStopsEndsThoseWhoWait() throws Exception {
    try (RespClient waiting = planes.client()) {
      send(waiting, "BLPOP", "q", "0");
      awaitBlocked(server, 1);
      long began = System.nanoTime();
      planes.plane.close(Duration.ofSeconds(8)).await(10, TimeUnit.SECONDS);
      assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)).isLessThan(5000);
      assertThat(waiting.receiveRaw()).startsWith("-UNBLOCKED force unblock");
      assertThat(waiting.isClosedByPeer()).isTrue();
    }
  }
}

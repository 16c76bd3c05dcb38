package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** CLIENT and its subcommands, over two loops. */
class ClientCommandsIT {

  private static RedisProcess server;
  private static Planes planes;

  @BeforeAll
  static void start() throws Exception {
    server = RedisProcess.start();
    planes = Planes.start(2);
    planes.installAll(Planes.serving(server.address()));
  }

  @AfterAll
  static void stop() throws Exception {
    planes.close();
    server.close();
  }

  @Test
  void listShowsTheSessionsOfAllLoopsWithTheFieldsThatToolsRead() {
    // Given
    List<RespClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 6; i++) {
        RespClient client = planes.client();
        client.expect("CLIENT", "SETNAME", "list" + i);
        client.expect("SELECT", "3");
        client.expect("GET", "foo");
        clients.add(client);
      }
      // When
      String list = String.valueOf(clients.get(0).expect("CLIENT", "LIST"));
      // Then
      List<Map<String, String>> lines =
          list.lines()
              .map(ClientCommandsIT::fields)
              .filter(f -> String.valueOf(f.get("name")).startsWith("list"))
              .toList();
      assertThat(lines).hasSize(6);
      assertThat(lines).extracting(f -> f.get("id")).doesNotHaveDuplicates();
      assertThat(lines.get(1))
          .containsEntry("db", "3")
          .containsEntry("user", "default")
          .containsEntry("multi", "-1")
          .containsKeys("addr", "laddr", "fd", "age", "idle", "flags", "sub", "psub", "ssub")
          .containsKeys("qbuf", "obl", "oll", "omem", "tot-mem", "events", "redir", "resp");
      assertThat(lines).extracting(f -> f.get("cmd")).contains("get", "client|list");
      String id = String.valueOf(clients.get(2).expect("CLIENT", "ID"));
      assertThat((String) clients.get(0).expect("CLIENT", "LIST", "ID", id)).contains("name=list2");
      assertThat(clients.get(0).expect("CLIENT", "LIST", "TYPE", "replica")).isEqualTo("");
    } finally {
      clients.forEach(RespClient::close);
    }
  }

  private static Map<String, String> fields(String line) {
    return Arrays.stream(line.split(" "))
        .map(field -> field.split("=", 2))
        .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
  }

  @Test
  void killEndsSessionsOfAnyLoop() {
    try (RespClient killer = planes.client();
        RespClient first = planes.client();
        RespClient second = planes.client()) {
      // Given
      String id = String.valueOf(first.expect("CLIENT", "ID"));
      String info = String.valueOf(second.expect("CLIENT", "INFO")).strip();
      String address = String.valueOf(fields(info).get("addr"));
      // When / Then
      assertThat(killer.call("CLIENT", "KILL", "ID", id)).isEqualTo(1L);
      assertThat(killer.call("CLIENT", "KILL", address)).isEqualTo("OK");
      assertThat(killer.call("CLIENT", "KILL", address))
          .isEqualTo(new RespError("ERR No such client"));
      assertThat(first.isClosedByPeer()).isTrue();
      assertThat(second.isClosedByPeer()).isTrue();
      String own = String.valueOf(killer.expect("CLIENT", "ID"));
      assertThat(killer.call("CLIENT", "KILL", "ID", own)).isEqualTo(0L);
      assertThat(killer.call("CLIENT", "KILL", "ID", own, "SKIPME", "no")).isEqualTo(1L);
      assertThat(killer.isClosedByPeer()).isTrue();
    }
  }

  @Test
  void aPauseOfWritesHoldsWritesOnlyUntilItIsOver() {
    try (RespClient operator = planes.client();
        RespClient writer = planes.client();
        RespClient other = planes.client()) {
      // Given
      writer.expect("SET", "paused", "1");
      // When
      operator.expect("CLIENT", "PAUSE", "60000", "WRITE");
      writer.send("SET", "paused", "2");
      writer.send("GET", "paused");
      writer.flush();
      // Then
      assertThat(other.call("GET", "paused")).isEqualTo("1");
      // When
      operator.expect("CLIENT", "UNPAUSE");
      // Then
      assertThat(writer.receive()).isEqualTo("OK");
      assertThat(writer.receive()).isEqualTo("2");
    }
  }

  @Test
  void aPauseOfAllEndsByItself() {
    try (RespClient operator = planes.client();
        RespClient other = planes.client()) {
      // When
      long from = System.nanoTime();
      operator.expect("CLIENT", "PAUSE", "300");
      // Then
      assertThat(other.call("GET", "nothing")).isNull();
      assertThat(Duration.ofNanos(System.nanoTime() - from)).isGreaterThan(Duration.ofMillis(290));
      assertThat(other.call("CLIENT", "PAUSE", "x"))
          .isEqualTo(new RespError("ERR timeout is not an integer or out of range"));
      assertThat(other.call("CLIENT", "PAUSE", "-1"))
          .isEqualTo(new RespError("ERR timeout is negative"));
      assertThat(other.call("CLIENT", "PAUSE", "1", "SOME"))
          .isEqualTo(new RespError("ERR CLIENT PAUSE mode must be WRITE or ALL"));
    }
  }

  @Test
  void repliesCanBeSwitchedOffAndSkipped() {
    try (RespClient client = planes.client()) {
      // When
      client.send("CLIENT", "REPLY", "OFF");
      client.send("SET", "silent", "1");
      client.send("PING");
      client.send("MGET", "silent", "a", "b");
      client.send("NOSUCHCOMMAND");
      client.send("CLIENT", "LIST");
      client.send("CLIENT", "REPLY", "ON");
      client.send("GET", "silent");
      client.send("CLIENT", "REPLY", "SKIP");
      client.send("GET", "silent");
      client.send("PING", "loud");
      client.flush();
      // Then
      assertThat(client.receive()).isEqualTo("OK");
      assertThat(client.receive()).isEqualTo("1");
      assertThat(client.receive()).isEqualTo("loud");
      assertThat(client.call("CLIENT", "REPLY", "MAYBE"))
          .isEqualTo(new RespError("ERR syntax error"));
    }
  }

  @Test
  void aPausedClientThatGoesAwayIsForgotten() {
    try (RespClient operator = planes.client()) {
      // Given
      operator.expect("CLIENT", "PAUSE", "200");
      RespClient paused = planes.client();
      paused.send("GET", "x");
      paused.flush();
      // When
      paused.close();
      // Then
      Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> String.valueOf(operator.expect("CLIENT", "LIST")).lines().count() == 1);
    }
  }
}

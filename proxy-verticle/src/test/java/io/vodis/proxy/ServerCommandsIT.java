package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.ServerBinary;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the proxy answers in the place of a server, compared with servers where they agree. */
class ServerCommandsIT {

  private static RedisProcess lower;
  private static RedisProcess upper;
  private static Planes planes;

  @BeforeAll
  static void start() throws Exception {
    lower = RedisProcess.start();
    upper = RedisProcess.start();
    planes =
        Planes.start(
            2, config -> Planes.withServer(config, Planes.allowing(config.server(), List.of("*"))));
    planes.installHalves(lower.address(), upper.address());
  }

  @AfterAll
  static void stop() throws Exception {
    planes.close();
    lower.close();
    upper.close();
  }

  /** Each is sent to the proxy and to a server, in both protocols. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "PING",
        "PING x",
        "PING x y",
        "ECHO hallo",
        "ECHO",
        "SELECT 3",
        "SELECT x",
        "SELECT 99",
        "SELECT -1",
        "AUTH x",
        "AUTH default x",
        "AUTH a b c",
        "AUTH nobody x",
        "HELLO 4",
        "HELLO x",
        "HELLO 3 SETNAME",
        "HELLO 3 SETNAME a b",
        "HELLO 3 AUTH a",
        "HELLO 2 NOPE",
        "HELLO 3 AUTH nobody x",
        "QUIT",
        "RESET",
        "CLIENT",
        "CLIENT GETNAME",
        "CLIENT SETNAME a\tb",
        "CLIENT SETNAME abc",
        "CLIENT REPLY MAYBE",
        "CLIENT KILL 1.2.3.4:5",
        "CLIENT KILL TYPE x",
        "CLIENT KILL USER x",
        "CLIENT KILL ADDR",
        "CLIENT KILL NOPE x",
        "CLIENT PAUSE x",
        "CLIENT PAUSE -1",
        "CLIENT PAUSE 1 x",
        "CLIENT UNPAUSE",
        "CLIENT LIST TYPE x",
        "CLIENT LIST ID x",
        "CLIENT LIST NOPE",
        "CLIENT LIST TYPE replica",
        "CONFIG GET nosuchsetting",
        "CONFIG SET hash-max-listpack-entries 12",
        "CONFIG GET hash-max-listpack-entries",
        "CONFIG GET maxmemory-policy",
        "CONFIG REWRITE",
        "CONFIG RESETSTAT",
        "SLOWLOG RESET",
        "SLOWLOG LEN",
        "SLOWLOG GET",
        "LATENCY GRAPH x",
        "LATENCY HISTORY x",
        "LATENCY LATEST",
        "LATENCY RESET",
        "ACL WHOAMI",
        "ACL USERS",
        "ACL GETUSER nobody",
        "ACL CAT nope",
        "ACL GENPASS x",
        "ACL GENPASS 0",
        "ROLE",
        "MODULE LIST",
        "READONLY",
        "CLUSTER INFO",
        "CLUSTER SLOTS",
        "CLUSTER NODES",
        "CLUSTER MYID"
      })
  void answersAsAServerDoes(String words) {
    ServerBinary server = ServerBinary.standard();
    assumeTrue(server.version().isAtLeast(6, 2), "other words");
    assumeTrue(
        server.product().equals("redis") || !words.equals("MODULE LIST"),
        "scripts of Valkey are a module");
    String[] command = words.split(" ");
    for (String protocol : List.of("2", "3")) {
      assertThat(raw(planes.client(), protocol, command))
          .as("%s in RESP%s", words, protocol)
          .isEqualTo(raw(lower.client(), protocol, command));
    }
  }

  /** Words that Redis has had since version 7; an older server at hand has no say. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "CLIENT NOPE; -ERR unknown subcommand 'NOPE'. Try CLIENT HELP.",
        "CLIENT REPLY; -ERR wrong number of arguments for 'client|reply' command",
        "CLIENT NO-EVICT ON; +OK",
        "CLIENT NO-EVICT x; -ERR syntax error",
        "CLIENT KILL ID x; -ERR client-id should be greater than 0",
        "CLIENT KILL ID 0; -ERR client-id should be greater than 0",
        "CLIENT PAUSE; -ERR wrong number of arguments for 'client|pause' command",
        "CONFIG GET; -ERR wrong number of arguments for 'config|get' command",
        "CONFIG SET databases 3; -ERR CONFIG SET failed (possibly related to argument 'databases')"
            + " - can't set immutable config",
        "CONFIG SET timeout x; -ERR CONFIG SET failed (possibly related to argument 'timeout') -"
            + " argument couldn't be parsed into an integer",
        "CONFIG SET timeout 7 timeout 8; -ERR CONFIG SET failed (possibly related to argument"
            + " 'timeout') - duplicate parameter",
        "CONFIG SET timeout; -ERR wrong number of arguments for 'config|set' command",
        "SLOWLOG GET x; -ERR count should be greater than or equal to -1",
        "SLOWLOG GET -2; -ERR count should be greater than or equal to -1",
      })
  void answersInTheWordsOfRedis7(String words, String reply) {
    assumeTrue(ServerBinary.standard().product().equals("redis"), "words of its own");
    String[] command = words.split(" ");
    assertThat(raw(planes.client(), "3", command)).isEqualTo(reply + "\r\n");
    int major =
        Integer.parseInt(field(info(lower.client(), "server"), "redis_version").split("\\.")[0]);
    if (major >= 7) {
      assertThat(raw(lower.client(), "3", command)).isEqualTo(reply + "\r\n");
    }
  }

  private static String raw(RespClient connection, String protocol, String... command) {
    try (RespClient client = connection) {
      client.expect("HELLO", protocol);
      client.send(command);
      client.flush();
      return client.receiveRaw();
    }
  }

  @Test
  void infoAddsUpWhatTheServersSay() {
    try (RespClient client = planes.client()) {
      // Given
      lower.call("FLUSHALL");
      upper.call("FLUSHALL");
      client.expect("CONFIG", "RESETSTAT");
      for (int i = 0; i < 100; i++) {
        client.expect("SET", "info" + i, "x");
      }
      client.expect("EXPIRE", "info1", "1000");
      client.call("GET", "info2", "too many");
      client.call("INCR", "info2");
      // When
      Map<String, String> info =
          Awaitility.await()
              .atMost(Duration.ofSeconds(10))
              .until(
                  () -> info(client, "everything"),
                  i -> i.getOrDefault("db0", "").startsWith("keys=100,expires=1,"));
      // Then
      assertThat(info)
          .containsEntry("role", "master")
          .containsEntry("redis_mode", "standalone")
          .containsEntry("redis_version", info(lower.client(), "server").get("redis_version"))
          .containsEntry("loading", "0")
          .containsEntry("connected_slaves", "0")
          .containsEntry("cluster_enabled", "0")
          .containsEntry("proxy_primaries_answering", "2")
          .containsKeys("used_memory", "used_memory_human", "maxmemory", "keyspace_hits")
          .containsKeys("instantaneous_ops_per_sec", "used_cpu_user", "rdb_last_save_time")
          .containsKeys("blocked_clients", "evicted_keys", "latency_percentiles_usec_set");
      assertThat(Long.parseLong(info.get("used_memory")))
          .isGreaterThan(Long.parseLong(info(lower.client(), "memory").get("used_memory")));
      assertThat(info.get("cmdstat_get")).contains("calls=0").contains("rejected_calls=1");
      assertThat(info.get("cmdstat_incr")).contains("calls=1").contains("failed_calls=1");
      assertThat(info.get("errorstat_ERR")).isEqualTo("count=2");
      assertThat(info(client, "default")).doesNotContainKey("cmdstat_set").containsKey("db0");
      assertThat(info(client, "commandstats")).containsKey("cmdstat_set").doesNotContainKey("db0");
    }
  }

  private static Map<String, String> info(RespClient client, String section) {
    Map<String, String> fields = new HashMap<>();
    String.valueOf(client.expect("INFO", section))
        .lines()
        .filter(line -> line.contains(":"))
        .forEach(line -> fields.put(line.split(":", 2)[0], line.split(":", 2)[1]));
    return fields;
  }

  private static String field(Map<String, String> info, String name) {
    return String.valueOf(info.get(name));
  }

  private static List<?> list(RespClient client, String... command) {
    return (List<?>) Objects.requireNonNull(client.expect(command));
  }

  @Test
  void infoShowsWhatTheClientHasJustDone() {
    try (RespClient client = planes.client()) {
      long before = unsaved(client);
      for (int i = 1; i <= 5; i++) {
        // Both in one write: INFO is asked for on another way than SET
        client.send("SET", "counted", Integer.toString(i));
        client.send("INFO", "persistence");
        client.flush();
        assertThat(client.receive()).isEqualTo("OK");
        assertThat(unsaved(String.valueOf(client.receive()))).isEqualTo(before + i);
      }
    }
  }

  private static long unsaved(RespClient client) {
    return unsaved(client.expectText("INFO", "persistence"));
  }

  private static long unsaved(String info) {
    return Long.parseLong(info.replaceAll("(?s).*rdb_changes_since_last_save:(\\d+).*", "$1"));
  }

  @Test
  void aSettingOfTheServersIsChangedOnAllOfThem() {
    try (RespClient client = planes.client()) {
      // When
      client.expect("CONFIG", "SET", "maxmemory-samples", "7", "timeout", "100");
      // Then
      assertThat(lower.call("CONFIG", "GET", "maxmemory-samples"))
          .isEqualTo(List.of("maxmemory-samples", "7"));
      assertThat(upper.call("CONFIG", "GET", "maxmemory-samples"))
          .isEqualTo(List.of("maxmemory-samples", "7"));
      assertThat(client.call("CONFIG", "GET", "maxmemory-samples", "timeout"))
          .isEqualTo(List.of("timeout", "100", "maxmemory-samples", "7"));
      // When
      upper.call("CONFIG", "SET", "maxmemory-samples", "8");
      // Then
      assertThat(client.call("CONFIG", "GET", "maxmemory-samples")).isEqualTo(List.of());
      assertThat(client.call("CONFIG", "SET", "maxmemory-samples", "x"))
          .isInstanceOfSatisfying(
              RespError.class, e -> assertThat(e.message()).startsWith("ERR ").contains("samples"));
      assertThat(client.call("CONFIG", "GET", "requirepass")).isEqualTo(List.of());
      client.expect("CONFIG", "SET", "timeout", "0");
    }
  }

  @Test
  void slowRequestsOfAllLoopsAreKept() {
    try (RespClient client = planes.client();
        RespClient other = planes.client()) {
      // Given
      client.expect("CLIENT", "SETNAME", "slow-one");
      client.expect("CONFIG", "SET", "slowlog-log-slower-than", "0", "slowlog-max-len", "4");
      client.expect("SLOWLOG", "RESET");
      // When
      client.expect("SET", "slow", "1");
      for (int i = 0; i < 3; i++) {
        other.expect("GET", "slow");
        client.expect("APPEND", "slow", "x".repeat(200));
      }
      // Then
      List<?> entries = list(client, "SLOWLOG", "GET", "-1");
      assertThat(entries).hasSize(4);
      List<?> entry =
          entries.stream()
              .map(e -> (List<?>) e)
              .filter(e -> ((List<?>) e.get(3)).contains("APPEND"))
              .findFirst()
              .orElseThrow();
      assertThat(entry).hasSize(6);
      assertThat((List<?>) entry.get(3))
          .isEqualTo(List.of("APPEND", "slow", "x".repeat(128) + "... (72 more bytes)"));
      assertThat(entry.get(4)).asString().startsWith("127.0.0.1:");
      assertThat(entry.get(5)).isEqualTo("slow-one");
      assertThat(client.expectNumber("SLOWLOG", "LEN")).isEqualTo(4);
      // When
      client.expect("CONFIG", "SET", "slowlog-log-slower-than", "-1");
      client.expect("SLOWLOG", "RESET");
      client.expect("GET", "slow");
      // Then
      assertThat(client.expectNumber("SLOWLOG", "LEN")).isZero();
    }
  }

  @Test
  void theTimesOfCommandsAreShownAsAHistogram() {
    try (RespClient client = planes.client()) {
      client.expect("SET", "histogram", "1");
      List<?> shown = list(client, "LATENCY", "HISTOGRAM", "set");
      assertThat(shown.get(0)).isEqualTo("set");
      List<?> figures = (List<?>) shown.get(1);
      assertThat(figures.get(0)).isEqualTo("calls");
      assertThat((Long) figures.get(1)).isPositive();
      List<?> buckets = (List<?>) figures.get(3);
      assertThat(buckets.get(buckets.size() - 1)).isEqualTo(figures.get(1));
    }
  }

  @Test
  void helpHasTheShapeOfRedis() {
    try (RespClient client = planes.client()) {
      for (String command :
          Arrays.asList("CLIENT", "CONFIG", "SLOWLOG", "LATENCY", "ACL", "OBJECT", "MEMORY")) {
        List<?> lines = list(client, command, "HELP");
        assertThat((String) lines.get(0))
            .isEqualTo(command + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
        assertThat(lines.get(lines.size() - 2)).isEqualTo("HELP");
      }
    }
  }

  @Test
  void aDeadGroupDoesNotHoldInfoUp() throws Exception {
    // Given
    try (RedisProcess dying = RedisProcess.start();
        Planes own = Planes.start(1)) {
      own.installHalves(lower.address(), dying.address());
      try (RespClient client = own.client()) {
        assertThat(info(client, "proxy")).containsEntry("proxy_primaries_answering", "2");
        // When
        dying.kill();
        // Then
        Map<String, String> info =
            Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(
                    () -> info(client, "all"),
                    i -> field(i, "proxy_primaries_answering").equals("1"));
        assertThat(info).containsEntry("proxy_primaries", "2").containsKey("used_memory");
      }
    }
  }

  @Test
  void memoryIsThatOfAllServers() {
    try (RespClient client = planes.client()) {
      for (String protocol : List.of("2", "3")) {
        client.expect("HELLO", protocol);
        List<String> names = names(client.expect("MEMORY", "STATS"));
        assertThat(names)
            .containsAll(names(lower.call("MEMORY", "STATS")))
            .contains("total.allocated", "fragmentation");
      }
      client.expect("HELLO", "2");
      List<?> all = client.expectList("MEMORY", "STATS");
      List<?> one = (List<?>) java.util.Objects.requireNonNull(lower.call("MEMORY", "STATS"));
      assertThat((Long) all.get(all.indexOf("startup.allocated") + 1))
          .isGreaterThan((Long) one.get(one.indexOf("startup.allocated") + 1));
      assertThat(client.expectText("MEMORY", "DOCTOR")).isNotBlank();
      assertThat(client.expectText("MEMORY", "MALLOC-STATS")).isNotBlank();
      assertThat(client.call("MEMORY", "PURGE")).isEqualTo(lower.call("MEMORY", "PURGE"));
      client.expect("SET", "weighed", "1234567890");
      assertThat((Long) client.expect("MEMORY", "USAGE", "weighed", "SAMPLES", "0"))
          .isBetween(10L, 200L);
      assertThat(client.call("MEMORY", "USAGE", "nothing")).isNull();
      assertThat(String.valueOf(client.call("MEMORY", "HELP"))).contains("PURGE", "DOCTOR");
      assertThat(String.valueOf(client.call("OBJECT", "HELP"))).contains("ENCODING", "FREQ");
    }
  }

  /** Of a map, or of the flat list that RESP2 makes of it. */
  private static List<String> names(@org.jspecify.annotations.Nullable Object reply) {
    if (reply instanceof java.util.Map<?, ?> map) {
      return map.keySet().stream().map(String::valueOf).toList();
    }
    List<?> flat = (List<?>) java.util.Objects.requireNonNull(reply);
    return java.util.stream.IntStream.range(0, flat.size() / 2)
        .mapToObj(i -> String.valueOf(flat.get(2 * i)))
        .toList();
  }
}

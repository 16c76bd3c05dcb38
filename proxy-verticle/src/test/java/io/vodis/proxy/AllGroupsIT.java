package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.proxy.dispatch.CrossSlot;
import io.vodis.proxy.route.RouteTable;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.ServerBinary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Commands for all groups, through a data plane to real servers, while slots stay and move. */
class AllGroupsIT extends OnTwoServers {

  private static final Duration SOON = Duration.ofSeconds(10);

  private static void fill(RespClient client, int count) {
    List<String[]> commands = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      commands.add(new String[] {"SET", "key:" + i, "v"});
    }
    client.pipeline(commands);
  }

  private static Set<String> scanned(RespClient client, String... options) {
    Set<String> keys = new HashSet<>();
    String cursor = "0";
    do {
      cursor = scanOnce(client, cursor, keys, options);
    } while (!cursor.equals("0"));
    return keys;
  }

  private static String scanOnce(
      RespClient client, String cursor, Set<String> keys, String... options) {
    List<String> command = new ArrayList<>(List.of("SCAN", cursor));
    command.addAll(List.of(options));
    List<?> page = client.expectList(command.toArray(String[]::new));
    ((List<?>) page.get(1)).forEach(key -> keys.add(String.valueOf(key)));
    return String.valueOf(page.get(0));
  }

  @Test
  void everyKeyOfEveryGroupIsCountedScannedAndListed() {
    try (RespClient client = planes.client()) {
      // Given
      fill(client, 3000);
      client.expect("SADD", "set", "1");
      // When / Then
      assertThat(client.call("DBSIZE")).isEqualTo(3001L);
      assertThat(scanned(client)).hasSize(3001);
      assertThat(scanned(client, "COUNT", "100", "TYPE", "set")).containsExactly("set");
      assertThat(scanned(client, "MATCH", "key:29?9", "COUNT", "500")).hasSize(10);
      assertThat((List<?>) client.call("KEYS", "key:12*")).hasSize(111);
      assertThat((List<?>) client.call("KEYS", "nothing*")).isEmpty();
      assertThat(String.valueOf(client.call("RANDOMKEY"))).matches("key:[0-9]+|set");
      client.expect("SELECT", "3");
      assertThat(client.call("DBSIZE")).isEqualTo(0L);
      assertThat(client.call("RANDOMKEY")).isNull();
      assertThat(scanned(client)).isEmpty();
    }
  }

  @Test
  void repliesHaveTheFormsOfTheirProtocol() {
    try (RespClient client = planes.client()) {
      // Given
      client.send("HELLO", "3");
      client.flush();
      client.receive();
      client.expect("SET", "a", "1");
      // When
      client.send("KEYS", "*");
      client.send("SCAN", "0", "COUNT", "10");
      client.send("SCRIPT", "EXISTS", "da39a3ee5e6b4b0d3255bfef95601890afd80709");
      client.send("DEL", "a");
      client.send("RANDOMKEY");
      client.flush();
      // Then
      assertThat(client.receiveRaw()).isEqualTo("*1\r\n$1\r\na\r\n");
      assertThat(client.receiveRaw()).startsWith("*2\r\n$");
      assertThat(client.receiveRaw()).isEqualTo("*1\r\n:0\r\n");
      assertThat(client.receiveRaw()).isEqualTo(":1\r\n");
      assertThat(client.receiveRaw()).isEqualTo("_\r\n");
    }
  }

  @Test
  void errorsAreThoseOfTheServers() {
    try (RespClient client = planes.client()) {
      assertThat(client.call("SCAN", "x")).isEqualTo(new RespError("ERR invalid cursor"));
      assertThat(client.call("SCAN", "0", "COUNT", "0"))
          .isEqualTo(new RespError("ERR syntax error"));
      assertThat(client.call("SCAN", "0", "COUNT", "z"))
          .isEqualTo(new RespError("ERR value is not an integer or out of range"));
      assertThat(client.call("FLUSHALL", "NOW")).isEqualTo(new RespError("ERR syntax error"));
      assertThat(client.call("DBSIZE", "1"))
          .isEqualTo(new RespError("ERR wrong number of arguments for 'dbsize' command"));
    }
  }

  @Test
  void commandsForAllGroupsKeepTheirPlaceInAPipeline() {
    String sync = ServerBinary.standard().version().isAtLeast(6, 2) ? "SYNC" : "ASYNC";
    try (RespClient client = planes.client()) {
      // Given
      for (int i = 0; i < 50; i++) {
        client.send("SET", "foo", "1");
        client.send("SET", "a", "1");
        client.send("DBSIZE");
        client.send("FLUSHALL", i % 2 == 0 ? sync : "ASYNC");
        client.send("DBSIZE");
        client.send("GET", "foo");
      }
      // When
      client.flush();
      // Then
      for (int i = 0; i < 50; i++) {
        assertThat(client.receive()).isEqualTo("OK");
        assertThat(client.receive()).isEqualTo("OK");
        assertThat(client.receive()).isEqualTo(2L);
        assertThat(client.receive()).isEqualTo("OK");
        assertThat(client.receive()).isEqualTo(0L);
        assertThat(client.receive()).isNull();
      }
    }
  }

  @Test
  void aTransactionMayAskAllGroupsToo() {
    try (RespClient client = planes.client()) {
      // When
      client.send("MULTI");
      client.send("SET", "a", "1");
      client.send("DBSIZE");
      client.send("KEYS", "*");
      client.send("SCAN", "0");
      client.send("FLUSHALL");
      client.send("EXEC");
      client.send("PING");
      client.flush();
      // Then
      assertThat(client.receive()).isEqualTo("OK");
      for (int i = 0; i < 5; i++) {
        assertThat(client.receive()).isNotNull();
      }
      Object executed = client.receive();
      // Whether the first page is that of the server with the key depends on the servers' ports.
      assertThat(String.valueOf(executed)).matches("\\[OK, 1, \\[a], \\[\\d+, \\[a?]], OK]");
      assertThat(client.receive()).isEqualTo("PONG");
    }
  }

  @Test
  void aLongListOfKeysIsStreamedToASlowClientAndHoldsUpNobody() {
    try (RespClient client = planes.client();
        RespClient other = planes.client()) {
      // Given
      String padding = "x".repeat(1000);
      for (RedisProcess server : List.of(lower, upper)) {
        server.call(
            "EVAL",
            "for i = 1, 10000 do redis.call('SET', ARGV[1] .. ARGV[2] .. i, 'v') end",
            "0",
            padding,
            Integer.toString(server.port()));
      }
      // When
      client.send("KEYS", "*");
      client.send("PING");
      client.flush();
      Poll.pass(Duration.ofMillis(300));
      // Then
      for (int i = 0; i < 200; i++) {
        other.expect("SET", "k" + i, "v");
      }
      assertThat(other.call("DBSIZE")).isEqualTo(20_200L);
      assertThat(new HashSet<>((List<?>) client.receive())).hasSizeBetween(20_000, 20_200);
      assertThat(client.receive()).isEqualTo("PONG");
    }
  }

  @Test
  void aServerThatIsGoneIsToldAndOthersAreServed() throws Exception {
    try (RedisProcess third = RedisProcess.start();
        RespClient client = planes.client()) {
      // Given
      planes.installHalves(lower.address(), third.address());
      client.expect("SET", "foo", "1");
      client.expect("SET", "a", "1");
      assertThat(client.call("DBSIZE")).isEqualTo(2L);
      // When
      third.kill();
      // Then
      for (String command : List.of("DBSIZE", "FLUSHALL", "RANDOMKEY")) {
        assertThat(String.valueOf(client.call(command))).contains("backend " + third.address());
      }
      assertThat(String.valueOf(client.call("KEYS", "*"))).contains("backend " + third.address());
      assertThat(client.call("PING")).isEqualTo("PONG");
      assertThat(client.call("SET", "foo", "2")).isEqualTo("OK");
    }
  }

  private static List<SlotRange> all(SlotRoute route) {
    return List.of(new SlotRange(0, 1023, route));
  }

  @Test
  void whileSlotsAreFencedCommandsForAllGroupsWait() throws Exception {
    try (RespClient client = planes.client()) {
      // Given
      fill(client, 100);
      planes
          .install(
              List.of(
                  new SlotRange(0, 511, Planes.serving(lower.address())),
                  new SlotRange(512, 1023, new SlotRoute.Fenced(upper.address(), false))))
          .await(10, TimeUnit.SECONDS);
      // When
      client.send("FLUSHALL");
      client.send("DBSIZE");
      client.flush();
      Poll.pass(Duration.ofMillis(200));
      // Then
      assertThat(lower.call("DBSIZE")).isNotEqualTo(0L);
      planes.installHalves(lower.address(), upper.address());
      assertThat(client.receive()).isEqualTo("OK");
      assertThat(client.receive()).isEqualTo(0L);
      assertThat(upper.call("DBSIZE")).isEqualTo(0L);
    }
  }

  @Test
  void whatIsFencedForTooLongIsToBeTriedAgain() throws Exception {
    planes.close();
    SlotConfig slots =
        new SlotConfig(
            Duration.ofMillis(300),
            100,
            io.vodis.config.ByteSize.ofMib(1),
            16,
            Duration.ofMillis(500),
            Duration.ofMillis(50),
            CrossSlot.SAME_SERVER);
    planes = Planes.start(1, config -> Planes.withSlots(config, slots));
    planes.installAll(new SlotRoute.Fenced(upper.address(), false));
    try (RespClient client = planes.client()) {
      for (String command : List.of("DBSIZE", "FLUSHDB", "RANDOMKEY")) {
        assertThat(String.valueOf(client.call(command))).contains("TRYAGAIN");
      }
      assertThat(String.valueOf(client.call("SCAN", "0"))).contains("TRYAGAIN");
      assertThat(String.valueOf(client.call("KEYS", "*"))).contains("TRYAGAIN");
    }
  }

  @Test
  void whileSlotsMigrateEveryKeyIsFoundOnceAndAllAreFlushed() throws Exception {
    try (RespClient client = planes.client()) {
      // Given
      planes.installAll(Planes.serving(lower.address()));
      fill(client, 500);
      planes.installAll(new SlotRoute.Migrating(lower.address(), upper.address()));
      for (int i = 0; i < 100; i++) {
        client.expect("GET", "key:" + i);
      }
      assertThat(upper.call("DBSIZE")).isEqualTo(100L);
      // When / Then
      assertThat(scanned(client, "COUNT", "50")).hasSize(500);
      assertThat((List<?>) client.call("KEYS", "*")).hasSize(500).doesNotHaveDuplicates();
      assertThat(client.call("DBSIZE")).isEqualTo(500L);
      assertThat(client.call("FLUSHDB")).isEqualTo("OK");
      assertThat(lower.call("DBSIZE")).isEqualTo(0L);
      assertThat(upper.call("DBSIZE")).isEqualTo(0L);
      assertThat(client.call("GET", "key:7")).isNull();
    }
  }

  @Test
  void keysOfSlotsThatAServerDoesNotServeAreNotScanned() {
    try (RespClient client = planes.client()) {
      // Given slot 579 of a in the upper half
      lower.call("SET", "a", "left from former times");
      // When / Then
      assertThat(scanned(client)).isEmpty();
    }
  }

  @Test
  void aScanThroughTwoProxiesMissesNothingWhileSlotsMoveAndAServerIsReplaced() throws Exception {
    try (RedisProcess third = RedisProcess.start();
        Planes second = Planes.start(1)) {
      List<Planes> both = List.of(planes, second);
      RouteTable first = new RouteTable(100, StandaloneProxy.spread(List.of(lower.address())));
      install(both, first);
      try (RespClient one = planes.client();
          RespClient two = second.client()) {
        // Given
        fill(one, 2000);
        Set<String> expected = new TreeSet<>();
        for (int i = 0; i < 2000; i++) {
          expected.add("key:" + i);
        }
        Set<String> found = new HashSet<>();
        String cursor = "0";
        int calls = 0;
        // When
        do {
          calls++;
          switch (calls) {
            case 10 -> install(both, table(101, fenced(lower), serving(lower)));
            case 11 -> install(both, table(102, moving(lower, upper), serving(lower)));
            case 12 -> moveAll(one, 0, 512);
            case 20 -> install(both, table(103, serving(upper), serving(lower)));
            case 30 -> install(both, table(104, fenced(upper), serving(lower)));
            case 31 -> install(both, table(105, moving(upper, lower), serving(lower)));
            case 32 -> moveAll(one, 0, 512);
            case 40 -> install(both, table(106, serving(lower), serving(lower)));
            case 45 -> replaceLowerBy(third, both);
            default -> {}
          }
          cursor = scanOnce(calls % 2 == 0 ? one : two, cursor, found, "COUNT", "20");
        } while (!cursor.equals("0") && calls < 5000);
        // Then
        assertThat(calls).isBetween(46, 4999);
        expected.removeAll(found);
        assertThat(expected).isEmpty();
      }
    }
  }

  private static void replaceLowerBy(RedisProcess third, List<Planes> both) throws Exception {
    third.call("REPLICAOF", lower.address().host(), Integer.toString(lower.port()));
    Poll.until(SOON, "in sync", () -> String.valueOf(third.call("ROLE")).contains("connected"));
    SlotRoute fence = new SlotRoute.Fenced(lower.address(), true);
    install(both, table(107, fence, fence));
    third.call("REPLICAOF", "NO", "ONE");
    install(both, table(108, serving(third), serving(third)));
  }

  private static SlotRoute serving(RedisProcess server) {
    return Planes.serving(server.address());
  }

  private static SlotRoute fenced(RedisProcess server) {
    return new SlotRoute.Fenced(server.address(), false);
  }

  private static SlotRoute moving(RedisProcess source, RedisProcess target) {
    return new SlotRoute.Migrating(source.address(), target.address());
  }

  private static RouteTable table(long epoch, SlotRoute low, SlotRoute high) {
    return new RouteTable(
        epoch, List.of(new SlotRange(0, 511, low), new SlotRange(512, 1023, high)));
  }

  private static void install(List<Planes> all, RouteTable table) throws Exception {
    for (Planes each : all) {
      each.plane.install(table).await(10, TimeUnit.SECONDS);
    }
  }

  /** A read moves its key. */
  private static void moveAll(RespClient client, int from, int to) {
    List<String[]> reads = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      reads.add(new String[] {"GET", "key:" + i});
    }
    assertThat(client.pipeline(reads)).doesNotContainNull();
  }

  @Test
  void scriptsAreLoadedAndForgottenEverywhere() {
    try (RespClient client = planes.client()) {
      // When
      String sha = String.valueOf(client.expect("SCRIPT", "LOAD", "return KEYS[1]"));
      // Then
      for (String key : List.of("foo", "a")) {
        assertThat(client.call("EVALSHA", sha, "1", key)).isEqualTo(key);
      }
      assertThat(client.call("SCRIPT", "EXISTS", sha, "x".repeat(40))).isEqualTo(List.of(1L, 0L));
      assertThat(client.call("SCRIPT", "FLUSH")).isEqualTo("OK");
      assertThat(client.call("SCRIPT", "EXISTS", sha)).isEqualTo(List.of(0L));
      assertThat(String.valueOf(client.call("EVALSHA", sha, "1", "a"))).contains("NOSCRIPT");
      assertThat(String.valueOf(client.call("SCRIPT", "KILL"))).contains("NOTBUSY");
      assertThat(String.valueOf(client.call("SCRIPT", "DEBUG", "YES"))).contains("NOPERM");
    }
  }

  @Test
  void aScriptThatAGroupLacksIsLoadedByTheProxy() {
    String body = "redis.call('SET', KEYS[1], ARGV[1]) return ARGV[1]";
    try (RespClient client = planes.client();
        RespClient other = planes.client()) {
      // Given
      String sha = String.valueOf(lower.call("SCRIPT", "LOAD", body));
      lower.call("SCRIPT", "FLUSH");
      assertThat(client.call("EVAL", body, "1", "foo", "1")).isEqualTo("1");
      // When: the upper server has never heard of it
      client.send("SET", "a", "0");
      client.send("EVALSHA", sha.toUpperCase(java.util.Locale.ROOT), "1", "a", "2");
      client.send("GET", "a");
      client.flush();
      // Then
      assertThat(client.receive()).isEqualTo("OK");
      assertThat(client.receive()).isEqualTo("2");
      assertThat(client.receive()).isEqualTo("2");
      for (int i = 0; i < 100; i++) {
        assertThat(other.call("EVALSHA", sha, "1", "key" + i, "3")).isEqualTo("3");
      }
    }
  }

  @Test
  void aScriptThatRunsTooLongCanBeKilled() throws Exception {
    try (RedisProcess slow = RedisProcess.builder().option("lua-time-limit", "50").start();
        RespClient observer = slow.client()) {
      planes.installHalves(slow.address(), upper.address());
      try (RespClient busy = planes.client();
          RespClient client = planes.client()) {
        // Given
        busy.send("EVAL", "while true do end", "1", "foo");
        busy.flush();
        Poll.until(SOON, "busy", () -> String.valueOf(observer.call("PING")).contains("BUSY"));
        // When / Then
        assertThat(client.call("SCRIPT", "KILL")).isEqualTo("OK");
        assertThat(String.valueOf(busy.receive())).contains("killed");
      }
    }
  }

  @Test
  void functionsLiveInAllGroups() throws Exception {
    for (ServerBinary binary : ServerBinary.all()) {
      if (!binary.version().isAtLeast(7, 0)) {
        continue;
      }
      try (RedisProcess one = RedisProcess.builder().binary(binary.path()).start();
          RedisProcess two = RedisProcess.builder().binary(binary.path()).start()) {
        planes.installHalves(one.address(), two.address());
        try (RespClient client = planes.client()) {
          // When
          String code =
              "#!lua name=lib\nredis.register_function('f', function(k, a) return k[1] end)";
          assertThat(client.call("FUNCTION", "LOAD", code)).isEqualTo("lib");
          // Then
          assertThat(client.call("FCALL", "f", "1", "foo")).isEqualTo("foo");
          assertThat(client.call("FCALL", "f", "1", "a")).isEqualTo("a");
          assertThat(String.valueOf(client.call("FUNCTION", "LOAD", code)))
              .contains("already exists");
          assertThat((List<?>) client.call("FUNCTION", "LIST")).hasSize(1);
          assertThat(String.valueOf(client.call("FUNCTION", "STATS"))).contains("running_script");
          assertThat(String.valueOf(client.call("FUNCTION", "KILL"))).contains("NOTBUSY");
          byte[] dump = client.expectBytes("FUNCTION", "DUMP");
          assertThat(client.call("FUNCTION", "DELETE", "lib")).isEqualTo("OK");
          assertThat(
                  client.call(
                      "FUNCTION".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                      "RESTORE".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                      dump))
              .isEqualTo("OK");
          assertThat(client.call("FCALL", "f", "1", "a")).isEqualTo("a");
          assertThat(client.call("FUNCTION", "FLUSH")).isEqualTo("OK");
          assertThat((List<?>) client.call("FUNCTION", "LIST")).isEmpty();
        }
      }
    }
  }
}

package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.RespPush;
import io.vodis.testsupport.workload.SlotOracle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The primary of a group is replaced, by ha and topom themselves, while clients of every kind are
 * at work on its slots: each gets the right thing or a documented error, and none hangs.
 */
class FailoverClientsIT {

  private static final Logger LOGGER = LoggerFactory.getLogger(FailoverClientsIT.class);
  private static final Duration DOWN_AFTER = Duration.ofSeconds(1);

  /** Until clients have an answer: death is noticed, a replica is promoted, all is told. */
  private static final Duration LIMIT = Duration.ofSeconds(15);

  /** Any slot of the group that fails over. */
  private static final int SLOT = 7;

  private static final int KEYS = 2000;

  /** What a client may be told instead of a reply; see docs/compatibility.md. */
  private static final String DOCUMENTED =
      "(ERR backend .*(nothing was executed|may have been executed).*|TRYAGAIN .*|UNBLOCKED .*)";

  /** How the primary goes. */
  enum Way {
    KILLED,
    SWITCHED_OVER
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void clientsOfEveryKindGoOn(Way way) throws Exception {
    ClusterPlan plan =
        ClusterPlan.small()
            .withServers(2, 1)
            .with(Role.PROXY, 1)
            .with(Role.HA, 1)
            .with(Role.HA, "down_after", DOWN_AFTER.toMillis() + "ms")
            .with(Role.HA, "probe_interval", "300ms")
            .with(Role.HA, "probe_timeout", "300ms")
            .withRedis(null, Map.of("notify-keyspace-events", "KEA"));
    try (VodisCluster cluster = VodisCluster.start(plan);
        ExecutorService threads = Executors.newCachedThreadPool()) {
      new Scene(cluster, way, threads).play();
    }
  }

  /** One run. */
  private static final class Scene {

    private final VodisCluster cluster;
    private final Way way;
    private final ExecutorService threads;
    private final HostAndPort proxy;
    private final RedisProcess primary;
    private final RedisProcess replica;
    private final List<AutoCloseable> clients = new ArrayList<>();

    Scene(VodisCluster cluster, Way way, ExecutorService threads) {
      this.cluster = cluster;
      this.way = way;
      this.threads = threads;
      proxy = cluster.proxies().getFirst();
      primary = cluster.server(1, 0);
      replica = cluster.server(1, 1);
    }

    void play() throws Exception {
      try {
        run();
      } finally {
        for (AutoCloseable client : clients) {
          client.close();
        }
      }
    }

    private void run() throws Exception {
      // Given
      Set<String> keys = fill();
      Blocked popping = blocked("BLPOP", key("pop"), "0");
      Blocked moving = blocked("BLMOVE", key("from"), key("to"), "LEFT", "RIGHT", "0");
      client().expect("XADD", key("stream"), "1-1", "f", "before");
      Blocked reading = blocked("XREAD", "BLOCK", "0", "STREAMS", key("stream"), "$");
      Poll.until(LIMIT, "three clients wait", () -> blockedAt(primary) == 3);
      Listener channel = listener("SUBSCRIBE", key("channel"));
      Listener pattern = listener("PSUBSCRIBE", "chan*");
      Listener events = listener("PSUBSCRIBE", "__keyevent@0__:set");
      Listener shard = knows("ssubscribe") ? listener("SSUBSCRIBE", key("shard")) : null;
      Listener monitor = listener("MONITOR");
      RespClient transaction = client();
      transaction.expect("MULTI");
      transaction.expect("INCR", key("counter"));
      RespClient watcher = client();
      watcher.expect("WATCH", key("watched"));
      RespClient tracker = client();
      tracker.expect("HELLO", "3");
      tracker.expect("CLIENT", "TRACKING", "ON");
      tracker.expect("GET", key("tracked"));
      RespClient scanner = client();
      Set<String> scanned = new HashSet<>();
      String cursor = "0";
      for (int page = 0; page < 3; page++) {
        cursor = scan(scanner, cursor, scanned);
      }
      awaitReplicated();

      // When
      long began = System.nanoTime();
      Future<List<Object>> surveys = threads.submit(this::askAllGroupsMeanwhile);
      replace();
      Poll.until(LIMIT, "writes", () -> "OK".equals(client(c -> c.call("SET", key("w"), "1"))));
      LOGGER.info("{}: written after {} ms", way, (System.nanoTime() - began) / 1_000_000);

      // Then those who wait
      client().expect("XADD", key("stream"), "2-1", "f", "after");
      client().expect("RPUSH", key("pop"), "popped");
      client().expect("RPUSH", key("from"), "moved");
      assertThat(String.valueOf(reading.reply())).contains("2-1").contains("after");
      assertPopped(popping, key("pop"), "popped");
      assertMoved(moving);
      // Then those who listen
      awaitHeard(channel, () -> client(c -> c.call("PUBLISH", key("channel"), "hello")), "hello");
      awaitHeard(pattern, () -> client(c -> c.call("PUBLISH", key("channel"), "hi all")), "hi all");
      if (shard != null) {
        awaitHeard(shard, () -> client(c -> c.call("SPUBLISH", key("shard"), "to all")), "to all");
      }
      awaitHeard(events, () -> client(c -> c.call("SET", key("event"), "1")), key("event"));
      awaitHeard(monitor, () -> client(c -> c.call("GET", key("seen"))), key("seen"));
      // Then transactions
      assertTransaction(transaction);
      watcher.expect("MULTI");
      watcher.expect("SET", key("watched"), "1");
      assertThat(watcher.call("EXEC")).isNull();
      assertThat(watcher.call("GET", key("watched"))).isNull();
      // Then what was read is told to be old
      tracker.timeout(LIMIT);
      assertThat(String.valueOf(tracker.receive())).contains("invalidate").contains("null");
      Poll.until(LIMIT, "it is told of its key again", () -> isToldOf(tracker, key("tracked")));
      // Then all groups
      assertThat(surveys.get(60, TimeUnit.SECONDS))
          .isNotEmpty()
          .allSatisfy(Scene::assertNumberOrDocumented);
      while (!cursor.equals("0")) {
        cursor = scan(scanner, cursor, scanned);
      }
      assertThat(scanned).containsAll(keys);
      assertThat(new HashSet<Object>(client().expectList("KEYS", "*"))).containsAll(keys);
      assertThat(client().expectNumber("DBSIZE")).isEqualTo(replica.keyCount() + keysOfGroup2());
      assertThat(cluster.primaries().getFirst()).isEqualTo(replica.address());
    }

    /** It may be told to forget everything more often than need be. */
    private boolean isToldOf(RespClient tracker, String key) {
      tracker.send("GET", key);
      tracker.flush();
      while (tracker.receive() instanceof RespPush early) {
        assertThat(early.items()).contains("invalidate");
      }
      client(other -> other.call("SET", key, "new"));
      return String.valueOf(tracker.receive()).contains(key);
    }

    /** Shard channels came with Redis 7. */
    private boolean knows(String command) {
      return primary.call("COMMAND", "INFO", command) instanceof List<?> found
          && found.getFirst() != null;
    }

    private long keysOfGroup2() {
      return cluster.server(2, 0).keyCount();
    }

    private void replace() {
      if (way == Way.KILLED) {
        primary.kill();
      } else {
        cluster
            .admin()
            .post(
                "/groups/1/promote", new JsonObject().put("server", replica.address().toString()));
      }
    }

    private Set<String> fill() {
      Set<String> keys = new HashSet<>();
      List<String[]> sets = new ArrayList<>();
      for (int i = 0; i < KEYS; i++) {
        keys.add("key" + i);
        sets.add(new String[] {"SET", "key" + i, "v"});
      }
      assertThat(client().pipeline(sets)).containsOnly("OK");
      return keys;
    }

    private static String scan(RespClient client, String cursor, Set<String> into) {
      Object reply = client.call("SCAN", cursor, "COUNT", "20");
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (reply instanceof RespError error) {
        assertThat(error.message()).matches(DOCUMENTED);
        assertThat(System.nanoTime()).isLessThan(deadline);
        reply = client.call("SCAN", cursor, "COUNT", "20");
      }
      List<?> page = (List<?>) java.util.Objects.requireNonNull(reply);
      ((List<?>) java.util.Objects.requireNonNull(page.get(1)))
          .forEach(key -> into.add(String.valueOf(key)));
      return String.valueOf(page.get(0));
    }

    /** Asks until the primary has been replaced; every answer comes within the limit. */
    private List<Object> askAllGroupsMeanwhile() {
      List<Object> answers = new ArrayList<>();
      try (RespClient client = RespClient.connect(proxy, LIMIT)) {
        while (!cluster.primaries().getFirst().equals(replica.address())) {
          answers.add(String.valueOf(client.call("DBSIZE")));
          answers.add(textOf(client.call("KEYS", "key1")));
          answers.add(textOf(client.call("SCAN", "0", "COUNT", "1")));
          Poll.pass(Duration.ofMillis(50));
        }
      }
      return answers;
    }

    private static String textOf(@Nullable Object reply) {
      return String.valueOf(reply);
    }

    private static void assertNumberOrDocumented(Object answer) {
      String text = String.valueOf(answer);
      assertThat(text).matches("(?s)\\d+|\\[.*]|RespError\\[message=" + DOCUMENTED + "]");
    }

    private void assertTransaction(RespClient transaction) {
      Object reply = transaction.call("EXEC");
      assertThat(reply).isEqualTo(List.of(1L));
      assertThat(client().call("GET", key("counter"))).isEqualTo("1");
    }

    /** An element that nobody was given must still be there. */
    private void assertPopped(Blocked popping, String list, String element) throws Exception {
      Object reply = popping.reply();
      if (reply instanceof RespError error) {
        assertThat(way).isEqualTo(Way.KILLED);
        assertThat(error.message()).matches(DOCUMENTED);
        assertThat(client().expectList("LRANGE", list, "0", "-1")).isEqualTo(List.of(element));
      } else {
        assertThat(reply).isEqualTo(List.of(list, element));
        assertThat(client().expectNumber("LLEN", list)).isZero();
      }
    }

    private void assertMoved(Blocked moving) throws Exception {
      Object reply = moving.reply();
      String list = reply instanceof RespError ? key("from") : key("to");
      if (reply instanceof RespError error) {
        assertThat(way).isEqualTo(Way.KILLED);
        assertThat(error.message()).matches(DOCUMENTED);
      } else {
        assertThat(reply).isEqualTo("moved");
      }
      assertThat(client().expectList("LRANGE", list, "0", "-1")).isEqualTo(List.of("moved"));
    }

    private void awaitHeard(Listener listener, Runnable say, String words) {
      Poll.until(
          LIMIT,
          () -> words + " is heard: " + listener.heard() + ", end " + listener.end(),
          () -> {
            if (listener.hasHeard(words)) {
              return true;
            }
            say.run();
            Poll.pass(Duration.ofMillis(100));
            return listener.hasHeard(words);
          });
    }

    private void awaitReplicated() {
      Poll.until(
          LIMIT,
          "the replica has everything",
          () -> {
            try (RespClient direct = primary.client()) {
              direct.expect("SET", key("mark"), "1");
              return direct.expectNumber("WAIT", "1", "500") == 1;
            }
          });
    }

    private static long blockedAt(RedisProcess server) {
      return String.valueOf(server.call("INFO", "clients"))
          .lines()
          .filter(line -> line.startsWith("blocked_clients:"))
          .mapToLong(line -> Long.parseLong(line.substring("blocked_clients:".length()).strip()))
          .sum();
    }

    private static String key(String name) {
      return SlotOracle.keyIn(SLOT, name);
    }

    private RespClient client() {
      RespClient client = RespClient.connect(proxy, LIMIT);
      clients.add(client);
      return client;
    }

    private @Nullable Object client(java.util.function.Function<RespClient, @Nullable Object> use) {
      try (RespClient client = RespClient.connect(proxy, LIMIT)) {
        return use.apply(client);
      }
    }

    private Listener listener(String... command) {
      RespClient client = client();
      client.expect(command);
      Listener listener = new Listener(client);
      clients.add(listener);
      return listener;
    }

    private Blocked blocked(String... command) {
      RespClient client = client();
      client.timeout(Duration.ofMinutes(1));
      return new Blocked(threads.submit(() -> client.call(command)));
    }
  }

  /** The reply that somebody waits for. */
  private record Blocked(Future<@Nullable Object> future) {
    @Nullable Object reply() throws Exception {
      return future.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}

package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonObject;
import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.model.Topology;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.ServerBinary;
import io.vodis.testsupport.workload.Workload;
import io.vodis.testsupport.workload.WorkloadReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A product on Redis 3.2, which knows no UNLINK, no MEMORY, no users, no password in MIGRATE, no
 * replication ids and no RESP3.
 */
class OldServersIT {

  private static final Logger LOGGER = LoggerFactory.getLogger(OldServersIT.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int HALF = Topology.SLOT_COUNT / 2;
  private static final int FIELDS = 20_000;

  private static ClusterPlan plan(String name) {
    Optional<ServerBinary> found = ServerBinary.oldest();
    assumeTrue(found.isPresent(), "Redis 3.2 does not run on this machine");
    ServerBinary old = found.orElseThrow();
    return ClusterPlan.small()
        .named(name)
        .withRedis(old.path(), Map.of())
        .with(Role.TOPOM, "migration_big_key_bytes", "256kb");
  }

  private static Workload load(VodisCluster cluster) {
    return Workload.start(
        Workload.Settings.over(cluster.proxies())
            .withConnections(4)
            .withoutUnlink()
            .withPause(Duration.ofMillis(5)));
  }

  /**
   * Their MIGRATE confuses the expiries of keys that go together, and could not sign in, so topom
   * carries them.
   */
  @Test
  void halfOfTheSlotsMoveUnderLoadWithWhatIsBig() {
    try (VodisCluster cluster = VodisCluster.start(plan("old").withPassword("secret"))) {
      // Given
      HostAndPort proxy = cluster.proxies().getFirst();
      Workload load = load(cluster);
      fillBigKeys(proxy);

      // When
      cluster.migrateAndAwait(HALF, Topology.SLOT_COUNT - 1, 1, PATIENCE);
      WorkloadReport report = load.stop();
      LOGGER.info("{}", report);

      // Then
      Checks.assertUndisturbed(report);
      Checks.assertNothingLost(cluster, load);
      assertThat(bigKeys(proxy).toString()).isEqualTo("[20000, 20000, 20000, 20000, 1048576]");
      assertThat(cluster.server(2, 0).call("INFO", "commandstats"))
          .asString()
          .as("big keys are deleted in pieces")
          .contains("cmdstat_hdel", "cmdstat_zremrangebyrank");
      for (int groupId = 1; groupId <= 2; groupId++) {
        assertThat(cluster.server(groupId, 0).call("KEYS", "__vodis:copy*")).isEqualTo(List.of());
      }
      JsonObject checked = cluster.admin().post("/fsck", new JsonObject().put("repair", false));
      assertThat(checked.getLong("strayKeys")).as(checked.encode()).isZero();
    }
  }

  private static void fillBigKeys(HostAndPort proxy) {
    try (RespClient client = RespClient.connect(proxy)) {
      client.expect("SELECT", "1");
      for (int i = 0; i < FIELDS; i += 1000) {
        for (String[] command : List.of(words("HMSET", "h"), words("ZADD", "z"))) {
          client.expect(filled(command, i, true));
        }
        for (String[] command : List.of(words("RPUSH", "l"), words("SADD", "s"))) {
          client.expect(filled(command, i, false));
        }
      }
      client.expect("SETRANGE", "t", "1048575", "x");
    }
  }

  private static String[] words(String... words) {
    return words;
  }

  private static String[] filled(String[] command, int from, boolean pairs) {
    List<String> all = new ArrayList<>(List.of(command));
    for (int i = from; i < from + 1000; i++) {
      if (pairs) {
        all.add(Integer.toString(i));
      }
      all.add("the element of number " + i);
    }
    return all.toArray(String[]::new);
  }

  private static List<Object> bigKeys(HostAndPort proxy) {
    try (RespClient client = RespClient.connect(proxy)) {
      client.expect("SELECT", "1");
      List<Object> sizes = new ArrayList<>();
      for (String question : List.of("HLEN h", "ZCARD z", "LLEN l", "SCARD s", "STRLEN t")) {
        sizes.add(client.expectNumber(question.split(" ")));
      }
      return sizes;
    }
  }

  @Test
  void aReplicaTakesOverAndTheOldPrimaryFollowsItWhenItReturns() {
    ClusterPlan plan =
        plan("old-failover")
            .withServers(2, 1)
            .withPassword("secret")
            .with(Role.HA, 3)
            .with(Role.HA, "down_after", "1s")
            .with(Role.HA, "probe_interval", "300ms")
            .with(Role.HA, "probe_timeout", "300ms");
    try (VodisCluster cluster = VodisCluster.start(plan)) {
      // Given
      RedisProcess victim = cluster.server(1, 0);
      RedisProcess replica = cluster.server(1, 1);
      Poll.until(
          PATIENCE,
          () -> "the replica follows: " + replica.log(),
          () -> roleOf(replica).contains("connected"));
      try (RespClient client = RespClient.connect(cluster.proxies().getFirst())) {
        for (int i = 0; i < 200; i++) {
          client.expect("SET", "k" + i, "v" + i);
        }
        Poll.until(PATIENCE, "the replica has all", () -> victim.keyCount() == replica.keyCount());

        // When
        victim.kill();
        Poll.until(
            PATIENCE,
            "the replica has taken over",
            () -> cluster.primaries().contains(replica.address()));
        for (int i = 0; i < 200; i++) {
          String key = "k" + i;
          Poll.until(PATIENCE, key, () -> ("v" + key.substring(1)).equals(client.call("GET", key)));
          client.expect("APPEND", key, "!");
        }
        victim.restart();

        // Then
        Poll.until(
            PATIENCE,
            () -> "it follows: " + roleOf(victim),
            () -> roleOf(victim).startsWith("[slave") && roleOf(victim).contains("connected"));
        Poll.until(PATIENCE, "it has all", () -> victim.keyCount() == replica.keyCount());
        for (int i = 0; i < 200; i++) {
          assertThat(client.call("GET", "k" + i)).isEqualTo("v" + i + "!");
        }
      }
    }
  }

  private static String roleOf(RedisProcess server) {
    return String.valueOf(server.call("ROLE"));
  }

  /** What clients see: of each family of commands one that needs care. */
  @Test
  void clientsAreServedAsByAnyOther() {
    try (VodisCluster cluster = VodisCluster.start(plan("old-clients"));
        RespClient client = RespClient.connect(cluster.proxies().getFirst());
        RespClient other = RespClient.connect(cluster.proxies().getLast())) {
      assertThat(client.expectText("INFO", "server")).contains("redis_version:3.2.5");
      assertThat(client.call("UNLINK", "a")).asString().contains("unknown command");
      assertThat(client.call("HELLO", "3")).asString().contains("NOPROTO");
      assertThat(String.valueOf(client.expectList("COMMAND", "INFO", "get").getFirst()))
          .startsWith("[get, 2, ");
      assertThat(client.expectList("CONFIG", "GET", "maxmemory-policy").toString())
          .isEqualTo("[maxmemory-policy, noeviction]");
      assertThat(client.expectText("INFO", "memory")).contains("used_memory:");
      assertThat(client.call("MSET", "a", "1", "b", "2", "c", "3")).isEqualTo("OK");
      assertThat(client.expectNumber("DBSIZE")).isEqualTo(3);
      assertThat(client.expectList("SCAN", "0", "COUNT", "1000")).hasSize(2);

      client.expect("WATCH", "a");
      client.expect("MULTI");
      client.expect("INCR", "a");
      assertThat(client.expectList("EXEC").toString()).isEqualTo("[2]");
      String script = "return redis.call('INCRBY', KEYS[1], ARGV[1])";
      assertThat(client.expectNumber("EVAL", script, "1", "a", "5")).isEqualTo(7);
      String sha = client.expectText("SCRIPT", "LOAD", script);
      assertThat(client.expectNumber("EVALSHA", sha, "1", "b", "5")).isEqualTo(7);

      other.expect("SUBSCRIBE", "news");
      assertThat(client.expectNumber("PUBLISH", "news", "hello")).isEqualTo(1);
      assertThat(String.valueOf(other.receive())).contains("hello");
      other.expect("UNSUBSCRIBE", "news");

      other.send("BLPOP", "queue", "20");
      other.flush();
      Poll.until(
          PATIENCE,
          "somebody waits",
          () -> isAnybodyBlocked(cluster.server(1, 0)) || isAnybodyBlocked(cluster.server(2, 0)));
      client.expect("RPUSH", "queue", "x");
      assertThat(String.valueOf(other.receive())).isEqualTo("[queue, x]");
    }
  }

  private static boolean isAnybodyBlocked(RedisProcess server) {
    return String.valueOf(server.call("INFO", "clients")).contains("blocked_clients:1");
  }
}

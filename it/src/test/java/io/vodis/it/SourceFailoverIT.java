package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.slot.SlotHash;
import io.vodis.slot.SlotProof;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The source of a move dies while its replica has not heard which keys had left: it brings them
 * back as they were, beside what clients have written on the target since.
 */
class SourceFailoverIT {

  private static final Logger LOGGER = LoggerFactory.getLogger(SourceFailoverIT.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** So many are open at once. */
  private static final int SLOTS = 32;

  private static final int USED = 100;
  private static final int COLD = 400;

  /** So that the move lasts longer than the failover. */
  private static final int KEYS_PER_SECOND = 25;

  /** Adds to its keys one after the other, and counts what was acknowledged. */
  private static final class Counting implements Runnable {
    private final HostAndPort proxy;
    private final List<String> keys;
    private final long[] acknowledged;
    private volatile boolean over;
    private volatile int rounds;

    private Counting(HostAndPort proxy, List<String> keys) {
      this.proxy = proxy;
      this.keys = keys;
      this.acknowledged = new long[keys.size()];
    }

    @Override
    public void run() {
      try (RespClient client = RespClient.connect(proxy)) {
        while (!over) {
          for (int i = 0; i < keys.size(); i++) {
            if (client.call("INCR", keys.get(i)) instanceof Long) {
              acknowledged[i]++;
            }
          }
          rounds++;
        }
      }
    }
  }

  @Test
  void whatWasWrittenOnTheTargetIsNotLostToWhatTheSourceBringsBack() throws Exception {
    ClusterPlan plan =
        ClusterPlan.small()
            .withServers(2, 1)
            .with(Role.HA, 3)
            .with(Role.HA, "down_after", "1s")
            .with(Role.HA, "probe_interval", "300ms")
            .with(Role.HA, "probe_timeout", "300ms");
    List<String> used = keys("used-", USED);
    try (VodisCluster cluster = VodisCluster.start(plan);
        RespClient client = RespClient.connect(cluster.proxies().getFirst())) {
      // Given a move that is slow, with counters that are used and keys that nobody asks for
      for (String key : keys("cold-", COLD)) {
        client.expect("SET", key, key);
      }
      used.forEach(key -> client.expect("SET", key, "1000"));
      RedisProcess source = cluster.server(1, 0);
      RedisProcess replica = cluster.server(1, 1);
      awaitSameData(source, replica);
      cluster.admin().patch("/migration", new JsonObject().put("keysPerSecond", KEYS_PER_SECOND));
      cluster.admin().migrate(0, SLOTS - 1, 2);
      Poll.until(PATIENCE, "all slots are open", () -> allMigrating(cluster));

      // When the replica is cut off, then the counters move and count, then the source dies
      replica.call("CONFIG", "SET", "masterauth", "wrong");
      source.call("CLIENT", "KILL", "TYPE", "replica");
      Counting counting = new Counting(cluster.proxies().getFirst(), used);
      Thread thread = Thread.ofVirtual().start(counting);
      Poll.until(PATIENCE, "all counters have moved", () -> counting.rounds >= 3);
      assertThat(countOf(replica, used)).as("old copies on the replica").isGreaterThan(USED / 2);
      source.kill();
      Poll.until(
          PATIENCE,
          "the replica has taken over",
          () -> cluster.primaries().getFirst().equals(replica.address()));
      assertThat(cluster.topology().slots()).anyMatch(slot -> !slot.isIdle());
      cluster.admin().patch("/migration", new JsonObject().put("keysPerSecond", 0));
      cluster.awaitIdle(PATIENCE);
      counting.over = true;
      thread.join();

      // Then
      for (int i = 0; i < used.size(); i++) {
        assertThat(Long.parseLong(client.expectText("GET", used.get(i))))
            .as(used.get(i))
            .isGreaterThanOrEqualTo(1000 + counting.acknowledged[i]);
      }
      for (String key : keys("cold-", COLD)) {
        assertThat(client.expectBytes("GET", key)).as(key).asString().isEqualTo(key);
      }
      assertThat(replica.call("DBSIZE")).isEqualTo(0L);
      assertThat(cluster.server(2, 0).call("EXISTS", proofs())).isEqualTo(0L);
      LOGGER.info("{} rounds of {} counters", counting.rounds, USED);
    }
  }

  private static String proofs() {
    return new String(SlotProof.key(), StandardCharsets.US_ASCII);
  }

  private static List<String> keys(String prefix, int count) {
    List<String> keys = new ArrayList<>();
    for (int i = 0; keys.size() < count; i++) {
      String key = prefix + i;
      if (SlotHash.slotOf(key.getBytes(StandardCharsets.US_ASCII)) < SLOTS) {
        keys.add(key);
      }
    }
    return keys;
  }

  private static boolean allMigrating(VodisCluster cluster) {
    var actions = cluster.admin().actions().stream().map(JsonObject.class::cast).toList();
    return actions.size() == SLOTS
        && actions.stream().allMatch(action -> action.getString("state").equals("migrating"));
  }

  private static void awaitSameData(RedisProcess source, RedisProcess replica) {
    Poll.until(
        PATIENCE,
        "the replica has all",
        () -> Objects.equals(source.call("DBSIZE"), replica.call("DBSIZE")));
  }

  private static long countOf(RedisProcess server, List<String> keys) {
    return IntStream.range(0, keys.size())
        .filter(i -> Long.valueOf(1).equals(server.call("EXISTS", keys.get(i))))
        .count();
  }
}

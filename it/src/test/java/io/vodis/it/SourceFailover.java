package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vodis.model.HostAndPort;
import io.vodis.slot.SlotHash;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The source of a slow move is replaced by a replica that has not heard which keys had left, while
 * counters are used that have moved. What counts of two copies shows in the counters.
 */
final class SourceFailover {

  private static final Logger LOGGER = LoggerFactory.getLogger(SourceFailover.class);
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

  private final VodisCluster cluster;
  private final RedisProcess source;
  private final RedisProcess replica;
  private final List<String> used = keys("used-", USED);
  private final List<String> cold = keys("cold-", COLD);
  private final Counting counting;
  private final Thread thread;

  /**
   * Of the first slots, which go from group 1 to group 2.
   *
   * @param source primary of group 1
   */
  SourceFailover(VodisCluster cluster, RedisProcess source, RedisProcess replica) {
    this.cluster = cluster;
    this.source = source;
    this.replica = replica;
    this.counting = new Counting(cluster.proxies().getFirst(), used);
    this.thread = Thread.ofVirtual().unstarted(counting);
  }

  /** With counters that are used and keys that nobody asks for. */
  void givenAMoveThatIsSlow() {
    try (RespClient client = RespClient.connect(cluster.proxies().getFirst())) {
      for (String key : cold) {
        client.expect("SET", key, key);
      }
      used.forEach(key -> client.expect("SET", key, "1000"));
    }
    Poll.until(
        PATIENCE,
        "the replica has all",
        () -> Objects.equals(source.call("DBSIZE"), replica.call("DBSIZE")));
    cluster.admin().patch("/migration", new JsonObject().put("keysPerSecond", KEYS_PER_SECOND));
    cluster.admin().migrate(0, SLOTS - 1, 2);
    Poll.until(PATIENCE, "all slots are open", this::allMigrating);
  }

  private boolean allMigrating() {
    var actions = cluster.admin().actions().stream().map(JsonObject.class::cast).toList();
    return actions.size() == SLOTS
        && actions.stream().allMatch(action -> action.getString("state").equals("migrating"));
  }

  /** It is cut off, then the counters move and count. */
  void whenTheReplicaHasNotHeardWhatHasMoved() {
    replica.call("CONFIG", "SET", "masterauth", "wrong");
    source.call("CLIENT", "KILL", "TYPE", "slave");
    thread.start();
    Poll.until(PATIENCE, "all counters have moved", () -> counting.rounds >= 3);
    assertThat(countOf(replica, used)).as("old copies on the replica").isGreaterThan(USED / 2);
  }

  /** After the source has died; ends the move. */
  void whenItHasTakenOver(HostAndPort address) throws InterruptedException {
    Poll.until(
        PATIENCE,
        "the replica has taken over",
        () -> cluster.primaries().getFirst().equals(address));
    assertThat(cluster.topology().slots()).anyMatch(slot -> !slot.isIdle());
    cluster.admin().patch("/migration", new JsonObject().put("keysPerSecond", 0));
    cluster.awaitIdle(PATIENCE);
    counting.over = true;
    thread.join();
    LOGGER.info("{} rounds of {} counters", counting.rounds, USED);
  }

  /** And the successor was emptied, which the sweep did not set out from. */
  void thenNothingIsLost() {
    try (RespClient client = RespClient.connect(cluster.proxies().getFirst())) {
      for (int i = 0; i < used.size(); i++) {
        assertThat(Long.parseLong(client.expectText("GET", used.get(i))))
            .as(used.get(i))
            .isGreaterThanOrEqualTo(1000 + counting.acknowledged[i]);
      }
      for (String key : cold) {
        assertThat(client.expectBytes("GET", key)).as(key).asString().isEqualTo(key);
      }
    }
    assertThat(replica.call("KEYS", "*")).isEqualTo(List.of());
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

  private static long countOf(RedisProcess server, List<String> keys) {
    return IntStream.range(0, keys.size())
        .filter(i -> Long.valueOf(1).equals(server.call("EXISTS", keys.get(i))))
        .count();
  }
}

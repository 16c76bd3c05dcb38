package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.model.Topology;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.ServerBinary;
import io.vodis.testsupport.ZooKeeperServer;
import io.vodis.testsupport.workload.SlotOracle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Products on servers of every version that is to be had, also on several versions at once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServerVersionsIT {

  private static final Duration MOVE_TIMEOUT = Duration.ofSeconds(60);
  private static final int KEYS = 64;

  private ZooKeeperServer zooKeeper;

  @BeforeAll
  void start() {
    zooKeeper = ZooKeeperServer.start();
  }

  @AfterAll
  void close() {
    zooKeeper.close();
  }

  static List<ServerBinary> versions() {
    return ServerBinary.allAndOldest();
  }

  @ParameterizedTest
  @MethodSource("versions")
  void valuesOfEveryTypeMoveBetweenServersOfAVersion(ServerBinary version) {
    List<ServerBinary> servers = List.of(version, version);
    try (Product product = new Product("it-" + version.version(), servers)) {
      // Given
      Map<String, Object> written = product.write();

      // When
      product.cluster.migrateAndAwait(0, Topology.SLOT_COUNT / 2 - 1, 2, MOVE_TIMEOUT);

      // Then
      assertThat(product.read()).isEqualTo(written);
      assertThat(product.servers.get(0).call("DBSIZE")).isEqualTo(0L);
    }
  }

  /** Newer servers read what older ones dump, not the other way round. */
  @Test
  void groupsOfAllVersionsMakeOneProductAndSlotsMoveToTheNewest() {
    List<ServerBinary> redis =
        versions().stream().filter(version -> version.product().equals("redis")).toList();
    try (Product product = new Product("it-mixed", redis)) {
      // Given
      Map<String, Object> written = product.write();
      for (RedisProcess server : product.servers) {
        assertThat((Long) server.call("DBSIZE")).isPositive();
      }

      // When
      Map<String, Object> before = product.read();
      product.cluster.migrateAndAwait(0, Topology.SLOT_COUNT - 1, redis.size(), MOVE_TIMEOUT);
      Map<String, Object> after = product.read();

      // Then
      assertThat(before).isEqualTo(written);
      assertThat(after).isEqualTo(written);
    }
  }

  /** Known before anything is fenced: the keys stay where they are and go on being used. */
  @Test
  void aMoveToAnOlderServerSaysWhyItWaitsAndCanBeCancelled() {
    List<ServerBinary> redis =
        versions().stream().filter(version -> version.product().equals("redis")).toList();
    ServerBinary oldest = redis.getFirst();
    ServerBinary newest = redis.getLast();
    assumeTrue(
        newest.version().isAtLeast(7, 0) && !oldest.version().isAtLeast(7, 0),
        "a server that does not understand another's keys");
    try (Product product = new Product("it-older", List.of(newest, oldest))) {
      // Given
      Map<String, Object> written = product.write();

      // When
      product.cluster.admin().migrate(0, Topology.SLOT_COUNT / 2 - 1, 2);
      Poll.until(
          MOVE_TIMEOUT,
          () -> "the reason is shown: " + product.cluster.admin().actions().encode(),
          () -> product.cluster.admin().actions().encode().contains("DUMP payload version"));

      // Then
      assertThat(product.read()).isEqualTo(written);
      product.cluster.admin().delete("/actions?started=true");
      product.cluster.awaitIdle(MOVE_TIMEOUT);
      assertThat(product.cluster.topology().slot(0).groupId()).isEqualTo(1);
      assertThat(product.read()).isEqualTo(written);
    }
  }

  /** A proxy before a group for each of these servers. */
  private final class Product implements AutoCloseable {

    final List<RedisProcess> servers = new ArrayList<>();
    final VodisCluster cluster;
    private final RespClient client;
    private final boolean streams;

    Product(String name, List<ServerBinary> binaries) {
      streams = binaries.stream().allMatch(binary -> binary.version().isAtLeast(5, 0));
      binaries.forEach(b -> servers.add(RedisProcess.builder().binary(b.path()).start()));
      List<HostAndPort> addresses = servers.stream().map(RedisProcess::address).toList();
      cluster =
          VodisCluster.over(
              ClusterPlan.small().named(name).with(Role.PROXY, 1),
              HostAndPort.parse(zooKeeper.address()),
              addresses);
      client = RespClient.connect(cluster.proxies().getFirst());
    }

    /** Writes values of every type into slots all over the range, and reads them. */
    Map<String, Object> write() {
      for (int i = 0; i < KEYS; i++) {
        String key = key(i);
        switch (i % 8) {
          case 0 -> client.expect("SET", key, "text " + i);
          case 1 -> client.expect("RPUSH", key, "a", "b", Integer.toString(i));
          case 2 -> client.expect("HMSET", key, "f", "1", "g", Integer.toString(i));
          case 3 -> client.expect("SADD", key, "1", "2", Integer.toString(i));
          case 4 -> client.expect("ZADD", key, "1.5", "x", "2", "y");
          case 5 -> {
            if (streams) {
              client.expect("XADD", key, "1-" + (i + 1), "f", "v");
            } else {
              client.expect("SET", key, "no stream", "EX", "1000");
            }
          }
          case 6 -> client.expect("PFADD", key, "a", "b", "c");
          default -> client.expect("SETBIT", key, "1000", "1");
        }
      }
      return read();
    }

    Map<String, Object> read() {
      Map<String, Object> found = new HashMap<>();
      for (int i = 0; i < KEYS; i++) {
        String key = key(i);
        Object value =
            switch (i % 8) {
              case 0 -> client.expect("GET", key);
              case 1 -> client.expect("LRANGE", key, "0", "-1");
              case 2 -> client.expect("HGETALL", key);
              case 3 -> client.expect("SORT", key);
              case 4 -> client.expect("ZRANGE", key, "0", "-1", "WITHSCORES");
              case 5 ->
                  streams ? client.expect("XRANGE", key, "-", "+") : client.expect("GET", key);
              case 6 -> client.expect("PFCOUNT", key);
              default -> client.expect("BITCOUNT", key);
            };
        found.put(key, String.valueOf(value));
      }
      String[] exists = new String[KEYS + 1];
      exists[0] = "EXISTS";
      for (int i = 0; i < KEYS; i++) {
        exists[i + 1] = key(i);
      }
      found.put("EXISTS", String.valueOf(client.expect(exists)));
      return found;
    }

    private static String key(int i) {
      return SlotOracle.keyIn(i * Topology.SLOT_COUNT / KEYS, "v");
    }

    @Override
    public void close() {
      client.close();
      cluster.close();
      servers.forEach(RedisProcess::close);
    }
  }
}

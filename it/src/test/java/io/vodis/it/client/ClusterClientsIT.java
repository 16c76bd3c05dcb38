package io.vodis.it.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.vodis.it.ClusterPlan;
import io.vodis.it.VodisCluster;
import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.testsupport.ServerBinary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;
import redis.clients.jedis.ClusterPipeline;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.Response;

/** Clients that know only Redis Cluster, in front of two proxies that answer as its nodes. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterClientsIT {

  private static final int KEYS = 200;
  private static final int FEW_KEYS = 30;
  private static final Duration SOON = Duration.ofSeconds(30);

  private static VodisCluster cluster;

  @BeforeAll
  static void start() {
    cluster =
        VodisCluster.start(
            ClusterPlan.small()
                .with(Role.PROXY, "cluster_compatible", "true")
                .with(Role.PROXY, 2)
                .withSessionTimeout(Duration.ofSeconds(4)));
    for (HostAndPort proxy : cluster.proxies()) {
      try (redis.clients.jedis.Jedis client =
          new redis.clients.jedis.Jedis(proxy.host(), proxy.port())) {
        await().atMost(SOON).until(() -> client.clusterSlots().size() == 2);
      }
    }
  }

  @AfterAll
  static void close() {
    cluster.close();
  }

  private static JedisCluster jedis() {
    Set<redis.clients.jedis.HostAndPort> nodes =
        cluster.proxies().stream()
            .map(proxy -> new redis.clients.jedis.HostAndPort(proxy.host(), proxy.port()))
            .collect(Collectors.toSet());
    return new JedisCluster(nodes, DefaultJedisClientConfig.builder().build(), 20);
  }

  private static RedisClusterClient lettuce() {
    RedisClusterClient client =
        RedisClusterClient.create(
            cluster.proxies().stream()
                .map(
                    proxy ->
                        RedisURI.builder()
                            .withHost(proxy.host())
                            .withPort(proxy.port())
                            .withTimeout(Duration.ofSeconds(2))
                            .build())
                .toList());
    client.setOptions(
        ClusterClientOptions.builder()
            .topologyRefreshOptions(
                ClusterTopologyRefreshOptions.builder()
                    .enablePeriodicRefresh(Duration.ofSeconds(1))
                    .enableAllAdaptiveRefreshTriggers()
                    .build())
            .build());
    return client;
  }

  @Test
  @Order(1)
  void jedisClusterFindsEveryKeyAlsoInPipelines() {
    try (JedisCluster client = jedis()) {
      assertThat(client.getClusterNodes()).hasSize(2);
      for (int i = 0; i < KEYS; i++) {
        assertThat(client.set("jedis:" + i, "v" + i)).isEqualTo("OK");
      }
      assertThat(client.mget("{jedis}a", "{jedis}b")).containsOnlyNulls();
      List<Response<String>> values = new ArrayList<>();
      try (ClusterPipeline pipeline = client.pipelined()) {
        for (int i = 0; i < KEYS; i++) {
          values.add(pipeline.get("jedis:" + i));
        }
      }
      for (int i = 0; i < KEYS; i++) {
        assertThat(values.get(i).get()).isEqualTo("v" + i);
      }
      assertThat(client.eval("return redis.call('incr', KEYS[1])", 1, "jedis:n")).isEqualTo(1L);
    }
  }

  @Test
  @Order(2)
  void jedisClusterHearsWhatItPublishes() throws Exception {
    LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    JedisPubSub listener =
        new JedisPubSub() {
          @Override
          public void onSubscribe(String channel, int count) {
            heard.add("subscribed");
          }

          @Override
          public void onMessage(String channel, String message) {
            heard.add(message);
          }
        };
    try (JedisCluster client = jedis()) {
      Thread listening = Thread.ofVirtual().start(() -> client.subscribe(listener, "news"));
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("subscribed");
      for (int i = 0; i < 20; i++) {
        client.publish("news", "m" + i);
        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("m" + i);
      }
      listener.unsubscribe();
      listening.join();
    }
  }

  @Test
  @Order(3)
  void lettuceClusterReadsAndWritesOverAllNodes() throws Exception {
    RedisClusterClient client = lettuce();
    try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
      RedisAdvancedClusterCommands<String, String> commands = connection.sync();
      assertThat(client.getPartitions()).hasSize(2);
      Map<String, String> many = new HashMap<>();
      for (int i = 0; i < KEYS; i++) {
        many.put("lettuce:" + i, "v" + i);
      }
      assertThat(commands.mset(many)).isEqualTo("OK");
      assertThat(commands.mget(many.keySet().toArray(String[]::new)))
          .hasSize(KEYS)
          .allMatch(pair -> pair.getValue().equals(many.get(pair.getKey())));
      assertThat(commands.del(many.keySet().toArray(String[]::new))).isEqualTo((long) KEYS);
      client.refreshPartitions();
      assertThat(client.getPartitions()).hasSize(2);

      LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
      try (var subscriber = client.connectPubSub()) {
        subscriber.addListener(
            new RedisPubSubAdapter<>() {
              @Override
              public void message(String channel, String message) {
                heard.add(message);
              }
            });
        subscriber.sync().subscribe("letters");
        commands.publish("letters", "one");
        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("one");
      }
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
    }
  }

  @Test
  @Order(4)
  void redissonInClusterModeLocksAndKeepsMaps() throws Exception {
    Config config = new Config();
    var servers = config.useClusterServers();
    cluster.proxies().forEach(proxy -> servers.addNodeAddress("redis://" + proxy));
    RedissonClient client = Redisson.create(config);
    try {
      var lock = client.getLock("redisson:lock");
      assertThat(lock.tryLock(10, 30, TimeUnit.SECONDS)).isTrue();
      lock.unlock();
      var map = client.<String, String>getMap("redisson:map");
      map.put("f", "1");
      assertThat(map.get("f")).isEqualTo("1");
      LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
      var topic = client.getTopic("redisson:topic");
      topic.addListener(String.class, (channel, message) -> heard.add(message));
      topic.publish("one");
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("one");
    } finally {
      client.shutdown(0, 5, TimeUnit.SECONDS);
    }
  }

  @Test
  @Order(5)
  void redisCliFollowsNoRedirectionForThereIsNone() {
    assumeTrue(ServerBinary.onPath("redis-cli").isPresent(), "redis-cli is not installed");
    for (HostAndPort proxy : cluster.proxies()) {
      String output =
          Tool.run(
              Path.of("."),
              "set cli:1 a\nset cli:2 b\nget cli:1\nget cli:2\n",
              List.of("redis-cli", "-c", "-h", proxy.host(), "-p", "" + proxy.port()));
      assertThat(output).doesNotContain("Redirected").containsSubsequence("OK", "OK", "a", "b");
    }
  }

  @ParameterizedTest
  @Order(5)
  @ValueSource(strings = {"ioredis-cluster", "node-redis-cluster"})
  void clientsOfNodeInClusterModeWorkAsTheyCome(String client) {
    NodeClients.assumeInstalled();
    cluster.proxies().forEach(proxy -> NodeClients.run(client, proxy));
  }

  /** Last: one proxy fewer. Its slots are the other's as soon as its session has ended. */
  @Test
  @Order(6)
  void clientsGoOnWithTheOtherProxyWhenOneDies() {
    RedisClusterClient lettuce = lettuce();
    try (JedisCluster jedis = jedis();
        StatefulRedisClusterConnection<String, String> connection = lettuce.connect()) {
      for (int i = 0; i < FEW_KEYS; i++) {
        jedis.set("left:" + i, "v" + i);
        assertThat(connection.sync().get("left:" + i)).isEqualTo("v" + i);
      }
      cluster.proxy(1).stop();
      for (int i = 0; i < FEW_KEYS; i++) {
        String key = "left:" + i;
        String value = "v" + i;
        await()
            .atMost(SOON)
            .ignoreExceptions()
            .untilAsserted(() -> assertThat(jedis.get(key)).isEqualTo(value));
        await()
            .atMost(SOON)
            .ignoreExceptions()
            .untilAsserted(() -> assertThat(connection.sync().get(key)).isEqualTo(value));
      }
    } finally {
      lettuce.shutdown(Duration.ZERO, Duration.ofSeconds(5));
    }
  }
}

package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.GeoCoordinates;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import io.vodis.model.HostAndPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Lettuce as it comes: its HELLO, its CLIENT SETINFO, one shared connection. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LettuceIT {

  private VodisCluster cluster;
  private RedisClient client;
  private StatefulRedisConnection<String, String> connection;
  private RedisCommands<String, String> redis;

  @BeforeAll
  void start() {
    cluster = VodisCluster.start(ClusterPlan.small());
    HostAndPort proxy = cluster.proxies().getFirst();
    client = RedisClient.create("redis://" + proxy);
    connection = client.connect();
    redis = connection.sync();
  }

  @AfterAll
  void close() {
    connection.close();
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    cluster.close();
  }

  @Test
  void stringsAndCounters() {
    assertThat(redis.set("l:s", "1", SetArgs.Builder.ex(100))).isEqualTo("OK");
    assertThat(redis.incrby("l:s", 41)).isEqualTo(42);
    assertThat(redis.pttl("l:s")).isBetween(90_000L, 100_000L);
    assertThat(redis.get("l:s")).isEqualTo("42");
    assertThat(redis.del("l:s")).isEqualTo(1L);
    assertThat(redis.get("l:s")).isNull();
  }

  @Test
  void manyKeysOverAllGroups() {
    Map<String, String> pairs = new HashMap<>();
    for (int i = 0; i < 100; i++) {
      pairs.put("l:many:" + i, "v" + i);
    }
    String[] keys = pairs.keySet().toArray(String[]::new);
    assertThat(redis.mset(pairs)).isEqualTo("OK");
    for (KeyValue<String, String> pair : redis.mget(keys)) {
      assertThat(pair.getValue()).isEqualTo(pairs.get(pair.getKey()));
    }
    assertThat(redis.exists(keys)).isEqualTo(100);
    assertThat(redis.unlink(keys)).isEqualTo(100);
  }

  @Test
  void everyTypeOfValue() {
    assertThat(redis.hset("l:h", Map.of("a", "1"))).isEqualTo(1);
    assertThat(redis.hgetall("l:h")).isEqualTo(Map.of("a", "1"));
    assertThat(redis.rpush("l:l", "a", "b")).isEqualTo(2);
    assertThat(redis.lrange("l:l", 0, -1)).containsExactly("a", "b");
    assertThat(redis.sadd("l:set", "x")).isEqualTo(1);
    assertThat(redis.smembers("l:set")).containsExactly("x");
    assertThat(redis.zadd("l:z", 1.5, "m")).isEqualTo(1);
    assertThat(redis.zscore("l:z", "m")).isEqualTo(1.5);
    assertThat(redis.pfadd("l:p", "a")).isEqualTo(1);
    assertThat(redis.setbit("l:b", 3, 1)).isZero();
    assertThat(redis.geoadd("l:g", 13.361389, 38.115556, "Palermo")).isEqualTo(1);
    List<GeoCoordinates> at = redis.geopos("l:g", "Palermo");
    assertThat(at.getFirst().getX().doubleValue()).isBetween(13.3, 13.4);
    String id = redis.xadd("l:x", Map.of("k", "v"));
    assertThat(redis.xlen("l:x")).isEqualTo(1);
    assertThat(id).contains("-");
  }

  @Test
  void scriptsRunWhereTheirKeysAre() {
    Long sum =
        redis.eval(
            "return redis.call('INCRBY', KEYS[1], ARGV[1])",
            ScriptOutputType.INTEGER,
            new String[] {"l:e"},
            "5");
    assertThat(sum).isEqualTo(5);
  }

  @Test
  void thousandsOfCommandsInFlightAnswerInOrder() throws Exception {
    // Given
    RedisAsyncCommands<String, String> async = connection.async();

    // When
    List<RedisFuture<Long>> replies = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      replies.add(async.incr("l:async"));
    }

    // Then
    for (int i = 0; i < 5000; i++) {
      assertThat(replies.get(i).get(10, TimeUnit.SECONDS)).isEqualTo(i + 1);
    }
  }

  @Test
  void errorsAreStandard() {
    redis.set("l:text", "x");
    assertThatThrownBy(() -> redis.incr("l:text"))
        .isInstanceOf(RedisCommandExecutionException.class)
        .hasMessageStartingWith("ERR value is not an integer");
    assertThatThrownBy(() -> redis.lpush("l:text", "x")).hasMessageStartingWith("WRONGTYPE ");
    assertThatThrownBy(() -> redis.rename("l:a1", "l:b2")).hasMessageStartingWith("CROSSSLOT ");
  }

  @Test
  void databasesAreSeparate() {
    try (StatefulRedisConnection<String, String> other = client.connect()) {
      other.sync().select(7);
      other.sync().set("l:db", "7");
      assertThat(redis.get("l:db")).isNull();
      assertThat(other.sync().get("l:db")).isEqualTo("7");
      assertThat(other.sync().ping()).isEqualTo("PONG");
      assertThat(other.sync().echo("hello")).isEqualTo("hello");
    }
  }
}

package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vodis.model.HostAndPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.GeoCoordinate;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPooled;
import redis.clients.jedis.Response;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.SetParams;

/** Jedis as it comes: pooled connections with its own handshake. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JedisIT {

  private VodisCluster cluster;
  private JedisPooled jedis;

  @BeforeAll
  void start() {
    cluster = VodisCluster.start(ClusterPlan.small());
    HostAndPort proxy = cluster.proxies().getFirst();
    jedis = new JedisPooled(proxy.host(), proxy.port());
  }

  @AfterAll
  void close() {
    jedis.close();
    cluster.close();
  }

  @Test
  void stringsAndCounters() {
    assertThat(jedis.set("j:s", "1", SetParams.setParams().ex(100))).isEqualTo("OK");
    assertThat(jedis.incrBy("j:s", 41)).isEqualTo(42);
    assertThat(jedis.append("j:s", "0")).isEqualTo(3);
    assertThat(jedis.getrange("j:s", 0, 1)).isEqualTo("42");
    assertThat(jedis.ttl("j:s")).isBetween(90L, 100L);
    assertThat(jedis.getSet("j:s", "0")).isEqualTo("420");
    assertThat(jedis.incrByFloat("j:f", 0.5)).isEqualTo(0.5);
  }

  @Test
  void manyKeysOverAllGroups() {
    String[] pairs = new String[200];
    String[] keys = new String[100];
    for (int i = 0; i < 100; i++) {
      keys[i] = "j:many:" + i;
      pairs[2 * i] = keys[i];
      pairs[2 * i + 1] = "v" + i;
    }
    assertThat(jedis.mset(pairs)).isEqualTo("OK");
    assertThat(jedis.mget(keys)).hasSize(100).startsWith("v0", "v1").endsWith("v99");
    assertThat(jedis.exists(keys)).isEqualTo(100);
    assertThat(jedis.touch(keys)).isEqualTo(100);
    assertThat(jedis.unlink("j:many:0", "j:many:1", "j:none")).isEqualTo(2);
    assertThat(jedis.del(keys)).isEqualTo(98);
  }

  @Test
  void hashesListsAndSets() {
    assertThat(jedis.hset("j:h", Map.of("a", "1", "b", "2"))).isEqualTo(2);
    assertThat(jedis.hincrBy("j:h", "a", 9)).isEqualTo(10);
    assertThat(jedis.hgetAll("j:h")).isEqualTo(Map.of("a", "10", "b", "2"));
    assertThat(jedis.rpush("j:l", "a", "b", "c")).isEqualTo(3);
    assertThat(jedis.lrange("j:l", 0, -1)).containsExactly("a", "b", "c");
    assertThat(jedis.lpop("j:l")).isEqualTo("a");
    assertThat(jedis.sadd("{j}x", "1", "2")).isEqualTo(2);
    assertThat(jedis.sadd("{j}y", "2", "3")).isEqualTo(2);
    assertThat(jedis.sinter("{j}x", "{j}y")).isEqualTo(Set.of("2"));
    assertThat(jedis.smove("{j}x", "{j}y", "1")).isEqualTo(1);
  }

  @Test
  void sortedSetsGeographyAndStreams() {
    assertThat(jedis.zadd("j:z", Map.of("a", 1.0, "b", 2.0))).isEqualTo(2);
    assertThat(jedis.zrangeByScore("j:z", 1.5, 3)).containsExactly("b");
    assertThat(jedis.zincrby("j:z", 5, "a")).isEqualTo(6.0);
    assertThat(jedis.geoadd("j:g", 13.361389, 38.115556, "Palermo")).isEqualTo(1);
    List<GeoCoordinate> at = jedis.geopos("j:g", "Palermo");
    assertThat(at.getFirst().getLatitude()).isBetween(38.0, 38.2);
    StreamEntryID id = jedis.xadd("j:x", StreamEntryID.NEW_ENTRY, Map.of("k", "v"));
    assertThat(jedis.xrange("j:x", id, id, 1).getFirst().getFields()).isEqualTo(Map.of("k", "v"));
  }

  @Test
  void bitsLogsScriptsAndScans() {
    assertThat(jedis.setbit("j:b", 7, true)).isFalse();
    assertThat(jedis.bitcount("j:b")).isEqualTo(1);
    assertThat(jedis.pfadd("j:p", "a", "b")).isEqualTo(1);
    assertThat(jedis.pfcount("j:p")).isEqualTo(2);
    assertThat(jedis.eval("return {KEYS[1], ARGV[1]}", List.of("j:e"), List.of("x")))
        .isEqualTo(List.of("j:e", "x"));
    jedis.hset("j:scan", Map.of("a", "1"));
    assertThat(jedis.hscan("j:scan", ScanParams.SCAN_POINTER_START).getResult()).hasSize(1);
    assertThat(jedis.type("j:scan")).isEqualTo("hash");
    assertThat(jedis.dump("j:scan")).isNotEmpty();
  }

  @Test
  void pipelinesAnswerInOrder() {
    List<Response<String>> replies = new ArrayList<>();
    try (AbstractPipeline pipeline = jedis.pipelined()) {
      for (int i = 0; i < 1000; i++) {
        pipeline.set("j:pipe:" + i, Integer.toString(i));
        replies.add(pipeline.get("j:pipe:" + i));
      }
      pipeline.sync();
    }
    for (int i = 0; i < 1000; i++) {
      assertThat(replies.get(i).get()).isEqualTo(Integer.toString(i));
    }
  }

  @Test
  void keysOfDifferentSlotsInOneCommandAreRefused() {
    assertThatThrownBy(() -> jedis.sinter("j:a", "j:b", "j:c", "j:d"))
        .isInstanceOf(JedisDataException.class)
        .hasMessageStartingWith("CROSSSLOT ");
  }

  @Test
  void databasesNamesAndPing() {
    HostAndPort proxy = cluster.proxies().getFirst();
    try (Jedis one = new Jedis(proxy.host(), proxy.port())) {
      assertThat(one.ping()).isEqualTo("PONG");
      assertThat(one.clientSetname("tests")).isEqualTo("OK");
      assertThat(one.clientGetname()).isEqualTo("tests");
      one.set("j:db", "0");
      assertThat(one.select(3)).isEqualTo("OK");
      assertThat(one.get("j:db")).isNull();
      one.set("j:db", "3");
      one.select(0);
      assertThat(one.get("j:db")).isEqualTo("0");
      assertThat(one.time()).hasSize(2);
      assertThat(one.info()).isNotEmpty();
    }
  }
}

package io.vodis.it.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vodis.model.HostAndPort;
import io.vodis.testsupport.ServerBinary;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.args.ListDirection;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/** Jedis in RESP2 and RESP3: transactions, blocking commands, pub/sub, scripts, scans. */
@ExtendWith(SharedProduct.Extension.class)
class JedisFeaturesIT {

  private final SharedProduct product;
  private final HostAndPort address;

  JedisFeaturesIT(SharedProduct product) {
    this.product = product;
    address = product.address();
  }

  private Jedis connect(RedisProtocol protocol) {
    return new Jedis(
        new redis.clients.jedis.HostAndPort(address.host(), address.port()),
        DefaultJedisClientConfig.builder().protocol(protocol).build());
  }

  private static String key(RedisProtocol protocol, String name) {
    return "jedis:{" + protocol + "}:" + name;
  }

  @ParameterizedTest
  @EnumSource(RedisProtocol.class)
  void transactionsAndWatchedKeys(RedisProtocol protocol) {
    try (Jedis one = connect(protocol);
        Jedis two = connect(protocol)) {
      String key = key(protocol, "tx");
      Transaction block = one.multi();
      Response<String> set = block.set(key, "1");
      Response<Long> raised = block.incr(key);
      block.exec();
      assertThat(set.get()).isEqualTo("OK");
      assertThat(raised.get()).isEqualTo(2);

      one.watch(key);
      two.set(key, "other");
      Transaction broken = one.multi();
      broken.set(key, "mine");
      assertThat(broken.exec()).isNull();

      Transaction discarded = one.multi();
      discarded.set(key, "never");
      discarded.discard();
      assertThat(one.get(key)).isEqualTo("other");
    }
  }

  @ParameterizedTest
  @EnumSource(RedisProtocol.class)
  void blockingPopsAndMoves(RedisProtocol protocol) throws Exception {
    try (Jedis waiter = connect(protocol);
        Jedis writer = connect(protocol)) {
      String from = key(protocol, "from");
      String to = key(protocol, "to");
      CompletableFuture<List<String>> popped =
          CompletableFuture.supplyAsync(() -> waiter.brpop(20, from));
      writer.lpush(from, "a");
      assertThat(popped.get(20, TimeUnit.SECONDS)).containsExactly(from, "a");

      writer.rpush(from, "b");
      if (ServerBinary.standard().version().isAtLeast(6, 2)) {
        assertThat(waiter.blmove(from, to, ListDirection.LEFT, ListDirection.RIGHT, 5))
            .isEqualTo("b");
      } else {
        assertThat(waiter.brpoplpush(from, to, 5)).isEqualTo("b");
      }
      assertThat(waiter.blpop(0.05, from)).isNull();

      writer.zadd(key(protocol, "z"), Map.of("m", 1.0));
      assertThat(waiter.bzpopmin(5, key(protocol, "z")).getValue().getElement()).isEqualTo("m");
    }
  }

  @ParameterizedTest
  @EnumSource(RedisProtocol.class)
  void subscribersHearAndLeave(RedisProtocol protocol) throws Exception {
    try (Jedis subscriber = connect(protocol);
        Jedis publisher = connect(protocol)) {
      LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
      String channel = key(protocol, "channel");
      JedisPubSub listener =
          new JedisPubSub() {
            @Override
            public void onMessage(String from, String message) {
              heard.add(message);
              unsubscribe();
            }
          };
      CompletableFuture<Void> listening =
          CompletableFuture.runAsync(() -> subscriber.subscribe(listener, channel));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> publisher.pubsubNumSub(channel).equals(Map.of(channel, 1L)));

      publisher.publish(channel, "hello");

      listening.get(20, TimeUnit.SECONDS);
      assertThat(heard).containsExactly("hello");
      assertThat(subscriber.ping()).isEqualTo("PONG");
    }
  }

  @ParameterizedTest
  @EnumSource(RedisProtocol.class)
  void scriptsAreKnownEverywhereOnceLoaded(RedisProtocol protocol) {
    try (Jedis jedis = connect(protocol)) {
      String sha = jedis.scriptLoad("return redis.call('INCRBY', KEYS[1], ARGV[1])");
      assertThat(jedis.scriptExists(sha)).isTrue();
      for (int i = 0; i < 20; i++) {
        String key = "jedis:script:" + protocol + i;
        assertThat(jedis.evalsha(sha, List.of(key), List.of("7"))).isEqualTo(7L);
      }
      assertThatThrownBy(() -> jedis.evalsha("0".repeat(40), List.of("jedis:script"), List.of()))
          .isInstanceOf(JedisDataException.class)
          .hasMessageStartingWith("NOSCRIPT");
    }
  }

  @ParameterizedTest
  @EnumSource(RedisProtocol.class)
  void scansFindEveryKeyOnce(RedisProtocol protocol) {
    try (Jedis jedis = connect(protocol)) {
      Set<String> expected = new HashSet<>();
      for (int i = 0; i < 300; i++) {
        String key = "jedis:scan:" + protocol + ":" + i;
        jedis.set(key, "v");
        expected.add(key);
      }
      Set<String> found = new HashSet<>();
      ScanParams params = new ScanParams().match("jedis:scan:" + protocol + ":*").count(40);
      String cursor = ScanParams.SCAN_POINTER_START;
      do {
        ScanResult<String> page = jedis.scan(cursor, params);
        found.addAll(page.getResult());
        cursor = page.getCursor();
      } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
      assertThat(found).isEqualTo(expected);
      assertThat(jedis.keys("jedis:scan:" + protocol + ":*")).isEqualTo(expected);
      assertThat(jedis.dbSize()).isGreaterThanOrEqualTo(300);
      assertThat(jedis.randomKey()).isNotEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(RedisProtocol.class)
  void theConnectionIsTheClients(RedisProtocol protocol) {
    try (Jedis jedis = connect(protocol)) {
      assertThat(jedis.clientSetname("me")).isEqualTo("OK");
      assertThat(jedis.clientGetname()).isEqualTo("me");
      assertThat(jedis.clientInfo()).contains("name=me");
      assertThat(jedis.clientId()).isPositive();
      assertThat(jedis.configGet("maxmemory")).containsKey("maxmemory");
      assertThat(jedis.info("server")).contains("redis_version");
      assertThat(jedis.aclWhoAmI()).isEqualTo("default");
      assertThat(jedis.memoryUsage("jedis:none")).isNull();
      assertThat(jedis.slowlogLen()).isNotNegative();
      assertThat(jedis.waitReplicas(0, 10)).isNotNegative();
    }
  }
}

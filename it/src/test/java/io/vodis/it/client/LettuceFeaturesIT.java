package io.vodis.it.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.support.caching.CacheAccessor;
import io.lettuce.core.support.caching.CacheFrontend;
import io.lettuce.core.support.caching.ClientSideCaching;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lettuce in RESP2 and RESP3: transactions, blocking commands, pub/sub, scans, tracking. */
@ExtendWith(SharedProduct.Extension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LettuceFeaturesIT {

  private final SharedProduct product;
  private final Map<ProtocolVersion, RedisClient> clients = new HashMap<>();

  LettuceFeaturesIT(SharedProduct product) {
    this.product = product;
    for (ProtocolVersion version : ProtocolVersion.values()) {
      RedisClient client = RedisClient.create("redis://" + product.address());
      client.setOptions(ClientOptions.builder().protocolVersion(version).build());
      clients.put(version, client);
    }
  }

  @AfterAll
  void close() {
    clients.values().forEach(client -> client.shutdown(Duration.ZERO, Duration.ofSeconds(2)));
  }

  private StatefulRedisConnection<String, String> connect(ProtocolVersion version) {
    return Objects.requireNonNull(clients.get(version)).connect();
  }

  private static String key(ProtocolVersion version, String name) {
    return "lettuce:{" + version + "}:" + name;
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void transactionsAreAppliedWholeOrNotAtAll(ProtocolVersion version) {
    try (StatefulRedisConnection<String, String> one = connect(version);
        StatefulRedisConnection<String, String> two = connect(version)) {
      RedisCommands<String, String> redis = one.sync();
      String key = key(version, "tx");

      redis.multi();
      redis.set(key, "1");
      redis.incr(key);
      assertThat((Object) redis.exec().get(1)).isEqualTo(2L);

      redis.watch(key);
      two.sync().set(key, "other");
      redis.multi();
      redis.set(key, "mine");
      TransactionResult broken = redis.exec();
      assertThat(broken.wasDiscarded()).isTrue();
      assertThat(redis.get(key)).isEqualTo("other");
    }
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void blockedPopsAndReadsGetWhatComes(ProtocolVersion version) throws Exception {
    try (StatefulRedisConnection<String, String> waiter = connect(version);
        StatefulRedisConnection<String, String> writer = connect(version)) {
      // Given
      String list = key(version, "list");
      String stream = key(version, "stream");
      var popped = waiter.async().blpop(20, list);

      // When
      writer.sync().rpush(list, "a");
      KeyValue<String, String> got = popped.get(20, TimeUnit.SECONDS);
      String id = writer.sync().xadd(stream, Map.of("f", "v"));
      List<StreamMessage<String, String>> read =
          waiter
              .sync()
              .xread(XReadArgs.Builder.block(2000), XReadArgs.StreamOffset.from(stream, "0"));

      // Then
      assertThat(got.getValue()).isEqualTo("a");
      assertThat(read).hasSize(1);
      assertThat(read.getFirst().getId()).isEqualTo(id);
      assertThat(waiter.sync().blpop(0.1, list)).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void subscribersHearWhatIsPublished(ProtocolVersion version) throws Exception {
    try (StatefulRedisPubSubConnection<String, String> subscriber =
            Objects.requireNonNull(clients.get(version)).connectPubSub();
        StatefulRedisConnection<String, String> publisher = connect(version)) {
      // Given
      LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
      subscriber.addListener(
          new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
              heard.add(channel + "=" + message);
            }

            @Override
            public void message(String pattern, String channel, String message) {
              heard.add(pattern + ":" + channel + "=" + message);
            }
          });
      String channel = key(version, "news");
      subscriber.sync().subscribe(channel);
      subscriber.sync().psubscribe("lettuce:?" + version + "?:sp*");

      // When
      publisher.sync().publish(channel, "one");
      publisher.sync().publish(key(version, "sport"), "two");

      // Then
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(channel + "=one");
      assertThat(heard.poll(20, TimeUnit.SECONDS)).endsWith(key(version, "sport") + "=two");
      subscriber.sync().unsubscribe(channel);
      await().until(() -> publisher.sync().publish(channel, "late") == 0);
    }
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void scansSeeEveryKeyWhileSlotsMove(ProtocolVersion version) {
    try (StatefulRedisConnection<String, String> connection = connect(version);
        SharedProduct.MovingSlots moving = product.moveSlots()) {
      // Given
      RedisCommands<String, String> redis = connection.sync();
      Set<String> expected = new HashSet<>();
      for (int i = 0; i < 500; i++) {
        String key = "lettuce:scan:" + version + ":" + i;
        redis.set(key, "v");
        expected.add(key);
      }

      // When
      Set<String> found = new HashSet<>();
      ScanArgs args = ScanArgs.Builder.matches("lettuce:scan:" + version + ":*").limit(50);
      KeyScanCursor<String> page = redis.scan(ScanCursor.INITIAL, args);
      found.addAll(page.getKeys());
      while (!page.isFinished()) {
        page = redis.scan(page, args);
        found.addAll(page.getKeys());
      }

      // Then
      assertThat(found).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void everyReplyTypeArrives(ProtocolVersion version) {
    try (StatefulRedisConnection<String, String> connection = connect(version)) {
      RedisCommands<String, String> redis = connection.sync();
      String hash = key(version, "hash");
      redis.hset(hash, Map.of("a", "1", "b", "2"));
      assertThat(redis.hgetall(hash)).isEqualTo(Map.of("a", "1", "b", "2"));
      String set = key(version, "set");
      redis.sadd(set, "x", "y");
      assertThat(redis.smembers(set)).isEqualTo(Set.of("x", "y"));
      String scores = key(version, "zset");
      redis.zadd(scores, 1.5, "m");
      assertThat(redis.zscore(scores, "m")).isEqualTo(1.5);
      assertThat(redis.zrangeWithScores(scores, 0, -1).getFirst().getScore()).isEqualTo(1.5);
      String sha = redis.scriptLoad("return ARGV[1]");
      String answer = redis.evalsha(sha, ScriptOutputType.VALUE, new String[] {hash}, "text");
      assertThat(answer).isEqualTo("text");
      assertThat(redis.get(key(version, "none"))).isNull();
      assertThat(redis.info("server")).contains("redis_version");
      assertThat(redis.configGet("databases")).containsKey("databases");
      assertThat(redis.clientList()).contains("id=");
      assertThat(redis.command()).isNotEmpty();
    }
  }

  @Test
  void trackedKeysAreInvalidated() {
    try (StatefulRedisConnection<String, String> reader = connect(ProtocolVersion.RESP3);
        StatefulRedisConnection<String, String> writer = connect(ProtocolVersion.RESP3)) {
      // Given
      writer.sync().set("lettuce:tracked", "old");
      Map<String, String> local = new ConcurrentHashMap<>();
      CacheFrontend<String, String> cache =
          ClientSideCaching.enable(
              CacheAccessor.forMap(local), reader, TrackingArgs.Builder.enabled());
      assertThat(cache.get("lettuce:tracked")).isEqualTo("old");

      // When
      writer.sync().set("lettuce:tracked", "new");

      // Then
      await().atMost(Duration.ofSeconds(20)).until(() -> local.isEmpty());
      assertThat(cache.get("lettuce:tracked")).isEqualTo("new");
    }
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void manyInFlightWhileSlotsMove(ProtocolVersion version) throws Exception {
    try (StatefulRedisConnection<String, String> connection = connect(version);
        SharedProduct.MovingSlots moving = product.moveSlots()) {
      // Given
      int keys = 100;
      int rounds = 50;

      // When
      Map<Integer, CompletableFuture<Long>> last = new HashMap<>();
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < keys; i++) {
          last.put(
              i, connection.async().incr("lettuce:moving:" + version + i).toCompletableFuture());
        }
      }

      // Then
      for (CompletableFuture<Long> reply : last.values()) {
        assertThat(reply.get(30, TimeUnit.SECONDS)).isEqualTo(rounds);
      }
    }
  }
}

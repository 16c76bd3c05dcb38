package io.vodis.topom.bigkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.Vertx;
import io.vodis.redis.RedisSession;
import io.vodis.redis.ServerAccess;
import io.vodis.redis.VertxRedisAdmin;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.ServerBinary;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Big keys are deleted as a whole and hold the server for no longer than a piece takes. */
class DeletionTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int ELEMENTS = 12_000;

  private static final String FILL =
      "for i = 1, tonumber(ARGV[1]) do "
          + "redis.call('HSET', 'hash', i, i) redis.call('SADD', 'set', 'm' .. i) "
          + "redis.call('ZADD', 'zset', i, i) redis.call('RPUSH', 'list', i) end "
          + "redis.call('SET', 'string', 'v')";

  @Test
  void whereThereIsUnlinkItIsUsed() {
    try (RedisProcess server = RedisProcess.start()) {
      deletesAll(server);
      assertThat(server.call("INFO", "commandstats"))
          .asString()
          .contains("cmdstat_unlink")
          .doesNotContain("cmdstat_rename", "cmdstat_hdel");
    }
  }

  @Test
  void beforeRedis4KeysGoPieceByPieceUnderAnotherName() {
    assumeTrue(ServerBinary.oldest().isPresent(), "Redis 3.2 does not run on this machine");
    try (RedisProcess server =
        RedisProcess.builder().binary(ServerBinary.oldest().orElseThrow().path()).start()) {
      deletesAll(server);
      String calls = String.valueOf(server.call("INFO", "commandstats"));
      for (String command : List.of("hdel", "srem", "ltrim", "zremrangebyrank")) {
        assertThat(calls).containsPattern("cmdstat_" + command + ":calls=\\d{2}");
      }
    }
  }

  private static void deletesAll(RedisProcess server) {
    Vertx vertx = Vertx.vertx();
    VertxRedisAdmin admin = new VertxRedisAdmin(vertx, ServerAccess.withPassword(""), "delete");
    try (RespClient client = server.client();
        RedisSession session = admin.open(server.address(), 0, TIMEOUT)) {
      client.expect("EVAL", FILL, "0", Integer.toString(ELEMENTS));
      KeyAt any = new KeyAt(session, TIMEOUT, new byte[0]);
      Deletion deletion = new Deletion();
      for (String name : List.of("hash", "set", "zset", "list", "string", "nothing")) {
        KeyAt key = any.named(name.getBytes(StandardCharsets.US_ASCII));
        KeyAt waste = any.named("waste".getBytes(StandardCharsets.US_ASCII));

        deletion.deleteAtOnce(key, waste);
        assertThat(client.expectNumber("EXISTS", name)).as(name).isZero();
        assertThat(client.expectNumber("PTTL", "waste")).isNotEqualTo(-1);
        deletion.deleteAhead(waste);
        assertThat(client.expectNumber("EXISTS", "waste")).as("what is left of it").isZero();
      }
      assertThat(client.expectNumber("DBSIZE")).isZero();
    } finally {
      admin.close();
      vertx.close().await();
    }
  }
}

package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vodis.config.ByteSize;
import io.vodis.model.SlotRoute;
import io.vodis.proxy.dispatch.CrossSlot;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.ServerBinary;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Scripts and functions: without keys, inside transactions, and on groups that lack them. */
class ScriptsIT extends OnTwoServers {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String COUNT = "return redis.call('INCR', 'counted')";
  private static final String LIBRARY =
      "#!lua name=lib\nredis.register_function('f', function(k, a) return k[1] end)";

  /** Each test has a table of its own. */
  @Override
  void install() {}

  private void restart(java.util.function.UnaryOperator<ProxyConfig> change) throws Exception {
    planes.close();
    planes = Planes.start(1, change);
  }

  private static ProxyConfig sameServer(ProxyConfig config) {
    return Planes.withSlots(
        config,
        new SlotConfig(
            Duration.ofSeconds(5),
            1000,
            ByteSize.ofMib(1),
            16,
            Duration.ofMillis(500),
            Duration.ofMillis(50),
            CrossSlot.SAME_SERVER));
  }

  @Test
  void aScriptWithoutKeysRunsOnTheOnlyServer() throws Exception {
    planes.installAll(Planes.serving(lower.address()));
    try (RespClient client = planes.client()) {
      String sha = client.expectText("SCRIPT", "LOAD", COUNT);
      assertThat(client.call("EVAL", COUNT, "0")).isEqualTo(1L);
      assertThat(client.call("EVALSHA", sha, "0")).isEqualTo(2L);
      assertThat(lower.call("GET", "counted")).isEqualTo("2");
      assertThat(client.call("MULTI")).isEqualTo("OK");
      assertThat(client.call("EVAL", COUNT, "0")).isEqualTo("QUEUED");
      assertThat(client.call("SET", "other", "1")).isEqualTo("QUEUED");
      assertThat(client.call("EXEC")).isEqualTo(List.of(3L, "OK"));
    }
  }

  @Test
  void aScriptWithoutKeysIsRefusedWhileSeveralServersHaveTheSlots() throws Exception {
    planes.installHalves(lower.address(), upper.address());
    try (RespClient client = planes.client()) {
      assertThat(String.valueOf(client.call("EVAL", COUNT, "0"))).contains("command_policy");
      planes.installAll(new SlotRoute.Migrating(lower.address(), upper.address()));
      assertThat(String.valueOf(client.call("EVAL", COUNT, "0"))).contains("command_policy");
      assertThat(client.call("MULTI")).isEqualTo("OK");
      assertThat(String.valueOf(client.call("EVAL", COUNT, "0"))).contains("command_policy");
      assertThat(String.valueOf(client.call("EXEC"))).contains("EXECABORT");
    }
  }

  @Test
  void aPolicyAllowsScriptsWithoutKeysAnywhereAndThoseWithKeysGoWhereTheseAre() throws Exception {
    restart(config -> Configs.withPolicy(config, List.of("eval=any-group", "evalsha=any-group")));
    planes.installHalves(lower.address(), upper.address());
    String read = "return redis.call('GET', KEYS[1])";
    try (RespClient client = planes.client()) {
      assertThat(client.call("EVAL", "return 7", "0")).isEqualTo(7L);
      String sha = client.expectText("SCRIPT", "LOAD", read);
      for (String key : List.of("foo", "a")) {
        client.expect("SET", key, key);
        assertThat(client.call("EVAL", read, "1", key)).isEqualTo(key);
        assertThat(client.call("EVALSHA", sha, "1", key)).isEqualTo(key);
        client.expect("MULTI");
        client.expect("EVAL", read, "1", key);
        assertThat(client.call("EXEC")).isEqualTo(List.of(key));
      }
    }
  }

  @Test
  void aScriptWithoutKeysWaitsWhileTheOnlyServerIsReplaced() throws Exception {
    planes.installAll(new SlotRoute.Fenced(lower.address(), false));
    try (RespClient client = planes.client()) {
      // Given
      client.send("EVAL", COUNT, "0");
      client.send("GET", "counted");
      client.flush();
      // When
      planes.installAll(Planes.serving(upper.address()));
      // Then
      assertThat(client.receive()).isEqualTo(1L);
      assertThat(client.receive()).isEqualTo("1");
      assertThat(upper.call("GET", "counted")).isEqualTo("1");
      assertThat(lower.call("GET", "counted")).isNull();
    }
  }

  @Test
  void aTableIsNotConfirmedWhileAScriptWithoutKeysRunsOnTheServerOfTheTableBefore()
      throws Exception {
    try (RedisProcess slow = RedisProcess.builder().option("lua-time-limit", "50").start()) {
      planes.installAll(Planes.serving(slow.address()));
      try (RespClient busy = planes.client();
          RespClient observer = slow.client()) {
        // Given
        busy.send("EVAL", "while true do end", "0");
        busy.flush();
        Poll.until(SOON, "busy", () -> String.valueOf(observer.call("PING")).contains("BUSY"));
        // When: another server gets a few slots
        var confirmed =
            planes.install(
                List.of(
                    new io.vodis.model.SlotRange(0, 1000, Planes.serving(slow.address())),
                    new io.vodis.model.SlotRange(1001, 1023, Planes.serving(upper.address()))));
        // Then
        assertThat(confirmed.isComplete()).isFalse();
        observer.call("SCRIPT", "KILL");
        assertThat(String.valueOf(busy.receive())).contains("killed");
        Poll.until(SOON, "confirmed", confirmed::isComplete);
      }
    }
  }

  @Test
  void aTransactionGetsTheScriptsThatItsServerLacks() throws Exception {
    planes.installHalves(lower.address(), upper.address());
    String body = "return redis.call('INCRBY', KEYS[1], ARGV[1])";
    try (RespClient client = planes.client()) {
      // Given a script that only the lower server has seen
      String sha = client.expectText("SCRIPT", "LOAD", body);
      upper.call("SCRIPT", "FLUSH");
      for (String key : List.of("foo", "a")) {
        // When / Then
        client.expect("MULTI");
        client.expect("EVALSHA", sha, "1", key, "2");
        client.expect("EVALSHA", sha, "1", key, "3");
        assertThat(client.call("EXEC")).isEqualTo(List.of(2L, 5L));
        client.expect("WATCH", key);
        client.expect("MULTI");
        client.expect("EVALSHA", sha, "1", key, "3");
        client.expect("PING");
        assertThat(client.call("EXEC")).isEqualTo(List.of(8L, "PONG"));
      }
      // When somebody makes the server forget it, past the proxy
      upper.call("SCRIPT", "FLUSH");
      client.expect("MULTI");
      client.expect("EVALSHA", sha, "1", "a", "2");
      assertThat(String.valueOf(client.call("EXEC"))).contains("NOSCRIPT");
      // Then it is there again the next time
      client.expect("MULTI");
      client.expect("EVALSHA", sha, "1", "a", "2");
      assertThat(client.call("EXEC")).isEqualTo(List.of(10L));
    }
  }

  @Test
  void scriptsAndTransactionsOverSeveralSlotsOfOneServer() throws Exception {
    restart(ScriptsIT::sameServer);
    planes.installHalves(lower.address(), upper.address());
    String body = "return {redis.call('GET', KEYS[1]), redis.call('GET', KEYS[2])}";
    // Slots of the lower half: foo and b; a is in the upper.
    List<String> lowerKeys = keysOf(true);
    String one = lowerKeys.get(0);
    String two = lowerKeys.get(1);
    String elsewhere = keysOf(false).get(0);
    try (RespClient client = planes.client()) {
      String sha = client.expectText("SCRIPT", "LOAD", body);
      lower.call("SCRIPT", "FLUSH");
      client.expect("WATCH", one);
      client.expect("WATCH", two);
      client.expect("MULTI");
      client.expect("SET", one, "1");
      client.expect("SET", two, "2");
      client.expect("EVALSHA", sha, "2", one, two);
      assertThat(client.call("EXEC")).isEqualTo(List.of("OK", "OK", List.of("1", "2")));
      assertThat(client.call("EVALSHA", sha, "2", one, two)).isEqualTo(List.of("1", "2"));
      // A key of the other server
      client.expect("MULTI");
      client.expect("SET", one, "3");
      assertThat(String.valueOf(client.call("SET", elsewhere, "3"))).contains("CROSSSLOT");
      assertThat(String.valueOf(client.call("EXEC"))).contains("EXECABORT");
      // Slots that part company before EXEC
      client.expect("MULTI");
      client.expect("SET", one, "4");
      client.expect("SET", two, "4");
      planes
          .install(
              List.of(
                  new io.vodis.model.SlotRange(0, slot(one), Planes.serving(lower.address())),
                  new io.vodis.model.SlotRange(
                      slot(one) + 1, 1023, Planes.serving(upper.address()))))
          .await(20, java.util.concurrent.TimeUnit.SECONDS);
      assertThat(String.valueOf(client.call("EXEC"))).contains("CROSSSLOT");
      assertThat(client.call("GET", one)).isEqualTo("1");
      assertThat(client.call("PING")).isEqualTo("PONG");
    }
  }

  /** Two keys of the lower or the upper half of the slots, in the order of their slots. */
  private static List<String> keysOf(boolean lowerHalf) {
    return java.util.stream.IntStream.range(0, 1000)
        .mapToObj(i -> "key:" + i)
        .filter(key -> slot(key) < 512 == lowerHalf)
        .limit(2)
        .sorted(java.util.Comparator.comparingInt(ScriptsIT::slot))
        .toList();
  }

  private static int slot(String key) {
    byte[] bytes = key.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    return io.vodis.slot.SlotHash.slotOf(
        io.netty.buffer.Unpooled.wrappedBuffer(bytes), 0, bytes.length);
  }

  @Test
  void aGroupThatLacksAFunctionLibraryGetsItBeforeAFunctionIsCalled() throws Exception {
    Optional<ServerBinary> newest =
        ServerBinary.all().stream().filter(each -> each.version().isAtLeast(7, 0)).findFirst();
    assumeThat(newest).as("a server that has functions").isPresent();
    java.nio.file.Path binary = newest.get().path();
    try (RedisProcess old = RedisProcess.builder().binary(binary).start();
        RedisProcess fresh = RedisProcess.builder().binary(binary).start()) {
      planes.installAll(Planes.serving(old.address()));
      try (RespClient client = planes.client()) {
        // Given
        client.expect("FUNCTION", "LOAD", LIBRARY);
        // When a group is new
        planes.installHalves(old.address(), fresh.address());
        client.send("SET", "a", "1");
        client.send("FCALL", "f", "1", "a");
        client.send("GET", "a");
        client.flush();
        // Then
        assertThat(client.receive()).isEqualTo("OK");
        assertThat(client.receive()).isEqualTo("a");
        assertThat(client.receive()).isEqualTo("1");
        assertThat(client.call("FCALL", "f", "1", "foo")).isEqualTo("foo");
        // When a group has lost it with its server
        fresh.kill();
        fresh.restart();
        Poll.until(SOON, "reachable", () -> "OK".equals(client.call("SET", "a", "1")));
        client.expect("MULTI");
        client.expect("FCALL", "f", "1", "a");
        // Then
        assertThat(client.call("EXEC")).isEqualTo(List.of("a"));
        assertThat(client.call("FUNCTION", "DELETE", "lib")).isEqualTo("OK");
        assertThat(fresh.call("FUNCTION", "LIST")).isEqualTo(List.of());
        assertThat(old.call("FUNCTION", "LIST")).isEqualTo(List.of());
      }
    }
  }

  @Test
  void aServerThatAScriptKeepsBusySaysSoToOthers() throws Exception {
    // Older ones do so only when they are sent something more.
    boolean answersBehindAKilledScript = ServerBinary.standard().version().isAtLeast(6, 2);
    try (RedisProcess slow = RedisProcess.builder().option("lua-time-limit", "20").start()) {
      planes.installAll(Planes.serving(slow.address()));
      try (RespClient busy = planes.client();
          RespClient other = planes.client();
          RespClient third = planes.client()) {
        // Given
        other.expect("SET", "a", "1");
        busy.send("EVAL", "while true do end", "0");
        if (answersBehindAKilledScript) {
          busy.send("GET", "a");
        }
        busy.flush();
        // When / Then
        Poll.until(SOON, "known", () -> String.valueOf(other.call("PING")).contains("BUSY"));
        assertThat(String.valueOf(third.call("PING"))).contains("BUSY");
        Poll.until(SOON, "heard", () -> String.valueOf(other.call("INCR", "a")).contains("BUSY"));
        other.expect("MULTI");
        other.expect("INCR", "a");
        assertThat(String.valueOf(other.call("EXEC"))).contains("EXECABORT").contains("BUSY");
        assertThat(other.call("SCRIPT", "KILL")).isEqualTo("OK");
        assertThat(String.valueOf(busy.receive())).contains("killed");
        if (answersBehindAKilledScript) {
          assertThat(busy.receive()).isEqualTo("1");
        }
        Poll.until(SOON, "free", () -> "PONG".equals(third.call("PING")));
        assertThat(other.call("INCR", "a")).isEqualTo(2L);
        // The client of a long script hears no more of it than its reply.
        String slowly =
            """
            local function now()
              local t = redis.call('TIME')
              return t[1] * 1000000 + t[2]
            end
            local till = now() + 300000
            while now() < till do end
            return 'done'
            """;
        assertThat(busy.call("EVAL", slowly, "0")).isEqualTo("done");
        assertThat(busy.call("PING")).isEqualTo("PONG");
      }
    }
  }
}

package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.lifecycle.ConfigReload;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.ServerBinary;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the operator says about commands, and what servers of different versions make of them. */
class CommandPolicyIT {

  private static final Duration SOON = Duration.ofSeconds(10);

  private static Planes planes(String... rules) throws Exception {
    return Planes.start(1, config -> Configs.withPolicy(config, List.of(rules)));
  }

  private static RespError denied(String command) {
    return new RespError("NOPERM command '" + command + "' is not allowed through this proxy");
  }

  @Test
  void renamedCommandsReachTheServersUnderTheirOtherName() throws Exception {
    try (RedisProcess lower = renaming();
        RedisProcess upper = renaming();
        Planes planes =
            planes("get=rename:x-get", "mget=rename:x-mget", "object=rename:x-object")) {
      planes.installHalves(lower.address(), upper.address());
      try (RespClient client = planes.client()) {
        // Given foo in the lower half and a in the upper one
        client.expect("SET", "foo", "1");
        client.expect("SET", "a", "x".repeat(100_000));
        // Then
        assertThat(client.call("GeT", "foo")).isEqualTo("1");
        assertThat(client.call("MGET", "foo", "a")).isEqualTo(List.of("1", "x".repeat(100_000)));
        assertThat(client.call("OBJECT", "ENCODING", "foo")).isEqualTo("int");
        client.sendRaw("GET foo\r\n");
        assertThat(client.receive()).isEqualTo("1");
        assertThat(client.call("GET"))
            .isEqualTo(new RespError("ERR wrong number of arguments for 'get' command"));
        // Order and frames hold in a pipeline
        List<String[]> pipeline =
            IntStream.range(0, 300)
                .mapToObj(
                    i -> i % 3 == 0 ? new String[] {"GET", "foo"} : new String[] {"INCR", "n"})
                .toList();
        List<@Nullable Object> replies = client.pipeline(pipeline);
        for (int i = 0; i < replies.size(); i++) {
          assertThat(replies.get(i)).isEqualTo(i % 3 == 0 ? "1" : (Object) (long) (i - i / 3));
        }
      }
    }
  }

  private static RedisProcess renaming() {
    return RedisProcess.builder()
        .option("rename-command", "GET", "x-get")
        .option("rename-command", "MGET", "x-mget")
        .option("rename-command", "OBJECT", "x-object")
        .start();
  }

  @Test
  void theMostPreciseRuleHolds() throws Exception {
    try (RedisProcess server = RedisProcess.start();
        Planes planes =
            planes(
                "@hash=deny", "hget=allow", "config|get=deny", "flushall=ok", "lolwut=any-group")) {
      planes.installAll(Planes.serving(server.address()));
      try (RespClient client = planes.client()) {
        assertThat(client.call("HSET", "h", "f", "v")).isEqualTo(denied("hset"));
        assertThat(client.call("HGET", "h", "f")).isNull();
        assertThat(client.call("CONFIG", "GET", "port")).isEqualTo(denied("config|get"));
        client.expect("SET", "k", "v");
        assertThat(client.call("FLUSHALL")).isEqualTo("OK");
        assertThat(String.valueOf(client.call("LOLWUT"))).contains(" ver");
      }
    }
  }

  @Test
  void whatIsSentToAllGroupsIsDoneByAll() throws Exception {
    try (RedisProcess lower = debuggable();
        RedisProcess upper = debuggable();
        Planes planes = planes("debug=all-groups", "swapdb=all-groups", "bgsave=all-groups")) {
      planes.installHalves(lower.address(), upper.address());
      try (RespClient client = planes.client()) {
        // Given foo in the lower half and a in the upper one
        client.expect("SET", "foo", "1");
        client.expect("SET", "a", "1");
        // Then
        assertThat(client.call("SWAPDB", "0", "1")).isEqualTo("OK");
        assertThat(client.call("MGET", "foo", "a")).isEqualTo(Arrays.asList(null, null));
        assertThat(client.call("SWAPDB", "0", "x"))
            .isEqualTo(new RespError("ERR invalid second DB index"));
        client.expect("SELECT", "1");
        assertThat(client.call("MGET", "foo", "a")).isEqualTo(List.of("1", "1"));
        assertThat(String.valueOf(client.call("DEBUG", "OBJECT", "foo"))).contains("encoding:int");
        assertThat(String.valueOf(client.call("DEBUG", "OBJECT", "a"))).contains("encoding:int");
        assertThat(client.call("DEBUG", "SET-ACTIVE-EXPIRE", "1")).isEqualTo("OK");
        assertThat(client.call("DEBUG", "SEGFAULT")).isEqualTo(denied("debug|segfault"));
        assertThat(String.valueOf(client.call("DEBUG", "POPULATE", "1"))).contains("one server");
        assertThat(client.call("MULTI")).isEqualTo("OK");
        assertThat(client.call("DEBUG", "SLEEP", "0")).isEqualTo("QUEUED");
        assertThat(client.call("BGSAVE")).isEqualTo("QUEUED");
        assertThat(client.call("EXEC")).isEqualTo(List.of("OK", "Background saving started"));
      }
    }
  }

  private static RedisProcess debuggable() {
    ServerBinary oldest = ServerBinary.all().getFirst();
    RedisProcess.Builder server = RedisProcess.builder().binary(oldest.path());
    return oldest.isRedisAtLeast(7, 0)
        ? server.option("enable-debug-command", "yes").start()
        : server.start();
  }

  @Test
  void anotherPolicyIsInForceAfterAReload() throws Exception {
    try (RedisProcess server = RedisProcess.start();
        Planes planes = planes("get=deny")) {
      planes.installAll(Planes.serving(server.address()));
      ProxyConfig started =
          Configs.withPolicy(Configs.listening("127.0.0.1:0", 1), List.of("get=deny"));
      ConfigReload<ProxyConfig> reloading = planes.reloading(started);
      reloading.from(() -> Configs.withPolicy(started, List.of("set=deny")));
      try (RespClient client = planes.client()) {
        assertThat(client.call("GET", "k")).isEqualTo(denied("get"));
        // When
        assertThat(reloading.reload()).startsWith("in force now: command_policy;");
        // Then
        Poll.until(SOON, () -> "GET is still denied", () -> client.call("GET", "k") == null);
        assertThat(client.call("SET", "k", "v")).isEqualTo(denied("set"));
      }
    }
  }

  @Test
  void whatOnlyNewerServersKnowIsNotOffered() throws Exception {
    List<ServerBinary> binaries = ServerBinary.all();
    ServerBinary oldest = binaries.getFirst();
    ServerBinary newest =
        binaries.stream().filter(b -> b.isRedisAtLeast(7, 0)).findFirst().orElse(oldest);
    try (RedisProcess lower = RedisProcess.builder().binary(oldest.path()).start();
        RedisProcess upper = RedisProcess.builder().binary(newest.path()).start();
        Planes planes = planes()) {
      planes.installHalves(lower.address(), upper.address());
      boolean known = oldest.version().isAtLeast(7, 0);
      try (RespClient client = planes.client()) {
        Poll.until(
            SOON,
            () -> "LMPOP is not as it should be between " + oldest + " and " + newest,
            () ->
                known
                    ? client.call("LMPOP", "1", "a", "LEFT") == null
                    : String.valueOf(client.call("LMPOP", "1", "a", "LEFT"))
                        .contains("is not offered, because server " + lower.address()));
      }
    }
  }
}

package io.vodis.testsupport.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.TcpRelay;
import io.vodis.testsupport.workload.Finding.Kind;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A load against one plain server, then faults made by hand, each of which must be found. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HistoryCheckerTest {

  private final RedisProcess redis = RedisProcess.start();
  private final RedisProcess other = RedisProcess.start();
  private final TcpRelay relay = TcpRelay.to(redis.address());
  private Workload workload;
  private WorkloadReport report;

  @BeforeAll
  void load() {
    workload = Workload.start(Workload.Settings.over(List.of(redis.address(), relay.address())));
    Poll.pass(Duration.ofSeconds(2));
    report = workload.stop();
  }

  @AfterAll
  void close() {
    relay.close();
    redis.close();
    other.close();
  }

  @Test
  void aCorrectServerPasses() {
    // When
    List<Finding> seen = new HistoryChecker(workload).checkThrough(relay.address());
    List<Finding> found = onServers();

    // Then
    assertThat(report.acknowledged()).isGreaterThan(1000);
    assertThat(report.errors()).isEmpty();
    assertThat(report.unknown()).isZero();
    assertThat(report.findings()).isEmpty();
    assertThat(seen).isEmpty();
    assertThat(found).isEmpty();
  }

  private List<Finding> onServers() {
    return new HistoryChecker(workload)
        .checkOnServers(List.of(redis.address(), other.address()), slot -> redis.address());
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        fault("a list element is dropped", "list", Kind.LOST, "LPOP", "KEY"),
        fault(
            "a list element is added twice",
            "list",
            Kind.DUPLICATED,
            script("redis.call('RPUSH', KEYS[1], redis.call('LINDEX', KEYS[1], 0))")),
        fault(
            "a list is turned round",
            "list",
            Kind.ORDER,
            script("redis.call('LPUSH', KEYS[1], redis.call('RPOP', KEYS[1]))")),
        fault("an increment is lost", "counter", Kind.LOST, "DECR", "KEY"),
        fault("an increment is done twice", "counter", Kind.DUPLICATED, "INCR", "KEY"),
        fault("a value is an older one", "text", Kind.LOST, "SET", "KEY", "old"),
        fault("a key is gone", "text", Kind.LOST, "DEL", "KEY"),
        fault("a key never expires", "text", Kind.TTL, "PERSIST", "KEY"),
        fault("a key expires too early", "text", Kind.TTL, "PEXPIRE", "KEY", "100000"),
        fault(
            "a hash field is gone",
            "hash",
            Kind.LOST,
            script("redis.call('HDEL', KEYS[1], redis.call('HKEYS', KEYS[1])[1])")),
        fault("a hash field has come back", "hash", Kind.DUPLICATED, "HSET", "KEY", "x", "y"),
        fault("a member is gone", "members", Kind.LOST, "SPOP", "KEY"),
        fault("a member has come back", "members", Kind.DUPLICATED, "SADD", "KEY", "x"),
        fault(
            "a score counts twice",
            "scores",
            Kind.DUPLICATED,
            script("redis.call('ZINCRBY', KEYS[1], 1, redis.call('ZRANGE', KEYS[1], 0, 0)[1])")));
  }

  private static Arguments fault(String name, String type, Kind kind, String... command) {
    return Arguments.of(name, type, kind, command);
  }

  private static String[] script(String text) {
    return new String[] {"EVAL", text, "1", "KEY"};
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void aFaultIsFound(String name, String type, Kind kind, String[] fault) {
    // Given
    KeyModel victim = victim(type, name.contains("expire"));
    try (RespClient client = redis.client()) {
      client.expect("SELECT", Integer.toString(victim.database()));
      byte[] dump = client.expectBytes("DUMP", victim.key());
      long ttlMillis = client.expectNumber("PTTL", victim.key());

      // When
      String[] command = fault.clone();
      java.util.Arrays.setAll(command, i -> command[i].equals("KEY") ? victim.key() : command[i]);
      client.expect(command);
      List<Finding> findings = onServers();
      restore(client, victim.key(), dump, ttlMillis);

      // Then
      assertThat(findings).hasSize(1);
      assertThat(findings.getFirst().kind()).isEqualTo(kind);
      assertThat(findings.getFirst().key()).isEqualTo(victim.key());
    }
  }

  private static void restore(RespClient client, String key, byte[] dump, long ttlMillis) {
    String ttl = Long.toString(Math.max(0, ttlMillis));
    client.call(bytes("RESTORE"), bytes(key), bytes(ttl), dump, bytes("REPLACE"));
  }

  @Test
  void aKeyOnASecondServerIsAStray() {
    // Given
    KeyModel victim = victim("counter", false);
    try (RespClient client = other.client()) {
      client.expect("SELECT", Integer.toString(victim.database()));

      // When
      client.expect("SET", victim.key(), "1");
      List<Finding> findings = onServers();
      client.expect("DEL", victim.key());

      // Then
      assertThat(findings).hasSize(1);
      assertThat(findings.getFirst().kind()).isEqualTo(Kind.STRAY);
    }
  }

  /** A key of the type that exists for certain, with an expiry or without. */
  private KeyModel victim(String type, boolean expires) {
    return workload.models().stream()
        .filter(m -> m.key().startsWith(type + ":"))
        .filter(m -> Boolean.TRUE.equals(m.exists()))
        .filter(m -> expires ? expiresLate(m.expiry()) : m.expiry() == null)
        .filter(m -> !type.equals("list") || listLength(m) > 2)
        .findFirst()
        .orElseThrow();
  }

  private static boolean expiresLate(KeyModel.@Nullable Expiry expiry) {
    return expiry != null && expiry.earliestMillis() > System.currentTimeMillis() + 300_000;
  }

  private long listLength(KeyModel model) {
    try (RespClient client = redis.client()) {
      client.expect("SELECT", Integer.toString(model.database()));
      return client.expectNumber("LLEN", model.key());
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }
}

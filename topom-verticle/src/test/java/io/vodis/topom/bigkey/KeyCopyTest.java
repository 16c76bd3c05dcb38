package io.vodis.topom.bigkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vertx.core.Vertx;
import io.vodis.redis.RedisSession;
import io.vodis.redis.ServerAccess;
import io.vodis.redis.VertxRedisAdmin;
import io.vodis.slot.CopyName;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each type, in pieces, between real servers. */
class KeyCopyTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final byte[] KEY = "a key".getBytes(StandardCharsets.UTF_8);
  private static final String COPY = new String(CopyName.of(KEY), StandardCharsets.UTF_8);

  private static Vertx vertx;
  private static RedisProcess source;
  private static RedisProcess target;

  private final AtomicInteger steps = new AtomicInteger();
  private VertxRedisAdmin admin;
  private RedisSession fromSession;
  private RedisSession toSession;
  private KeyAt from;
  private KeyAt to;
  private RespClient onSource;
  private RespClient onTarget;

  @BeforeAll
  static void startServers() {
    vertx = Vertx.vertx();
    source = RedisProcess.start();
    target = RedisProcess.start();
  }

  @AfterAll
  static void stopServers() {
    source.close();
    target.close();
    vertx.close().await();
  }

  @BeforeEach
  void connect() {
    admin = new VertxRedisAdmin(vertx, ServerAccess.withPassword(""), "copy");
    fromSession = admin.open(source.address(), 0, TIMEOUT);
    toSession = admin.open(target.address(), 0, TIMEOUT);
    from = new KeyAt(fromSession, TIMEOUT, KEY);
    to = new KeyAt(toSession, TIMEOUT, CopyName.of(KEY));
    onSource = source.client();
    onTarget = target.client();
    onSource.expect("FLUSHALL");
    onTarget.expect("FLUSHALL");
  }

  @AfterEach
  void disconnect() {
    onSource.close();
    onTarget.close();
    fromSession.close();
    toSession.close();
    admin.close();
  }

  private void copiesInPieces(KeyCopy way) {
    way.copy(from, to, steps::incrementAndGet);
    assertThat(steps.get()).as("pieces").isGreaterThan(2);
    assertThat(way.difference(from, to, () -> {})).isEmpty();
  }

  private static Optional<String> differs(KeyCopy way, KeyAt from, KeyAt to) {
    return way.difference(from, to, () -> {});
  }

  private static byte[] noise(int length, int seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void aString() {
    // Given
    byte[] value = noise(1_000_003, 1);
    onSource.call(bytes("SET"), KEY, value);
    // When / Then
    StringCopy way = new StringCopy();
    copiesInPieces(way);
    assertThat(onTarget.expectBytes("GET", COPY)).isEqualTo(value);
    // And one byte matters
    onTarget.call("SETRANGE", COPY, "700000", "?!");
    assertThat(differs(way, from, to)).isPresent();
    onTarget.call("APPEND", COPY, "more");
    assertThat(differs(way, from, to)).isPresent();
  }

  @Test
  void aList() {
    // Given
    for (int i = 0; i < 3000; i++) {
      onSource.send(bytes("RPUSH"), KEY, noise(i % 100, i));
    }
    drain(3000);
    // When / Then
    ListCopy way = new ListCopy();
    copiesInPieces(way);
    onTarget.call("LSET", COPY, "2999", "other");
    assertThat(differs(way, from, to)).isPresent();
    onTarget.call("RPOP", COPY);
    assertThat(differs(way, from, to)).isPresent();
  }

  @Test
  void aSet() {
    // Given
    for (int i = 0; i < 3000; i++) {
      onSource.send(bytes("SADD"), KEY, bytes("member-" + i));
    }
    drain(3000);
    // When / Then
    SetCopy way = new SetCopy();
    copiesInPieces(way);
    onTarget.call("SREM", COPY, "member-7");
    assertThat(differs(way, from, to)).isPresent();
    onTarget.call("SADD", COPY, "member-x");
    assertThat(differs(way, from, to)).isPresent();
  }

  @Test
  void aSortedSet() {
    // Given scores of every kind
    for (int i = 0; i < 3000; i++) {
      String score =
          i == 0 ? "inf" : i == 1 ? "-inf" : i % 3 == 0 ? "0.1" + i : Double.toString(i * 1e17);
      onSource.send(bytes("ZADD"), KEY, bytes(score), noise(8, i));
    }
    drain(3000);
    // When / Then
    SortedSetCopy way = new SortedSetCopy();
    copiesInPieces(way);
    onTarget.send(bytes("ZINCRBY"), bytes(COPY), bytes("0.5"), noise(8, 6));
    onTarget.flush();
    onTarget.receive();
    assertThat(differs(way, from, to)).isPresent();
  }

  @Test
  void aHash() {
    // Given
    for (int i = 0; i < 3000; i++) {
      onSource.send(bytes("HSET"), KEY, bytes("field-" + i), noise(i % 200, i));
    }
    drain(3000);
    // When / Then
    HashCopy way = new HashCopy();
    copiesInPieces(way);
    onTarget.call("HSET", COPY, "field-7", "other");
    assertThat(differs(way, from, to)).isPresent();
    onTarget.call("HDEL", COPY, "field-7");
    assertThat(differs(way, from, to)).isPresent();
  }

  @Test
  void aHashWhoseFieldsExpire() {
    // Given
    for (int i = 0; i < 3000; i++) {
      onSource.send(bytes("HSET"), KEY, bytes("field-" + i), bytes("value-" + i));
    }
    drain(3000);
    Object known = onSource.call("HPEXPIRE", "a key", "600000", "FIELDS", "1", "field-1");
    assumeThat(known).as("servers with expiring fields").isNotInstanceOf(RespError.class);
    onSource.call("HPEXPIRE", "a key", "40", "FIELDS", "3", "field-2", "field-3", "field-4");
    // When
    HashCopy way = new HashCopy();
    copiesInPieces(way);
    // Then
    Object here = onSource.call("HPEXPIRETIME", "a key", "FIELDS", "1", "field-1");
    assertThat(onTarget.call("HPEXPIRETIME", COPY, "FIELDS", "1", "field-1")).isEqualTo(here);
    onTarget.call("HPERSIST", COPY, "FIELDS", "1", "field-1");
    assertThat(onTarget.call("HPEXPIRE", COPY, "500000", "FIELDS", "1", "field-1")).isNotNull();
    assertThat(differs(way, from, to)).isPresent();
  }

  @Test
  void aStreamWithItsGroups() {
    // Given entries, some of them deleted while pending, and an id far ahead
    for (int i = 1; i <= 2000; i++) {
      onSource.send(bytes("XADD"), KEY, bytes(i + "-1"), bytes("f"), noise(i % 90, i));
    }
    drain(2000);
    onSource.call("XGROUP", "CREATE", "a key", "g1", "0");
    onSource.call("XGROUP", "CREATE", "a key", "g2", "$");
    onSource.call("XREADGROUP", "GROUP", "g1", "alice", "COUNT", "700", "STREAMS", "a key", ">");
    onSource.call("XREADGROUP", "GROUP", "g1", "bob", "COUNT", "300", "STREAMS", "a key", ">");
    onSource.call("XREADGROUP", "GROUP", "g1", "bob", "COUNT", "300", "STREAMS", "a key", "0");
    onSource.call("XACK", "a key", "g1", "3-1", "4-1");
    onSource.call("XDEL", "a key", "1-1", "5-1", "999-1", "2000-1");
    onSource.call("XSETID", "a key", "5000-7");
    // When
    StreamCopy way = new StreamCopy();
    copiesInPieces(way);
    // Then
    assertThat(onTarget.call("XLEN", COPY)).isEqualTo(1996L);
    assertThat(onTarget.call("XPENDING", COPY, "g1"))
        .isEqualTo(onSource.call("XPENDING", "a key", "g1"));
    assertThat(summary(onTarget, COPY)).isEqualTo(summary(onSource, "a key"));
    assertThat(onTarget.call("XADD", COPY, "5000-7", "f", "v")).isInstanceOf(RespError.class);
    // And each part matters
    onTarget.call("XACK", COPY, "g1", "7-1");
    assertThat(differs(way, from, to)).isPresent();
    onSource.call("XACK", "a key", "g1", "7-1");
    assertThat(differs(way, from, to)).isEmpty();
    onTarget.call("XGROUP", "SETID", COPY, "g2", "9-9");
    assertThat(differs(way, from, to)).isPresent();
    onTarget.call("XGROUP", "DESTROY", COPY, "g2");
    assertThat(differs(way, from, to)).isPresent();
    onTarget.call("XGROUP", "CREATE", COPY, "g2", "2000-1");
    assertThat(differs(way, from, to)).isEmpty();
    onTarget.call("XADD", COPY, "6000-1", "f", "v");
    assertThat(differs(way, from, to)).isPresent();
  }

  @Test
  void anEmptyStreamKeepsItsLastId() {
    // Given
    onSource.call("XADD", "a key", "77-1", "f", "v");
    onSource.call("XDEL", "a key", "77-1");
    // When
    StreamCopy way = new StreamCopy();
    way.copy(from, to, () -> {});
    // Then
    assertThat(differs(way, from, to)).isEmpty();
    assertThat(onTarget.call("XLEN", COPY)).isEqualTo(0L);
    assertThat(onTarget.call("XADD", COPY, "77-1", "f", "v")).isInstanceOf(RespError.class);
  }

  @Test
  void whateverElseGoesInOnePieceIfItIsNotTooLarge() {
    // Given
    onSource.call(bytes("SET"), KEY, noise(10_000, 1));
    // When / Then
    new DumpCopy("string", 20_000).copy(from, to, () -> {});
    assertThat(differs(new DumpCopy("string", 20_000), from, to)).isEmpty();
    assertThatThrownBy(() -> new DumpCopy("a module's", 9_000).copy(from, to, () -> {}))
        .isInstanceOf(NotMoved.class)
        .hasMessageContaining("migration_dump_max_bytes");
  }

  /** What is said of a stream, without its place in memory. */
  private static Object summary(RespClient client, String key) {
    Object[] facts = client.expectList("XINFO", "STREAM", key).toArray();
    StringBuilder summary = new StringBuilder();
    for (int i = 0; i + 1 < facts.length; i += 2) {
      if (!facts[i].toString().startsWith("radix") && !facts[i].toString().endsWith("entry")) {
        summary.append(facts[i]).append('=').append(facts[i + 1]).append(' ');
      }
    }
    return summary.toString();
  }

  private void drain(int replies) {
    onSource.flush();
    for (int i = 0; i < replies; i++) {
      assertThat(onSource.receive()).isNotInstanceOf(RespError.class);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

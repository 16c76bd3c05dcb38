package io.vodis.topom.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vodis.lifecycle.Clock;
import io.vodis.model.HostAndPort;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.ServerAccess;
import io.vodis.redis.VertxRedisAdmin;
import io.vodis.slot.SlotHash;
import io.vodis.store.StoreException;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.TcpRelay;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Moves through this process, between real servers. */
class DumpMoverTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final String NAME = "vodis:topom:7:dump";

  private static Vertx vertx;
  private static RedisProcess source;
  private static RedisProcess target;

  private final List<AutoCloseable> opened = new ArrayList<>();
  private DumpMover mover;
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
    mover = mover(NAME, server -> {}, () -> {});
    onSource = keep(source.client());
    onTarget = keep(target.client());
    onSource.expect("FLUSHALL");
    onTarget.expect("FLUSHALL");
  }

  @AfterEach
  void disconnect() throws Exception {
    for (AutoCloseable part : opened.reversed()) {
      part.close();
    }
  }

  private <T extends AutoCloseable> T keep(T part) {
    opened.add(part);
    return part;
  }

  private DumpMover mover(String name, Consumer<HostAndPort> endStrangers, Runnable confirm) {
    RedisAdmin admin = keep(new VertxRedisAdmin(vertx, ServerAccess.OPEN, "vodis:topom:7"));
    RedisAdmin opener = keep(new VertxRedisAdmin(vertx, ServerAccess.OPEN, name));
    return keep(
        new DumpMover(
            new DumpServers(
                admin, opener, name, endStrangers, confirm, server -> true, Clock.SYSTEM)));
  }

  private static DumpWay way(int database) {
    return new DumpWay(source.address(), target.address(), database);
  }

  private static List<DumpKey> keys(boolean returning, String... names) {
    return Stream.of(names)
        .map(name -> new DumpKey(name.getBytes(StandardCharsets.UTF_8), 0, returning))
        .toList();
  }

  private boolean move(String... names) {
    return mover.move(way(0), keys(false, names), TIMEOUT, () -> true);
  }

  @Test
  void keysOfEveryTypeAndFormArriveWithTheirTimeToLive() {
    // Given keys of all types, and names with tags of every odd form
    String[] odd = {
      "", "{}", "{}k", "{", "}", "{{}}", "a{b", "a}b{c", "{t}{u}", "{ }", "tab\t", "line\r\n"
    };
    for (String name : odd) {
      onSource.expect("SET", name, "value of " + name);
    }
    onSource.expect("RPUSH", "list", "a", "b");
    onSource.expect("HSET", "hash", "f", "v");
    onSource.expect("SADD", "set", "1", "x");
    onSource.expect("ZADD", "zset", "1.5", "m");
    onSource.expect("XADD", "stream", "1-1", "f", "v");
    onSource.expect("SET", "dies", "later", "PX", "600000");
    onSource.expect("SET", "dead", "already", "PX", "1");
    Poll.until(TIMEOUT, "expired", () -> onSource.expectNumber("EXISTS", "dead") == 0);

    // When
    assertThat(move(odd)).isTrue();
    assertThat(move("list", "hash", "set", "zset", "stream", "dies", "dead", "never was")).isTrue();

    // Then
    assertThat(onSource.expectNumber("DBSIZE")).isZero();
    assertThat(onTarget.expectNumber("DBSIZE")).isEqualTo(odd.length + 6L);
    for (String name : odd) {
      assertThat(onTarget.expect("GET", name)).isEqualTo("value of " + name);
      assertThat(onTarget.expect("PTTL", name)).isEqualTo(-1L);
    }
    assertThat(onTarget.expect("LRANGE", "list", "0", "-1")).isEqualTo(List.of("a", "b"));
    assertThat(onTarget.expect("ZSCORE", "zset", "m")).isEqualTo("1.5");
    assertThat(onTarget.expectNumber("PTTL", "dies")).isBetween(590_000L, 600_000L);
  }

  @Test
  void aDatabaseIsKept() {
    // Given
    onSource.expect("SELECT", "9");
    onSource.expect("SET", "k", "nine");

    // When
    assertThat(mover.move(way(9), keys(false, "k"), TIMEOUT, () -> true)).isTrue();

    // Then
    onTarget.expect("SELECT", "9");
    assertThat(onTarget.expect("GET", "k")).isEqualTo("nine");
    assertThat(onSource.expectNumber("DBSIZE")).isZero();
  }

  @Test
  void ofTwoCopiesTheOneAtHomeCounts() {
    // Given
    for (String key : List.of("out", "back")) {
      onSource.expect("SET", key, "on the source");
      onTarget.expect("SET", key, "on the target");
    }

    // When
    assertThat(mover.move(way(0), keys(false, "out"), TIMEOUT, () -> true)).isTrue();
    assertThat(mover.move(way(0), keys(true, "back"), TIMEOUT, () -> true)).isTrue();

    // Then
    assertThat(onTarget.expect("GET", "out")).isEqualTo("on the source");
    assertThat(onTarget.expect("GET", "back")).isEqualTo("on the target");
    assertThat(onSource.expectNumber("DBSIZE")).isZero();
  }

  @Test
  void ofTwoCopiesTheTargetsCountsIfItCarriesTheNumber() {
    // Given
    int slotId = SlotHash.slotOf("{k}".getBytes(StandardCharsets.UTF_8));
    for (String key : List.of("{k}proven", "{k}older")) {
      onSource.expect("SET", key, "on the source");
      onTarget.expect("SET", key, "on the target");
    }
    onTarget.expect("HSET", "__vodis:proofs", Integer.toString(slotId), "17");

    // When
    assertThat(mover.move(way(0), List.of(proven("{k}proven", 17)), TIMEOUT, () -> true)).isTrue();
    assertThat(mover.move(way(0), List.of(proven("{k}older", 18)), TIMEOUT, () -> true)).isTrue();

    // Then
    assertThat(onTarget.expect("GET", "{k}proven")).isEqualTo("on the target");
    assertThat(onTarget.expect("GET", "{k}older")).isEqualTo("on the source");
    assertThat(onSource.expectNumber("DBSIZE")).isZero();
  }

  private static DumpKey proven(String name, long proof) {
    return new DumpKey(name.getBytes(StandardCharsets.UTF_8), proof, false);
  }

  @Test
  void aReplicaOfTheSourceIsWaitedForButNotAgainAndAgainInVain() {
    // Given a source without a replica
    Duration wait = Duration.ofMillis(300);
    onSource.expect("MSET", "a", "1", "b", "2");

    // When
    long start = System.nanoTime();
    boolean first = mover.moveFirst(way(0), keys(false, "a"), TIMEOUT, wait, () -> true);
    long waited = System.nanoTime();
    boolean second = mover.moveFirst(way(0), keys(false, "b"), TIMEOUT, wait, () -> true);
    long end = System.nanoTime();

    // Then
    assertThat(first && second).isTrue();
    assertThat(Duration.ofNanos(waited - start)).isGreaterThan(wait);
    assertThat(Duration.ofNanos(end - waited)).isLessThan(Duration.ofNanos(waited - start));
    assertThat(onTarget.expectNumber("DBSIZE")).isEqualTo(2);
  }

  @Test
  void whatTheTargetDoesNotTakeStaysAndTheRestGoes() {
    // Given a target that forbids one key's name
    onTarget.expect("ACL", "SETUSER", "default", "resetkeys", "~yes*");
    try {
      onSource.expect("MSET", "yes", "1", "no", "2");

      // When / Then
      assertThatThrownBy(() -> move("yes", "no"))
          .isInstanceOf(RedisAdminException.class)
          .hasMessageContaining(target.address().toString())
          .hasMessageContaining("NOPERM");
      assertThat(onTarget.expect("GET", "yes")).isEqualTo("1");
      assertThat(onSource.expect("KEYS", "*")).isEqualTo(List.of("no"));
    } finally {
      onTarget.expect("ACL", "SETUSER", "default", "allkeys");
    }
    assertThat(move("yes", "no")).isTrue();
    assertThat(onTarget.expect("GET", "no")).isEqualTo("2");
  }

  @Test
  void nothingIsDoneOnceItIsNotToGoOn() {
    onSource.expect("SET", "k", "v");

    assertThat(mover.move(way(0), keys(false, "k"), TIMEOUT, () -> false)).isFalse();

    assertThat(onSource.expectNumber("DBSIZE")).isEqualTo(1);
    assertThat(onTarget.expectNumber("DBSIZE")).isZero();
  }

  @Test
  void whoIsNotConfirmedAfterConnectingMovesNothing() {
    // Given
    onSource.expect("SET", "k", "v");
    DumpMover deposed =
        mover(
            NAME,
            server -> {},
            () -> {
              throw new StoreException(StoreException.Reason.NOT_LEADER, "term 7 is over");
            });

    // When / Then
    assertThatThrownBy(() -> deposed.move(way(0), keys(false, "k"), TIMEOUT, () -> true))
        .isInstanceOf(StoreException.class);
    assertThat(onTarget.expectNumber("DBSIZE")).isZero();
  }

  @Test
  void strangersAreEndedOnBothServersBeforeTheFirstMove() {
    List<HostAndPort> ended = new ArrayList<>();
    DumpMover next = mover(NAME, ended::add, () -> {});

    assertThat(next.move(way(0), keys(false, "k"), TIMEOUT, () -> true)).isTrue();
    assertThat(next.move(way(0), keys(false, "k"), TIMEOUT, () -> true)).isTrue();

    assertThat(ended).containsExactly(source.address(), target.address());
  }

  @Test
  void aTargetThatAnswersTooLateRestoresNothingAfterTheKeyWasDeletedThere() {
    // Given
    onSource.expect("MSET", "before", "0", "k", "v");
    assertThat(move("before")).isTrue();
    target.pause();
    try {
      assertThatThrownBy(
              () -> mover.move(way(0), keys(false, "k"), Duration.ofMillis(200), () -> true))
          .isInstanceOf(RedisAdminException.class);

      // When it cannot be known what the target will do, nothing is moved
      assertThatThrownBy(() -> mover.settle(target.address(), source.address()))
          .isInstanceOf(RedisAdminException.class);
    } finally {
      target.resume();
    }
    Poll.until(TIMEOUT, "moved", this::tryToMoveK);
    onTarget.expect("DEL", "k");

    // Then
    mover.settle(source.address(), target.address());
    assertThat(onTarget.expectNumber("EXISTS", "k")).isZero();
    assertThat(onSource.expectNumber("EXISTS", "k")).isZero();
  }

  @Test
  void whatTheNetworkHasDelayedIsNotExecutedAfterTheKeyWasDeletedThere() {
    try (TcpRelay relay = TcpRelay.to(target.address())) {
      // Given a RESTORE that is under way
      DumpWay delayed = new DumpWay(source.address(), relay.address(), 0);
      onSource.expect("MSET", "before", "0", "k", "v");
      assertThat(mover.move(delayed, keys(false, "before"), TIMEOUT, () -> true)).isTrue();
      relay.holdPresent();
      assertThatThrownBy(
              () -> mover.move(delayed, keys(false, "k"), Duration.ofMillis(200), () -> true))
          .isInstanceOf(RedisAdminException.class);
      assertThat(onTarget.expectNumber("EXISTS", "k")).isZero();

      // When the key is moved in another attempt, and deleted
      assertThat(mover.move(delayed, keys(false, "k"), TIMEOUT, () -> true)).isTrue();
      assertThat(onTarget.expectNumber("DEL", "k")).isEqualTo(1);
      relay.releaseHeld();
      Poll.until(TIMEOUT, "the delayed connection has ended", () -> relay.connections() <= 2);

      // Then
      assertThat(onTarget.expect("KEYS", "*")).isEqualTo(List.of("before"));
      assertThat(onSource.expectNumber("DBSIZE")).isZero();
    }
  }

  private boolean tryToMoveK() {
    try {
      return move("k");
    } catch (RedisAdminException e) {
      return false;
    }
  }

  /** Keys are deleted by a client as soon as they are said to have moved: none may come back. */
  @Test
  void nothingIsLostOrComesBackWhateverBecomesOfTheConnections() throws Exception {
    // Given
    int count = 600;
    Random random = new Random(20261121);
    for (int i = 0; i < count; i++) {
      onSource.expect("SET", "k" + i, "v" + i);
    }
    AtomicBoolean over = new AtomicBoolean();
    Thread trouble =
        Thread.ofVirtual()
            .start(
                () -> {
                  while (!over.get()) {
                    makeTrouble(random);
                  }
                });

    // When
    int read = 0;
    for (int i = 0; i < count; i += 10) {
      String[] names = new String[10];
      for (int k = 0; k < names.length; k++) {
        names[k] = "k" + (i + k);
      }
      int first = i;
      Poll.until(Duration.ofSeconds(30), () -> "k" + first, () -> tryToMove(names));
      for (String name : names) {
        if (onTarget.call("GET", name) instanceof String value) {
          assertThat(value).isEqualTo(name.replace('k', 'v'));
          read++;
        }
        onTarget.expect("DEL", name);
      }
    }
    over.set(true);
    trouble.join();

    // Then
    mover.settle(source.address(), target.address());
    assertThat(read).isEqualTo(count);
    assertThat(onSource.expectNumber("DBSIZE")).isZero();
    assertThat(onTarget.expectNumber("DBSIZE")).isZero();
  }

  private boolean tryToMove(String... names) {
    try {
      return mover.move(way(0), keys(false, names), Duration.ofMillis(100), () -> true);
    } catch (RedisAdminException e) {
      return false;
    }
  }

  private static void makeTrouble(Random random) {
    RedisProcess victim = random.nextBoolean() ? source : target;
    if (random.nextInt(4) == 0) {
      victim.pause();
      Poll.pass(Duration.ofMillis(50 + random.nextInt(150)));
      victim.resume();
    } else {
      try (RespClient client = victim.client()) {
        String list = client.expectText("CLIENT", "LIST");
        list.lines()
            .filter(line -> line.contains("name=" + NAME))
            .forEach(
                line -> client.call("CLIENT", "KILL", "ID", line.replaceAll("id=(\\d+) .*", "$1")));
      }
    }
    Poll.pass(Duration.ofMillis(random.nextInt(30)));
  }
}

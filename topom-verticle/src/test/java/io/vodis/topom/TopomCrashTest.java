package io.vodis.topom;

import static io.vodis.topom.TestProduct.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.bus.Addresses;
import io.vodis.bus.BusClient;
import io.vodis.bus.BusReply;
import io.vodis.bus.TopomCommand;
import io.vodis.model.HostAndPort;
import io.vodis.model.Promotion;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.topom.edit.ControlEdits.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A leader that dies at any of its effects, before or after it, leaves something that the next
 * leader brings to the same end.
 */
class TopomCrashTest {

  private static final int KEYS = 300;
  private static final int EFFECTS_MAX = 60;

  /** Starts the work that a leader is to die in; returns the check that all is done. */
  @FunctionalInterface
  private interface Scene {
    Runnable begin(TestProduct product, CrashPoint point, TestTopom victim);
  }

  @Test
  void aMoveIsBroughtToItsEndByTheNextLeader() throws Exception {
    dieAtEveryEffect(TopomCrashTest::move);
  }

  @Test
  void aMoveThroughTopomIsBroughtToItsEndByTheNextLeader() throws Exception {
    dieAtEveryEffect(
        (product, point, victim) ->
            move(
                product,
                point,
                victim,
                product.startServerWithoutMigrate(),
                product.startServerWithoutMigrate()));
  }

  @Test
  void aMoveThroughTopomThatIsCancelledIsBroughtToAnEndByTheNextLeader() throws Exception {
    dieAtEveryEffect(
        (product, point, victim) ->
            cancelHalfWay(
                product,
                point,
                victim,
                product.startServerWithoutMigrate(),
                product.startServerWithoutMigrate()));
  }

  @Test
  void aBigKeyIsMovedToItsEndByTheNextLeader() throws Exception {
    dieAtEveryEffect(TopomCrashTest::moveBigKey);
  }

  @Test
  void aMoveThatIsCancelledHalfWayIsBroughtToAnEndByTheNextLeader() throws Exception {
    dieAtEveryEffect(TopomCrashTest::cancelHalfWay);
  }

  @Test
  void aSwitchoverIsBroughtToItsEndByTheNextLeader() throws Exception {
    dieAtEveryEffect(TopomCrashTest::switchOver);
  }

  @Test
  void aFailoverIsBroughtToItsEndByTheNextLeader() throws Exception {
    dieAtEveryEffect(TopomCrashTest::failOver);
  }

  /** Some lives at a time, each in a product of its own: most of a life is waiting. */
  private static void dieAtEveryEffect(Scene scene) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> ends = new ArrayList<>();
      for (boolean after : new boolean[] {false, true}) {
        AtomicInteger next = new AtomicInteger();
        for (int i = 0; i < 2; i++) {
          ends.add(threads.submit(() -> dieAtEveryEffect(scene, after, next)));
        }
      }
      for (Future<?> end : ends) {
        end.get();
      }
    }
  }

  /**
   * Until a point lies behind the last effect; with others who take their points of {@code next}.
   */
  private static Void dieAtEveryEffect(Scene scene, boolean after, AtomicInteger next)
      throws Exception {
    boolean reached = true;
    while (reached) {
      int at = next.getAndIncrement();
      assertThat(at).as("effects of the scene").isLessThan(EFFECTS_MAX);
      reached = dieOnce(scene, new CrashPoint(at, after));
    }
    return null;
  }

  private static boolean dieOnce(Scene scene, CrashPoint point) throws Exception {
    try (TestProduct product = new TestProduct()) {
      TestTopom victim =
          product.add(
              new TestTopom(
                  product.vertx, product.store, product.name, 0, point::wrap, point::wrap));
      product.leader();
      product.startProxy();
      Runnable check = scene.begin(product, point, victim);
      product.add(new TestTopom(product.vertx, product.store, product.name, 1));
      check.run();
      return point.reached();
    }
  }

  private static Runnable move(TestProduct product, CrashPoint point, TestTopom victim) {
    return move(product, point, victim, product.startServer(), product.startServer());
  }

  private static Runnable move(
      TestProduct product,
      CrashPoint point,
      TestTopom victim,
      RedisProcess source,
      RedisProcess target) {
    product.group(1, source);
    product.group(2, target);
    product.leader().assignSlots(0, 1023, 1);
    TestProduct.fill(source, KEYS, 0);
    product.leader().migrateSlots(0, 39, 2);
    point.arm(victim::die);
    return () -> {
      product.awaitIdle();
      product.awaitServing(product.proxies.getFirst(), 0, target.address());
      long moved =
          IntStream.range(0, KEYS).filter(i -> TestProduct.slotOf("key-" + i) <= 39).count();
      assertThat(moved).isPositive();
      awaitKeys(source, KEYS - moved);
      awaitKeys(target, moved);
    };
  }

  /** What leaders have tried on the server before a move, to see whether it can be, vanishes. */
  private static void awaitKeys(RedisProcess server, long count) {
    Poll.until(
        PATIENCE,
        () -> count + " keys on " + server.address() + ": " + server.call("KEYS", "*"),
        () -> Long.valueOf(count).equals(server.call("DBSIZE")));
  }

  private static Runnable moveBigKey(TestProduct product, CrashPoint point, TestTopom victim) {
    RedisProcess source = product.startServer();
    RedisProcess target = product.startServer();
    product.group(1, source);
    product.group(2, target);
    product.leader().assignSlots(0, 1023, 1);
    String value = "v".repeat(100_000);
    source.call("SET", "big", value);
    source.call("PEXPIRE", "big", "600000");
    source.call("SET", "{big}small", "too");
    int slot = TestProduct.slotOf("big");
    product.leader().migrateSlots(slot, slot, 2);
    point.arm(victim::die);
    return () -> {
      product.awaitIdle();
      product.awaitServing(product.proxies.getFirst(), slot, target.address());
      awaitKeys(source, 0);
      awaitKeys(target, 2);
      assertThat(target.call("GET", "big")).isEqualTo(value);
      assertThat((Long) target.call("PTTL", "big")).isBetween(500_000L, 600_000L);
    };
  }

  private static Runnable cancelHalfWay(TestProduct product, CrashPoint point, TestTopom victim) {
    return cancelHalfWay(product, point, victim, product.startServer(), product.startServer());
  }

  private static Runnable cancelHalfWay(
      TestProduct product,
      CrashPoint point,
      TestTopom victim,
      RedisProcess source,
      RedisProcess target) {
    product.group(1, source);
    product.group(2, target);
    product.leader().assignSlots(0, 1023, 1);
    TestProduct.fill(source, KEYS, 0);
    product.leader().changeMigration(now -> new Settings(null, null, 10, null));
    product.leader().migrateSlots(0, 63, 2);
    Poll.until(PATIENCE, "some keys moved", () -> TestProduct.keysOn(target) > 2);
    point.arm(victim::die);
    try {
      victim.service().cancelAllActions();
      victim.service().changeMigration(now -> new Settings(null, null, 0, null));
    } catch (TopomException e) {
      // The victim died in it. If the cancellation was lost, the move ends where it was to.
    }
    return () -> {
      Poll.until(PATIENCE, "full speed", () -> atFullSpeed(product));
      product.awaitIdle();
      int owner = product.topology().slot(0).groupId();
      assertThat(product.topology().slots().subList(0, 64)).allMatch(s -> s.groupId() == owner);
      RedisProcess holder = owner == 1 ? source : target;
      product.awaitServing(product.proxies.getFirst(), 0, holder.address());
      for (int i = 0; i < KEYS; i++) {
        String key = "key-" + i;
        boolean moved = owner == 2 && TestProduct.slotOf(key) < 64;
        assertThat(source.call("GET", key)).isEqualTo(moved ? null : key);
        assertThat(target.call("GET", key)).isEqualTo(moved ? key : null);
      }
    };
  }

  private static boolean atFullSpeed(TestProduct product) {
    for (TestTopom topom : product.topoms) {
      try {
        topom.service().changeMigration(now -> new Settings(null, null, 0, null));
        return true;
      } catch (TopomException e) {
        // It is dead, or does not lead yet.
      }
    }
    return false;
  }

  private static Runnable switchOver(TestProduct product, CrashPoint point, TestTopom victim) {
    RedisProcess primary = product.startServer();
    RedisProcess replica = product.startServer();
    replicated(product, primary, replica);
    TestProduct.fill(primary, KEYS, 1);
    point.arm(victim::die);
    try {
      victim.service().promote(1, replica.address());
    } catch (TopomException e) {
      // The victim died in it, which is the point; what became of it is checked below.
    }
    return () -> {
      // A switchover may be undone as well as done, but the group serves and nothing is lost.
      HostAndPort serving = awaitSteady(product);
      RedisProcess now = serving.equals(primary.address()) ? primary : replica;
      product.awaitServing(product.proxies.getFirst(), 0, serving);
      assertThat(now.call("SET", "new", "value")).isEqualTo("OK");
      assertThat(now.call("DBSIZE")).isEqualTo(KEYS + 1L);
      awaitReplica(now == primary ? replica : primary);
    };
  }

  private static Runnable failOver(TestProduct product, CrashPoint point, TestTopom victim) {
    RedisProcess primary = product.startServer();
    RedisProcess replica = product.startServer();
    replicated(product, primary, replica);
    TestProduct.fill(primary, KEYS, 1);
    primary.kill();
    point.arm(victim::die);
    return () -> {
      Poll.until(
          PATIENCE,
          "failover",
          () -> {
            report(product, primary);
            return product.topology().primaryOf(1).orElseThrow().equals(replica.address());
          });
      assertThat(awaitSteady(product)).isEqualTo(replica.address());
      product.awaitServing(product.proxies.getFirst(), 0, replica.address());
      assertThat(replica.call("DBSIZE")).isEqualTo((long) KEYS);
      primary.restart();
      awaitReplica(primary);
    };
  }

  /** As ha does: again and again, until a leader has done it. */
  private static void report(TestProduct product, RedisProcess primary) {
    BusClient.request(
            product.vertx,
            Addresses.TOPOM,
            Addresses.TOPOM.in(product.name),
            new TopomCommand.FailoverGroup(1, primary.address(), 0, List.of("a"), "test"),
            Duration.ofMillis(500),
            BusReply.Accepted.class)
        .onComplete(ignored -> {});
    Poll.pass(Duration.ofMillis(30));
  }

  private static void replicated(TestProduct product, RedisProcess primary, RedisProcess replica) {
    product.group(1, primary, replica);
    product.leader().assignSlots(0, 1023, 1);
    product.awaitReplicas(1);
  }

  private static HostAndPort awaitSteady(TestProduct product) {
    Poll.until(
        PATIENCE,
        "no promotion",
        () -> product.topology().group(1).orElseThrow().promotion().equals(Promotion.NONE));
    return product.topology().primaryOf(1).orElseThrow();
  }

  private static void awaitReplica(RedisProcess server) {
    Poll.until(
        PATIENCE,
        () -> server.address() + " a replica",
        () -> String.valueOf(server.call("ROLE")).contains("slave"));
  }
}

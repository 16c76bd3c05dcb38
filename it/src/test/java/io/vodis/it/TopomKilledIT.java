package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.Role;
import io.vodis.testsupport.JavaProcess;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.TcpRelay;
import io.vodis.testsupport.workload.Workload;
import io.vodis.testsupport.workload.WorkloadReport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leader dies ({@code kill -9}) while an action is in a given state. It reaches the store over
 * a relay that delays replies: so the test learns of a state before the leader does, and holds the
 * leader's next step back until it is dead.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TopomKilledIT {

  private static final Logger LOGGER = LoggerFactory.getLogger(TopomKilledIT.class);
  private static final int SLOTS = 96;
  private static final int ATTEMPTS = 5;
  private static final Duration RESUME_TIMEOUT = Duration.ofSeconds(40);

  private VodisCluster cluster;
  private int ownerOfFirstSlots = 1;

  @BeforeAll
  void start() {
    cluster =
        VodisCluster.start(
            ClusterPlan.small()
                .with(Role.TOPOM, 2)
                .inChildren(JavaProcess.LIGHT, Role.TOPOM)
                .relaying(Role.TOPOM)
                .withSessionTimeout(Duration.ofSeconds(3))
                .with(Role.PROXY, "coordinator_session_timeout", "10s"));
    cluster
        .members(Role.TOPOM)
        .forEach(topom -> cluster.relayOf(topom).delayBack(Duration.ofMillis(20)));
  }

  @AfterAll
  void close() {
    cluster.close();
  }

  @ParameterizedTest(name = "killed when {0}")
  @ValueSource(strings = {"pending", "preparing", "prepared", "migrating", "finished"})
  void anotherTopomCompletesTheAction(String state) {
    // Given
    Workload load = load();

    // When
    Held held = moveUntil(state);
    held.leader.kill();
    cluster.relayOf(held.leader).release(TcpRelay.Direction.FORTH);
    long start = System.nanoTime();
    cluster.awaitIdle(RESUME_TIMEOUT);
    LOGGER.info("{}: resumed and done after {} ms", state, (System.nanoTime() - start) / 1_000_000);
    CompletableFuture<Void> restarted = CompletableFuture.runAsync(held.leader::restart);
    WorkloadReport report = load.stop();
    LOGGER.info("{}: {}", state, report);

    // Then
    ownerOfFirstSlots = cluster.topology().slot(0).groupId();
    if (!state.equals("pending")) {
      assertThat(ownerOfFirstSlots).isEqualTo(held.target);
    }
    Checks.assertUndisturbed(report);
    Checks.assertNothingLost(cluster, load);
    restarted.join();
  }

  /** So that the parts of the product get their share of the machine, too. */
  private Workload load() {
    return Workload.start(
        Workload.Settings.over(cluster.proxies()).withPause(Duration.ofMillis(20)));
  }

  /** A leader whose next step towards the target is held back. */
  private record Held(ClusterMember leader, int target) {}

  /**
   * Moves the first slots until one is in this state. A machine that stands still at that moment
   * may let the next step through; then they move once more.
   */
  private Held moveUntil(String state) {
    for (int i = 0; i < ATTEMPTS; i++) {
      Held held = new Held(cluster.leader(), 3 - ownerOfFirstSlots);
      TcpRelay way = cluster.relayOf(held.leader);
      try (StoredSlot slot = new StoredSlot(cluster.zooKeeper().address(), "it", 0)) {
        CountDownLatch seen = slot.when(state, () -> way.hold(TcpRelay.Direction.FORTH));
        migrateWithoutWaiting(held.target);
        StoredSlot.await(seen, state);
      }
      // What needs no store goes on: the sweep of a migrating slot, the push of a finished one.
      Poll.pass(Duration.ofMillis(200));
      if (StoredState.of(cluster, 0).equals(state)) {
        return held;
      }
      LOGGER.info("{} was over before the leader was held", state);
      way.release(TcpRelay.Direction.FORTH);
      cluster.awaitIdle(RESUME_TIMEOUT);
      ownerOfFirstSlots = cluster.topology().slot(0).groupId();
    }
    throw new AssertionError("no leader could be held when " + state);
  }

  /** The leader may die before it answers. */
  private void migrateWithoutWaiting(int target) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                cluster.admin().migrate(0, SLOTS - 1, target);
              } catch (AssertionError unanswered) {
                LOGGER.info("the request was not answered: {}", unanswered.getMessage());
              }
            });
  }

  @Test
  void aTopomThatIsStoppedInOrderIsReplacedAtOnce() {
    // Given
    Workload load = load();
    ClusterMember leader = cluster.leader();
    int target = 3 - ownerOfFirstSlots;
    cluster.admin().migrate(0, SLOTS - 1, target);

    // When
    leader.stop();
    cluster.awaitIdle(RESUME_TIMEOUT);
    leader.restart();
    WorkloadReport report = load.stop();

    // Then
    ownerOfFirstSlots = cluster.topology().slot(0).groupId();
    assertThat(ownerOfFirstSlots).isEqualTo(target);
    Checks.assertUndisturbed(report);
    Checks.assertNothingLost(cluster, load);
  }
}

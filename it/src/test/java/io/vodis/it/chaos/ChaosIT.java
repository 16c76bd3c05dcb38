package io.vodis.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vodis.it.Checks;
import io.vodis.it.ClusterPlan;
import io.vodis.it.VodisCluster;
import io.vodis.model.Role;
import io.vodis.model.Topology;
import io.vodis.testsupport.JavaProcess;
import io.vodis.testsupport.workload.LossOracle;
import io.vodis.testsupport.workload.SequenceLoad;
import io.vodis.testsupport.workload.Workload;
import io.vodis.testsupport.workload.WorkloadReport;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every role dies, stands still and is cut off, in an order that a seed decides, while slots move
 * and clients write.
 */
class ChaosIT {

  private static final Logger LOGGER = LoggerFactory.getLogger(ChaosIT.class);

  private static final Duration LENGTH =
      Duration.ofSeconds(Integer.getInteger("vodis.it.chaos_seconds", 60));

  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(3);

  /** Long enough for sessions to expire. */
  private static final Duration FAULT_MAX = Duration.ofSeconds(6);

  /**
   * A RESTORE says how long its key has left, and may wait in front of a server that stands still,
   * in each of the moves of a key.
   */
  private static final Duration STANDSTILL = Duration.ofSeconds(60);

  private static final long SEED = Long.getLong("seed", System.nanoTime() & 0xffffff);

  /** Errors by which a client learns that something is wrong; any other is wrong itself. */
  private static final String HONEST =
      "^(\\w+: )?(TRYAGAIN |CLUSTERDOWN |LOADING |READONLY |MASTERDOWN |ERR backend |UNBLOCKED"
          + "|no reply within).*";

  private static ClusterPlan plan(Duration downAfter) {
    return ClusterPlan.small()
        .withServers(2, 1)
        .with(Role.TOPOM, 2)
        .with(Role.HA, 3)
        .inChildren(JavaProcess.LIGHT, Role.TOPOM, Role.PROXY, Role.HA)
        .relaying(Role.TOPOM, Role.PROXY, Role.HA)
        .relayingServers()
        // What a server has acknowledged it has written: its own death loses nothing.
        .withRedis(null, Map.of("appendonly", "yes", "appendfsync", "no"))
        .withSessionTimeout(SESSION_TIMEOUT)
        .with(Role.PROXY, "backend_recv_timeout", "3s")
        .with(Role.HA, "down_after", downAfter.toMillis() + "ms")
        .with(Role.HA, "probe_interval", "500ms")
        .with(Role.HA, "probe_timeout", "500ms");
  }

  /** No primary is away for long enough to be replaced: so nothing at all may be lost. */
  @Test
  void nothingIsLostWhateverBreaksAsLongAsNoPrimaryIsReplaced() {
    run("nothingLost", Duration.ofSeconds(30), Duration.ofSeconds(3), true);
  }

  /** Primaries are replaced without a plan: only what they had not replicated may be lost. */
  @Test
  void failoversLoseOnlyWhatWasNotReplicated() {
    run("failovers", Duration.ofSeconds(2), Duration.ofSeconds(8), false);
  }

  /** As many writes as the machine gives, all of them to slots that are moved to and fro. */
  @Test
  void nothingIsLostAtFullSpeedInSlotsThatMove() {
    try (VodisCluster cluster = VodisCluster.start(ClusterPlan.small())) {
      // Given
      int last = Topology.SLOT_COUNT / 2 - 1;
      cluster.admin().patch("/migration", new JsonObject().put("parallelSlots", last + 1));
      SequenceLoad writes =
          SequenceLoad.start(
              new SequenceLoad.Settings(
                  cluster.proxies(),
                  8,
                  128,
                  2000,
                  "speed",
                  0,
                  last,
                  Duration.ofSeconds(20),
                  Duration.ZERO));

      // When
      long start = System.nanoTime();
      long before = writes.acknowledged();
      int moves = 0;
      for (int target = 2; System.nanoTime() - start < LENGTH.toNanos() / 4; target = 3 - target) {
        cluster.migrateAndAwait(0, last, target, Duration.ofSeconds(120));
        moves++;
      }
      long millis = (System.nanoTime() - start) / 1_000_000;
      long acknowledged = writes.acknowledged() - before;
      WorkloadReport report = writes.stop();
      LOGGER.info(
          "{} writes/s to {} slots that were moved {} times in {} ms; {}",
          acknowledged * 1000 / millis,
          last + 1,
          moves,
          millis,
          report);

      // Then
      Topology topology = cluster.topology();
      SequenceLoad.Result result =
          writes.check(
              LossOracle.NOTHING,
              cluster.primaries(),
              slotId -> topology.primaryOf(topology.slot(slotId).groupId()).orElseThrow());
      assertThat(result.lost()).isEmpty();
      assertThat(result.wrong()).isEmpty();
      assertThat(report.errors()).isEmpty();
      assertThat(report.unknown()).isZero();
    }
  }

  private static void run(
      String name, Duration downAfter, Duration longestOfPrimary, boolean strict) {
    LOGGER.info("{}: seed {}, {}", name, SEED, LENGTH);
    try (VodisCluster cluster = VodisCluster.start(plan(downAfter))) {
      // Given
      Random random = new Random(SEED);
      SequenceLoad writes =
          SequenceLoad.start(
              new SequenceLoad.Settings(
                  cluster.proxies(),
                  8,
                  32,
                  2000,
                  "seq" + name,
                  0,
                  Topology.SLOT_COUNT - 1,
                  Duration.ofSeconds(20),
                  Duration.ofMillis(5)));
      Workload load =
          Workload.start(
              Workload.Settings.over(cluster.proxies()).withPause(Duration.ofMillis(10)));
      UnplannedFailovers failovers = new UnplannedFailovers(cluster);
      Faults faults = new Faults(cluster, random, FAULT_MAX, longestOfPrimary);

      // When
      new Schedule(cluster, random, faults, failovers, !strict).run(LENGTH);
      WorkloadReport report = load.stop();
      WorkloadReport written = writes.stop();
      LOGGER.info("{}: {}", name, report);
      LOGGER.info("{}: {}", name, written);

      // Then
      Topology topology = cluster.topology();
      SequenceLoad.Result result =
          writes.check(
              strict ? LossOracle.NOTHING : failovers,
              cluster.primaries(),
              slotId -> topology.primaryOf(topology.slot(slotId).groupId()).orElseThrow());
      LOGGER.info(
          "{}: {} failovers, {} acknowledged writes lost by them, {} otherwise",
          name,
          failovers.count(),
          result.excused(),
          result.lost().size());
      assertThat(result.lost()).as("acknowledged and lost, seed %d", SEED).isEmpty();
      assertThat(result.wrong()).as("wrong, seed %d", SEED).isEmpty();
      assertThat(written.errors().keySet()).allMatch(text -> text.matches(HONEST));
      if (!strict) {
        assertThat(failovers.count()).as("failovers").isPositive();
      }
      if (strict) {
        assertThat(failovers.count()).as("failovers").isZero();
        assertThat(report.findings()).as("wrong replies, seed %d", SEED).isEmpty();
        assertThat(report.errors().keySet()).allMatch(text -> text.matches(HONEST));
        Checks.assertNothingLost(cluster, load, STANDSTILL);
      }
    }
  }
}

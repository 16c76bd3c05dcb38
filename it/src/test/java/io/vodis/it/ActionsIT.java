package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vodis.model.Topology;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.workload.Workload;
import io.vodis.testsupport.workload.WorkloadReport;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Moves that are cancelled, paused and paced under load: no client notices, nothing is lost. */
class ActionsIT {

  private static final int HALF = Topology.SLOT_COUNT / 2;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void movesThatAreCancelledHalfWayBringTheirKeysBackAndNoClientNotices() {
    try (VodisCluster cluster = VodisCluster.start(ClusterPlan.small())) {
      // Given
      Workload load = Workload.start(Workload.Settings.over(cluster.proxies()));
      Topology before = cluster.topology();
      ColdKeys cold = ColdKeys.write(cluster.proxies().getFirst(), HALF, 20);

      for (int round = 0; round < 2; round++) {
        // When
        keysPerSecond(cluster, 5);
        cluster.admin().migrate(0, HALF - 1, 2);
        awaitMoved(cluster, cold);
        cluster.admin().delete("/actions?started=true");
        keysPerSecond(cluster, 0);
        cluster.awaitIdle(PATIENCE);

        // Then
        assertThat(cluster.topology().slots()).isEqualTo(before.slots());
        assertThat(cold.on(cluster.server(1, 0))).isEqualTo(cold.count());
        assertThat(cold.on(cluster.server(2, 0))).isZero();
      }

      // When
      keysPerSecond(cluster, 5);
      cluster.admin().migrate(0, HALF - 1, 2);
      awaitMoved(cluster, cold);
      cluster.admin().post("/actions/pause", new JsonObject());
      keysPerSecond(cluster, 0);
      Poll.pass(Duration.ofSeconds(1));
      assertThat(cluster.topology().slots()).anyMatch(slot -> !slot.isIdle());
      cluster.admin().post("/actions/resume", new JsonObject());
      cluster.awaitIdle(PATIENCE);
      WorkloadReport report = load.stop();

      // Then
      assertThat(cluster.topology().slots()).allMatch(slot -> slot.groupId() == 2);
      Checks.assertUndisturbed(report);
      Checks.assertNothingLost(cluster, load);
    }
  }

  private static void keysPerSecond(VodisCluster cluster, int keys) {
    cluster.admin().patch("/migration", new JsonObject().put("keysPerSecond", keys));
  }

  /** In the midst of it: some keys have moved, no slot is at its end. */
  private static void awaitMoved(VodisCluster cluster, ColdKeys cold) {
    Poll.until(PATIENCE, "keys have moved", () -> cold.on(cluster.server(2, 0)) > 1);
  }
}

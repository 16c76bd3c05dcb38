package io.vodis.it;

import io.vodis.model.Role;
import io.vodis.model.Topology;
import io.vodis.testsupport.workload.Workload;
import io.vodis.testsupport.workload.WorkloadReport;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All slots move between two servers and back, and no client notices. */
class MigrationIT {

  private static final Logger LOGGER = LoggerFactory.getLogger(MigrationIT.class);
  private static final int HALF = Topology.SLOT_COUNT / 2;
  private static final int ROUND_TRIPS = Integer.getInteger("vodis.it.round_trips", 3);
  private static final Duration MOVE_TIMEOUT = Duration.ofSeconds(120);

  @Test
  void allSlotsGoThereAndBackThreeTimesAndNoClientNotices() {
    try (VodisCluster cluster = VodisCluster.start(ClusterPlan.small())) {
      // Given
      Workload load = Workload.start(Workload.Settings.over(cluster.proxies()));
      LOGGER.info("{}", load.settings());

      // When
      for (int i = 0; i < ROUND_TRIPS; i++) {
        exchange(cluster, 2, 1);
        exchange(cluster, 1, 2);
      }
      WorkloadReport report = load.stop();
      LOGGER.info("{}", report);

      // Then
      Checks.assertUndisturbed(report);
      Checks.assertNothingLost(cluster, load);
    }
  }

  @Test
  void slotsMoveBetweenServersWithPasswords() {
    String ofClients = "a secret of the clients";
    ClusterPlan plan =
        ClusterPlan.small()
            .withPassword("a secret of the servers")
            .with(Role.PROXY, "session_auth", ofClients);
    try (VodisCluster cluster = VodisCluster.start(plan)) {
      // Given
      Workload load =
          Workload.start(Workload.Settings.over(cluster.proxies()).withPassword(ofClients));

      // When
      exchange(cluster, 2, 1);
      WorkloadReport report = load.stop();

      // Then
      Checks.assertUndisturbed(report);
      Checks.assertNothingLost(cluster, load);
    }
  }

  /** Every slot changes its group. */
  private static void exchange(VodisCluster cluster, int lowerTo, int upperTo) {
    long start = System.nanoTime();
    cluster.admin().migrate(0, HALF - 1, lowerTo);
    cluster.admin().migrate(HALF, Topology.SLOT_COUNT - 1, upperTo);
    cluster.awaitIdle(MOVE_TIMEOUT);
    LOGGER.info("all slots moved in {} ms", (System.nanoTime() - start) / 1_000_000);
  }
}

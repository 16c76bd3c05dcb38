package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.Role;
import io.vodis.testsupport.JavaProcess;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.workload.Workload;
import io.vodis.testsupport.workload.WorkloadReport;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A proxy dies or stands still while slots move; clients of the other one notice nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProxyKilledIT {

  private static final Logger LOGGER = LoggerFactory.getLogger(ProxyKilledIT.class);
  private static final Duration MOVE_TIMEOUT = Duration.ofSeconds(90);

  private VodisCluster cluster;

  @BeforeAll
  void start() {
    cluster =
        VodisCluster.start(
            ClusterPlan.small()
                .inChildren(JavaProcess.LIGHT, Role.PROXY)
                .withSessionTimeout(Duration.ofSeconds(5)));
  }

  @AfterAll
  void close() {
    cluster.close();
  }

  /** Leaves the machine something for a proxy that starts. */
  private Workload load() {
    return Workload.start(
        Workload.Settings.over(cluster.proxies()).withPause(Duration.ofMillis(20)));
  }

  @Test
  void aKilledProxyDelaysAMigrationAndComesBackByItself() {
    // Given
    Workload load = load();
    ClusterMember victim = cluster.proxy(0);
    ClusterMember survivor = cluster.proxy(1);

    // When
    cluster.admin().migrate(0, 255, 2);
    Poll.until(
        MOVE_TIMEOUT, "some slots have moved", () -> cluster.topology().slot(20).groupId() == 2);
    victim.kill();
    cluster.awaitIdle(MOVE_TIMEOUT);
    victim.restart();
    cluster.awaitServing(victim.address());
    cluster.migrateAndAwait(0, 255, 1, MOVE_TIMEOUT);
    WorkloadReport report = load.stop();
    WorkloadReport ofSurvivor = load.reportOf(survivor.address());
    LOGGER.info("all: {}", report);
    LOGGER.info("survivor: {}", ofSurvivor);

    // Then
    Checks.assertUndisturbed(ofSurvivor);
    assertThat(report.findings()).isEmpty();
    Checks.assertNothingLost(cluster, load);
  }

  @Test
  void aProxyThatStandsStillIsPassedOverAndServesNothingOld() {
    // Given
    Workload load = load();
    ClusterMember victim = cluster.proxy(0);
    ClusterMember survivor = cluster.proxy(1);

    // When
    cluster.admin().migrate(0, 127, 2);
    victim.pause();
    cluster.awaitIdle(MOVE_TIMEOUT);
    victim.resume();
    cluster.awaitServing(victim.address());
    cluster.migrateAndAwait(0, 127, 1, MOVE_TIMEOUT);
    WorkloadReport report = load.stop();
    WorkloadReport ofSurvivor = load.reportOf(survivor.address());
    LOGGER.info("all: {}", report);
    LOGGER.info("survivor: {}", ofSurvivor);

    // Then
    assertThat(ofSurvivor.connectionsLost()).isZero();
    assertThat(report.findings()).isEmpty();
    Checks.assertNothingLost(cluster, load);
  }
}

package io.vodis.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vodis.testsupport.workload.Workload;
import io.vodis.testsupport.workload.WorkloadReport;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;

/** The migration test against the images that people run. Needs a Docker engine. */
class ContainersIT {

  private static final Logger LOGGER = LoggerFactory.getLogger(ContainersIT.class);

  @BeforeAll
  static void requireDocker() {
    boolean available = DockerClientFactory.instance().isDockerAvailable();
    if (!available) {
      LOGGER.warn("skipped: no Docker engine found");
    }
    assumeTrue(available, "no Docker engine found");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"redis:7", "redis:8", "valkey/valkey:8", "valkey/valkey:9"})
  void slotsMoveBetweenServersOfEveryKind(String image) {
    ClusterPlan plan = ClusterPlan.small();
    try (ContainerParts parts = ContainerParts.start(image, "zookeeper:3.9", 2);
        VodisCluster cluster = VodisCluster.over(plan, parts.zooKeeper(), parts.servers())) {
      // Given
      Workload load = Workload.start(Workload.Settings.over(cluster.proxies()));

      // When
      cluster.migrateAndAwait(0, 511, 2, Duration.ofSeconds(120));
      cluster.migrateAndAwait(0, 1023, 1, Duration.ofSeconds(120));
      WorkloadReport report = load.stop();
      LOGGER.info("{}: {}", image, report);

      // Then
      Checks.assertUndisturbed(report);
      Checks.assertNothingLost(cluster, load);
    }
  }
}

package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A primary dies under load and is replaced by itself. */
class FailoverIT {

  private static final Logger LOGGER = LoggerFactory.getLogger(FailoverIT.class);
  private static final Duration DOWN_AFTER = Duration.ofSeconds(2);
  private static final Duration LIMIT = DOWN_AFTER.plusSeconds(3);

  @Test
  void writesSucceedAgainSoonAfterAPrimaryIsKilled() {
    ClusterPlan plan =
        ClusterPlan.small()
            .withServers(2, 1)
            .with(Role.HA, 3)
            .with(Role.HA, "down_after", DOWN_AFTER.toMillis() + "ms")
            .with(Role.HA, "probe_interval", "500ms")
            .with(Role.HA, "probe_timeout", "500ms");
    try (VodisCluster cluster = VodisCluster.start(plan);
        SlotProbe probe = SlotProbe.start(cluster.proxies().getFirst())) {
      // Given
      long before = System.nanoTime();
      Poll.until(Duration.ofSeconds(20), "all written", () -> probe.allSucceededSince(before));
      awaitReplicasInSync(cluster);
      RedisProcess victim = cluster.server(1, 0);
      RedisProcess replica = cluster.server(1, 1);

      // When
      long killed = System.nanoTime();
      victim.kill();
      Poll.until(
          LIMIT,
          () -> "writes to all slots again, errors " + probe.errors(slotId -> true),
          () -> probe.allSucceededSince(killed));
      LOGGER.info("all slots written again after {} ms", (System.nanoTime() - killed) / 1_000_000);

      // Then
      assertThat(cluster.primaries().getFirst()).isEqualTo(replica.address());
      assertThat(roleOf(replica)).isEqualTo("master");
      assertThat(probe.failuresSince(killed, slotId -> slotId >= 512)).isZero();

      // When
      victim.restart();

      // Then
      Poll.until(
          Duration.ofSeconds(20),
          "the returned primary follows the new one",
          () -> roleOf(victim).equals("slave") && roleOf(replica).equals("master"));
      Poll.until(
          Duration.ofSeconds(20),
          "the returned primary is in sync",
          () -> String.valueOf(victim.call("ROLE")).contains("connected"));
      assertThat(primariesOfGroup(cluster)).containsExactly(replica.address());
    }
  }

  private static void awaitReplicasInSync(VodisCluster cluster) {
    for (int groupId = 1; groupId <= 2; groupId++) {
      RedisProcess replica = cluster.server(groupId, 1);
      Poll.until(
          Duration.ofSeconds(20),
          "replica of group " + groupId + " is in sync",
          () -> String.valueOf(replica.call("ROLE")).contains("connected"));
    }
  }

  private static List<HostAndPort> primariesOfGroup(VodisCluster cluster) {
    return List.of(cluster.server(1, 0), cluster.server(1, 1)).stream()
        .filter(server -> roleOf(server).equals("master"))
        .map(RedisProcess::address)
        .toList();
  }

  private static String roleOf(RedisProcess server) {
    return server.call("ROLE") instanceof List<?> role ? String.valueOf(role.getFirst()) : "";
  }
}

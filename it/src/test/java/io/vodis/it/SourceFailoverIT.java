package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.slot.SlotProof;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The source of a move is replaced in the midst of it. */
class SourceFailoverIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int KEYS = 1500;

  @Test
  void whatWasWrittenOnTheTargetIsNotLostToWhatTheSourceBringsBack() throws Exception {
    try (VodisCluster cluster = VodisCluster.start(plan())) {
      RedisProcess source = cluster.server(1, 0);
      RedisProcess replica = cluster.server(1, 1);
      SourceFailover failover = new SourceFailover(cluster, source, replica);
      failover.givenAMoveThatIsSlow();
      failover.whenTheReplicaHasNotHeardWhatHasMoved();
      source.kill();
      failover.whenItHasTakenOver(replica.address());
      failover.thenNothingIsLost();
      assertThat(cluster.server(2, 0).call("EXISTS", proofs())).isEqualTo(0L);
    }
  }

  /** The old one lives, and can be reached again: it must not be asked for keys. */
  @Test
  void theMoveGoesOnFromTheServerThatHasTakenOver() {
    try (VodisCluster cluster = VodisCluster.start(plan().relayingServers());
        RespClient client = RespClient.connect(cluster.proxies().getFirst())) {
      // Given a move that is slow
      for (int i = 0; i < KEYS; i++) {
        client.expect("SET", "key" + i, "value" + i);
      }
      RedisProcess before = cluster.server(1, 0);
      RedisProcess after = cluster.server(1, 1);
      Poll.until(PATIENCE, "replicated", () -> before.keyCount() == after.keyCount());
      cluster.admin().patch("/migration", new JsonObject().put("keysPerSecond", 50));
      cluster.admin().migrate(0, 511, 2);
      Poll.until(PATIENCE, "keys are moving", () -> moves(before) > 3);

      // When
      HostAndPort address = cluster.primaries().getFirst();
      cluster.relayOfServer(address).cut();
      Poll.until(
          PATIENCE,
          "the replica has taken over",
          () -> !cluster.primaries().getFirst().equals(address));
      assertThat(cluster.topology().slots()).anyMatch(slot -> !slot.isIdle());
      cluster.relayOfServer(address).mend();
      long movesBefore = moves(before);
      cluster.admin().patch("/migration", new JsonObject().put("keysPerSecond", 0));
      cluster.awaitIdle(PATIENCE);

      // Then
      for (int i = 0; i < KEYS; i++) {
        assertThat(client.expectText("GET", "key" + i)).isEqualTo("value" + i);
      }
      assertThat(moves(after)).isPositive();
      assertThat(moves(before)).isEqualTo(movesBefore);
      assertThat(cluster.topology().slot(0).groupId()).isEqualTo(2);
    }
  }

  private static ClusterPlan plan() {
    return ClusterPlan.small()
        .withServers(2, 1)
        .with(Role.HA, 3)
        .with(Role.HA, "down_after", "1s")
        .with(Role.HA, "probe_interval", "300ms")
        .with(Role.HA, "probe_timeout", "300ms");
  }

  /** How often a server was told to send keys, refused or not. */
  private static long moves(RedisProcess server) {
    String calls = String.valueOf(server.call("INFO", "commandstats"));
    String before = "cmdstat_migrate:calls=";
    int at = calls.indexOf(before);
    return at < 0 ? 0 : Long.parseLong(calls.substring(at + before.length()).split(",", 2)[0]);
  }

  private static String proofs() {
    return new String(SlotProof.key(), StandardCharsets.US_ASCII);
  }
}

package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.redis.MoverUser;
import io.vodis.slot.SlotHash;
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

  /**
   * It finds the proxy's transfer in its socket when it goes on, executes it, and connects to the
   * target for it: whoever gave it, and the move it was for, are long gone.
   */
  @Test
  void whatASourceWasToldBeforeItStoodStillDoesNotComeBackWhenItGoesOn() {
    try (VodisCluster cluster = VodisCluster.start(plan())) {
      sourceStandsStillWithATransferBeforeIt(cluster);
      assertThat(String.valueOf(cluster.server(2, 0).call("ACL", "LOG")))
          .as("what the old one has tried")
          .contains(MoverUser.name(cluster.server(1, 0).address()));
    }
  }

  @Test
  void whereKeysGoThroughTopomASourceThatGoesOnHasNothingToSend() {
    ClusterPlan plan = plan().with(Role.TOPOM, "migration_through_topom", "always");
    try (VodisCluster cluster = VodisCluster.start(plan)) {
      sourceStandsStillWithATransferBeforeIt(cluster);
      assertThat(moves(cluster.server(1, 0))).isZero();
    }
  }

  private static void sourceStandsStillWithATransferBeforeIt(VodisCluster cluster) {
    try (RespClient client = RespClient.connect(cluster.proxies().getFirst());
        RespClient waiting = RespClient.connect(cluster.proxies().getFirst())) {
      // Given a slot that stays open, and loops that have asked for some of its keys already
      RedisProcess before = cluster.server(1, 0);
      RedisProcess after = cluster.server(1, 1);
      for (int i = 0; i < 100; i++) {
        client.expect("SET", "{foo}" + i, "old");
      }
      Poll.until(PATIENCE, "replicated", () -> after.keyCount() == 100);
      int slotId = SlotHash.slotOf("foo".getBytes(StandardCharsets.US_ASCII));
      cluster.admin().patch("/migration", new JsonObject().put("keysPerSecond", 1));
      cluster.admin().migrate(slotId, slotId, 2);
      Poll.until(PATIENCE, "keys are moving", () -> before.keyCount() < 100);
      assertThat(client.expectText("GET", "{foo}1")).isEqualTo("old");
      assertThat(waiting.expectText("GET", "{foo}2")).isEqualTo("old");

      // When
      before.pause();
      waiting.send("GET", "{foo}99");
      waiting.flush();
      Poll.until(
          PATIENCE,
          "the replica has taken over",
          () -> cluster.primaries().getFirst().equals(after.address()));
      cluster.admin().patch("/migration", new JsonObject().put("keysPerSecond", 0));
      Poll.until(
          PATIENCE,
          "the key is used on its target",
          () -> Long.valueOf(1).equals(client.call("DEL", "{foo}99")));
      before.resume();
      Poll.until(
          PATIENCE,
          "the old one has done what it found, and follows",
          () -> String.valueOf(before.call("INFO", "replication")).contains("link_status:up"));

      // Then
      cluster.awaitIdle(PATIENCE);
      assertThat(client.call("EXISTS", "{foo}99")).isEqualTo(0L);
      assertThat(cluster.server(2, 0).keyCount()).isEqualTo(99);
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

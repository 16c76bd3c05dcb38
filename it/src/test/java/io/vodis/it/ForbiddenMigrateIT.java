package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.model.Role;
import io.vodis.model.SlotAction;
import io.vodis.model.Topology;
import io.vodis.slot.SlotHash;
import io.vodis.testsupport.JavaProcess;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.workload.Workload;
import io.vodis.testsupport.workload.WorkloadReport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Slots move between servers that forbid MIGRATE, as managed services do. */
class ForbiddenMigrateIT {

  private static final Logger LOGGER = LoggerFactory.getLogger(ForbiddenMigrateIT.class);
  private static final int HALF = Topology.SLOT_COUNT / 2;
  private static final Duration MOVE_TIMEOUT = Duration.ofSeconds(120);
  private static final Map<String, String> RENAMED = Map.of("rename-command", "MIGRATE ");
  private static final List<String> ODD_NAMES =
      List.of("", "{}", "{}k", "{", "}", "{{}}", "a{b", "{a}b{c}", "{ }", "line\r\n", "\0zero");

  private static ClusterPlan plan(Map<String, String> serverOptions) {
    return ClusterPlan.small()
        .withRedis(null, serverOptions)
        .with(Role.TOPOM, "migration_big_key_bytes", "64kb");
  }

  /** Leaves the machine something for those who move the keys. */
  private static Workload load(VodisCluster cluster) {
    return Workload.start(
        Workload.Settings.over(cluster.proxies()).withPause(Duration.ofMillis(20)));
  }

  @Test
  void allSlotsGoThereAndBackAndNoClientNotices() {
    try (VodisCluster cluster = VodisCluster.start(plan(RENAMED))) {
      // Given keys of odd names, of other databases, big ones, and some that expire
      HostAndPort proxy = cluster.proxies().getFirst();
      try (RespClient client = RespClient.connect(proxy)) {
        for (String database : List.of("0", "7")) {
          client.expect("SELECT", database);
          ODD_NAMES.forEach(name -> client.expect("SET", name, database + name));
          client.expect("SET", "dies", "later", "EX", "1000");
          client.expect("SET", "big", database.repeat(1 << 20));
        }
      }
      Workload load = load(cluster);

      // When
      exchange(cluster, 2, 1);
      exchange(cluster, 1, 2);
      WorkloadReport report = load.stop();
      LOGGER.info("{}", report);

      // Then
      Checks.assertUndisturbed(report);
      Checks.assertNothingLost(cluster, load);
      try (RespClient client = RespClient.connect(proxy)) {
        for (String database : List.of("0", "7")) {
          client.expect("SELECT", database);
          ODD_NAMES.forEach(
              name -> assertThat(client.call("GET", name)).isEqualTo(database + name));
          assertThat(client.expectNumber("TTL", "dies")).isBetween(800L, 1000L);
          assertThat(client.call("GET", "big")).isEqualTo(database.repeat(1 << 20));
        }
      }
    }
  }

  @Test
  void slotsMoveFromAServerWhoseUserMayNotMigrate() {
    Map<String, String> user = Map.of("user", "default on nopass ~* &* +@all -migrate");
    try (VodisCluster cluster = VodisCluster.start(plan(user))) {
      // Given
      Workload load = load(cluster);

      // When
      cluster.admin().migrate(0, HALF / 4, 2);
      awaitMoving(cluster);
      cluster.awaitIdle(MOVE_TIMEOUT);
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

  @Test
  void aMoveIsTurnedRoundInTheMidst() {
    try (VodisCluster cluster = VodisCluster.start(plan(RENAMED))) {
      // Given
      Topology before = cluster.topology();
      Workload load = load(cluster);
      ColdKeys cold = ColdKeys.write(cluster.proxies().getFirst(), HALF, 20);
      keysPerSecond(cluster, 5);
      cluster.admin().migrate(0, HALF - 1, 2);
      awaitMoving(cluster);
      Poll.until(MOVE_TIMEOUT, "keys have moved", () -> cold.on(cluster.server(2, 0)) > 1);

      // When
      cluster.admin().delete("/actions?started=true");
      keysPerSecond(cluster, 0);
      cluster.awaitIdle(MOVE_TIMEOUT);
      WorkloadReport report = load.stop();
      LOGGER.info("{}", report);

      // Then
      assertThat(cluster.topology().slots()).isEqualTo(before.slots());
      assertThat(cold.on(cluster.server(1, 0))).isEqualTo(cold.count());
      assertThat(cold.on(cluster.server(2, 0))).isZero();
      Checks.assertUndisturbed(report);
      Checks.assertNothingLost(cluster, load);
    }
  }

  private static void keysPerSecond(VodisCluster cluster, int keys) {
    cluster.admin().patch("/migration", new JsonObject().put("keysPerSecond", keys));
  }

  private static void awaitMoving(VodisCluster cluster) {
    Poll.until(
        MOVE_TIMEOUT,
        "keys are being moved through topom",
        () ->
            cluster.topology().slots().stream()
                .anyMatch(
                    slot ->
                        slot.action() instanceof SlotAction.Migrating moving
                            && moving.method() == MigrationMethod.DUMP));
  }

  @Test
  void whoeverIsKilledInTheMidstNothingIsLostAndTheMoveComesToItsEnd() {
    Map<String, String> durable = new HashMap<>(RENAMED);
    durable.put("appendonly", "yes");
    durable.put("appendfsync", "always");
    ClusterPlan plan =
        plan(durable)
            .with(Role.TOPOM, 2)
            .inChildren(JavaProcess.LIGHT, Role.TOPOM, Role.PROXY)
            .withSessionTimeout(Duration.ofSeconds(4))
            .with(Role.TOPOM, "migration_keys_per_second", "1000");
    try (VodisCluster cluster = VodisCluster.start(plan)) {
      // Given
      Workload load = load(cluster);
      cluster.admin().migrate(0, HALF - 1, 2);
      awaitMoving(cluster);

      // When
      ClusterMember leader = cluster.leader();
      leader.kill();
      awaitOtherLeader(cluster, leader);
      killAndRestart(cluster.server(1, 0));
      killAndRestart(cluster.server(2, 0));
      ClusterMember proxy = cluster.proxy(0);
      proxy.kill();
      proxy.restart();
      cluster.awaitIdle(MOVE_TIMEOUT);
      cluster.awaitServing();
      WorkloadReport report = load.stop();
      LOGGER.info("{}", report);

      // Then
      assertThat(report.findings()).as("wrong replies").isEmpty();
      assertThat(cluster.topology().slot(0).groupId()).isEqualTo(2);
      Checks.assertNothingLost(cluster, load);
    }
  }

  private static void awaitOtherLeader(VodisCluster cluster, ClusterMember dead) {
    Poll.until(
        MOVE_TIMEOUT,
        "another topom leads",
        () ->
            cluster
                .store()
                .leader()
                .filter(leads -> !leads.leader().serviceAddress().equals(dead.address()))
                .isPresent());
  }

  private static void killAndRestart(RedisProcess server) {
    server.kill();
    Poll.pass(Duration.ofMillis(300));
    server.restart();
  }

  /** While the store is away topom goes on moving the keys that clients need. */
  @Test
  void keysThatClientsNeedAreMovedAlsoWithoutTheStore() {
    try (VodisCluster cluster = VodisCluster.start(plan(RENAMED))) {
      // Given a slot on its way whose keys are still where they were
      HostAndPort proxy = cluster.proxies().getFirst();
      int slotId = SlotHash.slotOf("needed".getBytes(StandardCharsets.UTF_8));
      int target = 3 - cluster.topology().slot(slotId).groupId();
      try (RespClient client = RespClient.connect(proxy)) {
        for (int i = 0; i < 50; i++) {
          client.expect("SET", "{needed}" + i, "v" + i);
        }
        keysPerSecond(cluster, 1);
        cluster.admin().migrate(slotId, slotId, target);
        awaitMoving(cluster);
        assertThat(client.call("INCR", "{needed}first")).isEqualTo(1L);

        // When
        cluster.zooKeeper().stop();

        // Then
        for (int i = 0; i < 50; i++) {
          assertThat(client.call("INCR", "{needed}n" + i)).isEqualTo(1L);
          assertThat(client.call("GET", "{needed}" + i)).isEqualTo("v" + i);
        }
        cluster.zooKeeper().restart();
      }
    }
  }
}

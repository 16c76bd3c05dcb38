package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.model.SlotAction;
import io.vodis.model.Topology;
import io.vodis.testsupport.JavaProcess;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.ZooKeeperServer;
import io.vodis.testsupport.codis.FakeCodisServer;
import io.vodis.testsupport.workload.SlotOracle;
import io.vodis.testsupport.workload.Workload;
import io.vodis.testsupport.workload.WorkloadReport;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Parts that die while slots move between codis-servers, under a load that knows its writes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CodisFaultsIT {

  private static final Logger LOGGER = LoggerFactory.getLogger(CodisFaultsIT.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int SLOTS = 32;
  private static final int COLD_PER_SLOT = 12;
  private static final int KEYS_PER_SECOND = 20;

  private ZooKeeperServer zooKeeper;

  @BeforeAll
  void start() {
    zooKeeper = ZooKeeperServer.start();
  }

  @AfterAll
  void close() {
    zooKeeper.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sync", "semi-async"})
  void aTargetThatIsKilledAndStartsAgainLosesNothing(String method) {
    ClusterPlan plan = plan("target-" + method, method);
    try (FakeCodisServer source = FakeCodisServer.durable();
        FakeCodisServer target = FakeCodisServer.durable();
        VodisCluster cluster = over(plan, List.of(List.of(source), List.of(target)))) {
      // Given
      Workload load = load(cluster, source);
      ColdKeys cold = beginSlowly(cluster, source, target);

      // When
      target.kill();
      Poll.pass(Duration.ofMillis(500));
      target.restart();
      end(cluster);
      WorkloadReport report = load.stop();
      LOGGER.info("{}: {}", method, report);

      // Then
      assertThat(report.findings()).isEmpty();
      Checks.assertNothingLost(cluster, load);
      assertThat(cold.on(target.behind())).isEqualTo(cold.count());
      assertThat(cold.on(source.behind())).isZero();
      assertThat(cluster.topology().slot(0).groupId()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sync", "semi-async"})
  void anotherTopomGoesOnWithTheMoveOfOneThatIsKilled(String method) {
    ClusterPlan plan =
        plan("topom-" + method, method)
            .with(Role.TOPOM, 2)
            .inChildren(JavaProcess.LIGHT, Role.TOPOM)
            .withSessionTimeout(Duration.ofSeconds(3))
            .with(Role.PROXY, "coordinator_session_timeout", "10s");
    try (FakeCodisServer source = FakeCodisServer.start();
        FakeCodisServer target = FakeCodisServer.start();
        VodisCluster cluster = over(plan, List.of(List.of(source), List.of(target)))) {
      // Given
      Workload load = load(cluster, source);
      ColdKeys cold = beginSlowly(cluster, source, target);

      // When
      cluster.leader().kill();
      assertThat(isMigrating(cluster.topology())).isTrue();
      end(cluster);
      WorkloadReport report = load.stop();
      LOGGER.info("{}: {}", method, report);

      // Then
      Checks.assertUndisturbed(report);
      Checks.assertNothingLost(cluster, load);
      assertThat(cold.on(target.behind())).isEqualTo(cold.count());
      assertThat(cold.on(source.behind())).isZero();
      assertThat(cluster.topology().slot(0).groupId()).isEqualTo(2);
    }
  }

  /** As {@link SourceFailoverIT}, with servers that replace what the target has. */
  @Test
  void whatWasWrittenOnTheTargetIsNotLostToWhatTheSourceBringsBack() throws Exception {
    ClusterPlan plan = watched(plan("source-sync", "sync"));
    try (FakeCodisServer source = FakeCodisServer.start();
        FakeCodisServer replica = FakeCodisServer.start();
        FakeCodisServer target = FakeCodisServer.start()) {
      follow(replica, source);
      try (VodisCluster cluster = over(plan, List.of(List.of(source, replica), List.of(target)))) {
        SourceFailover failover = new SourceFailover(cluster, source.behind(), replica.behind());
        failover.givenAMoveThatIsSlow();
        failover.whenTheReplicaHasNotHeardWhatHasMoved();
        source.kill();
        failover.whenItHasTakenOver(replica.address());
        failover.thenNothingIsLost();
        assertThat(target.calls("SLOTSRESTORE")).isPositive();
        assertThat(replica.calls("MIGRATE")).isZero();
      }
    }
  }

  /**
   * A semi-async move has no proof of its opening. What stands in for it: nothing is used on the
   * target before a replica of the source knows that it has left. So a replica that keeps up brings
   * nothing back when it is promoted in mid-move.
   */
  @Test
  void aReplicaThatKeepsUpBringsNothingBackInASemiAsyncMove() {
    ClusterPlan plan = watched(plan("source-semi", "semi-async"));
    try (FakeCodisServer source = FakeCodisServer.start();
        FakeCodisServer replica = FakeCodisServer.start();
        FakeCodisServer target = FakeCodisServer.start()) {
      follow(replica, source);
      try (VodisCluster cluster = over(plan, List.of(List.of(source, replica), List.of(target)));
          RespClient client = RespClient.connect(cluster.proxies().getFirst())) {
        // Given
        ColdKeys cold = beginSlowly(cluster, source, target);
        Poll.until(PATIENCE, "all slots are open", () -> allAreOpen(cluster.topology()));
        List<String> used =
            IntStream.range(0, SLOTS).mapToObj(slot -> SlotOracle.keyIn(slot, "used")).toList();
        for (String key : used) {
          client.expect("SET", key, "old");
          // Of several keys: so they have to be moved.
          client.expect("MGET", key, "{" + key + "}");
          client.expect("SET", key, "new");
          assertThat(target.behind().call("GET", key)).isEqualTo("new");
        }
        String[] exist = Stream.concat(Stream.of("EXISTS"), used.stream()).toArray(String[]::new);
        Poll.until(
            PATIENCE,
            "the replica knows that they have left",
            () -> Long.valueOf(0).equals(replica.behind().call(exist)));

        // When
        source.kill();
        Poll.until(
            PATIENCE,
            "the replica has taken over",
            () -> cluster.primaries().getFirst().equals(replica.address()));
        end(cluster);

        // Then
        for (String key : used) {
          Poll.until(
              PATIENCE,
              () -> key + ": " + client.call("GET", key),
              () -> "new".equals(client.call("GET", key)));
        }
        assertThat(cold.on(target.behind())).isEqualTo(cold.count());
        assertThat(cold.on(replica.behind())).isZero();
        assertThat(replica.calls("SLOTSMGRTTAGSLOT-ASYNC")).isPositive();
      }
    }
  }

  private static void follow(FakeCodisServer replica, FakeCodisServer source) {
    try (RespClient client = replica.client()) {
      HostAndPort primary = source.address();
      client.expect("SLAVEOF", primary.host(), Integer.toString(primary.port()));
    }
    Poll.until(
        PATIENCE,
        "the replica follows",
        () -> String.valueOf(replica.behind().call("ROLE")).contains("connected"));
  }

  private static ClusterPlan plan(String name, String method) {
    return ClusterPlan.small().named(name).with(Role.TOPOM, "migration_method", method);
  }

  /** With members that soon replace a primary which does not answer. */
  private static ClusterPlan watched(ClusterPlan plan) {
    return plan.with(Role.HA, 3)
        .with(Role.HA, "down_after", "1s")
        .with(Role.HA, "probe_interval", "300ms")
        .with(Role.HA, "probe_timeout", "300ms");
  }

  private VodisCluster over(ClusterPlan plan, List<List<FakeCodisServer>> groups) {
    return VodisCluster.overGroups(
        plan,
        HostAndPort.parse(zooKeeper.address()),
        groups.stream()
            .map(servers -> servers.stream().map(FakeCodisServer::address).toList())
            .toList());
  }

  /** Running, with something to move. */
  private static Workload load(VodisCluster cluster, FakeCodisServer source) {
    Workload load =
        Workload.start(
            Workload.Settings.over(cluster.proxies())
                .withConnections(4)
                .withDatabases(0, 5)
                .withoutUnlink()
                .withPause(Duration.ofMillis(5)));
    LOGGER.info("{}", load.settings());
    Poll.until(PATIENCE, "there are keys", () -> source.behind().keyCount() > 100);
    return load;
  }

  /** Returns in the midst of it: some cold keys have moved, most have not. */
  private static ColdKeys beginSlowly(
      VodisCluster cluster, FakeCodisServer source, FakeCodisServer target) {
    ColdKeys cold = ColdKeys.write(cluster.proxies().getFirst(), SLOTS, COLD_PER_SLOT);
    keysPerSecond(cluster, KEYS_PER_SECOND);
    cluster.admin().migrate(0, SLOTS - 1, 2);
    Poll.until(PATIENCE, "cold keys move", () -> cold.on(target.behind()) > 10);
    assertThat(cold.on(source.behind())).isGreaterThan(cold.count() / 2);
    assertThat(isMigrating(cluster.topology())).isTrue();
    return cold;
  }

  private static boolean allAreOpen(Topology topology) {
    return topology.slots().subList(0, SLOTS).stream()
        .allMatch(slot -> slot.action() instanceof SlotAction.Migrating);
  }

  private static boolean isMigrating(Topology topology) {
    return topology.slots().stream().anyMatch(s -> s.action() instanceof SlotAction.Migrating);
  }

  private static void end(VodisCluster cluster) {
    Poll.until(
        PATIENCE,
        "a topom takes the order",
        () -> {
          try {
            keysPerSecond(cluster, 0);
            return true;
          } catch (AssertionError | RuntimeException noLeaderYet) {
            return false;
          }
        });
    cluster.awaitIdle(PATIENCE);
  }

  private static void keysPerSecond(VodisCluster cluster, int keys) {
    cluster.admin().patch("/migration", new JsonObject().put("keysPerSecond", keys));
  }
}

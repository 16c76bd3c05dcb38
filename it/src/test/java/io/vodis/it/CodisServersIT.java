package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.model.Topology;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.ZooKeeperServer;
import io.vodis.testsupport.codis.FakeCodisServer;
import io.vodis.testsupport.workload.SlotOracle;
import io.vodis.testsupport.workload.Workload;
import io.vodis.testsupport.workload.WorkloadReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Groups of codis-servers, whose slots move as codis-server moves them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CodisServersIT {

  private static final Logger LOGGER = LoggerFactory.getLogger(CodisServersIT.class);
  private static final Duration MOVE_TIMEOUT = Duration.ofSeconds(90);
  private static final int HALF = Topology.SLOT_COUNT / 2;
  private static final int ROUND_TRIPS = Integer.getInteger("vodis.it.codis_round_trips", 1);
  private static final String PASSWORD = "a secret of the servers";

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
  void allSlotsGoThereAndBackAndNoClientNotices(String method) {
    try (Product product = new Product("codis-" + method, method)) {
      // Given
      Workload load =
          Workload.start(
              Workload.Settings.over(product.cluster.proxies())
                  .withConnections(4)
                  .withDatabases(0, 5)
                  .withoutUnlink()
                  .withPause(Duration.ofMillis(5)));
      LOGGER.info("{}", load.settings());

      // When
      for (int i = 0; i < ROUND_TRIPS; i++) {
        product.exchange(2, 1);
        product.exchange(1, 2);
      }
      WorkloadReport report = load.stop();
      LOGGER.info("{}", report);

      // Then
      Checks.assertUndisturbed(report);
      Checks.assertNothingLost(product.cluster, load);
      String used = method.equals("sync") ? "SLOTSMGRTONE" : "SLOTSMGRTTAGSLOT-ASYNC";
      for (FakeCodisServer server : product.servers) {
        assertThat(server.calls(used)).isPositive();
        assertThat(server.calls("MIGRATE")).isZero();
      }
    }
  }

  @Test
  void whatIsCancelledHalfWayComesBackUnderLoad() {
    try (Product product = new Product("codis-cancel", "semi-async")) {
      // Given
      Workload load =
          Workload.start(
              Workload.Settings.over(product.cluster.proxies())
                  .withConnections(4)
                  .withDatabases(0, 5)
                  .withoutUnlink()
                  .withPause(Duration.ofMillis(5)));
      FakeCodisServer source = product.servers.getFirst();
      FakeCodisServer target = product.servers.getLast();
      Poll.until(MOVE_TIMEOUT, "there are keys", () -> source.behind().keyCount() > 100);
      ColdKeys cold = ColdKeys.write(product.cluster.proxies().getFirst(), HALF, 20);

      // When
      product.keysPerSecond(5);
      product.cluster.admin().migrate(0, HALF - 1, 2);
      Poll.until(MOVE_TIMEOUT, "keys are moving", () -> cold.on(target.behind()) > 1);
      product.cluster.admin().delete("/actions?started=true");
      product.keysPerSecond(0);
      product.cluster.awaitIdle(MOVE_TIMEOUT);
      WorkloadReport report = load.stop();
      LOGGER.info("{}", report);

      // Then
      Checks.assertUndisturbed(report);
      Checks.assertNothingLost(product.cluster, load);
      assertThat(product.cluster.topology().slots().subList(0, HALF))
          .allMatch(slot -> slot.groupId() == 1);
      assertThat(cold.on(source.behind())).isEqualTo(cold.count());
      assertThat(cold.on(target.behind())).isZero();
      assertThat(source.calls("SLOTSMGRTTAGSLOT-ASYNC")).isPositive();
    }
  }

  @Test
  void aSourceThatIsKilledInMidMoveAndStartsAgainIsEmptiedAllTheSame() {
    try (Product product = new Product("codis-killed", "semi-async")) {
      // Given
      FakeCodisServer source = product.servers.getFirst();
      try (RespClient client = RespClient.connect(product.cluster.proxies().getFirst())) {
        for (int i = 0; i < 2000; i++) {
          client.send("SET", "{" + i % 900 + "}k" + i, "v" + i);
        }
        client.flush();
        for (int i = 0; i < 2000; i++) {
          assertThat(client.receive()).isEqualTo("OK");
        }
        try (RespClient direct = source.client()) {
          direct.expect("SAVE");
        }

        // When
        product.cluster.admin().migrate(0, HALF - 1, 2);
        Poll.until(
            MOVE_TIMEOUT, "keys are moving", () -> source.calls("SLOTSMGRTTAGSLOT-ASYNC") > 20);
        source.kill();
        source.restart();
        product.cluster.awaitIdle(MOVE_TIMEOUT);

        // Then
        for (int i = 0; i < 2000; i++) {
          assertThat(client.call("GET", "{" + i % 900 + "}k" + i)).isEqualTo("v" + i);
        }
        try (RespClient direct = source.client()) {
          List<?> left = direct.expectList("SLOTSINFO", "0", Integer.toString(HALF));
          assertThat(left).isEmpty();
        }
      }
    }
  }

  /** Their MIGRATE cannot sign in, so topom carries the keys. */
  @Test
  void keysThatAreAstrayAreFoundAndBroughtHome() {
    try (Product product = new Product("codis-fsck", "semi-async")) {
      // Given
      String astray = SlotOracle.keyIn(3, "astray");
      String twice = SlotOracle.keyIn(4, "twice");
      String atHome = SlotOracle.keyIn(5, "home");
      FakeCodisServer home = product.servers.getFirst();
      FakeCodisServer away = product.servers.getLast();
      try (RespClient there = away.client();
          RespClient here = home.client()) {
        there.expect("SELECT", "2");
        there.expect("RPUSH", astray, "a", "b");
        there.expect("SET", twice, "the copy that does not count");
        here.expect("SELECT", "2");
        here.expect("SET", twice, "counts");
        here.expect("SET", atHome, "v");

        // When
        JsonObject found =
            product.cluster.admin().post("/fsck", new JsonObject().put("repair", false));
        JsonObject repaired =
            product.cluster.admin().post("/fsck", new JsonObject().put("repair", true));
        JsonObject after =
            product.cluster.admin().post("/fsck", new JsonObject().put("repair", false));

        // Then
        assertThat(found.getLong("strayKeys")).as(found.encode()).isEqualTo(2);
        assertThat(after.getLong("strayKeys")).as(repaired.encode()).isZero();
        assertThat(here.expectList("LRANGE", astray, "0", "-1").toString()).isEqualTo("[a, b]");
        assertThat(here.call("GET", twice)).isEqualTo("counts");
        assertThat(there.expectNumber("DBSIZE")).isZero();
      }
    }
  }

  /** Two codis-servers, a group each, behind two proxies. */
  private final class Product implements AutoCloseable {

    final List<FakeCodisServer> servers = new ArrayList<>();
    final VodisCluster cluster;

    Product(String name, String method) {
      servers.add(FakeCodisServer.withPassword(PASSWORD));
      servers.add(FakeCodisServer.withPassword(PASSWORD));
      List<HostAndPort> addresses = servers.stream().map(FakeCodisServer::address).toList();
      cluster =
          VodisCluster.over(
              ClusterPlan.small()
                  .named(name)
                  .withPassword(PASSWORD)
                  .with(Role.TOPOM, "migration_method", method),
              HostAndPort.parse(zooKeeper.address()),
              addresses);
    }

    void keysPerSecond(int keys) {
      cluster.admin().patch("/migration", new JsonObject().put("keysPerSecond", keys));
    }

    /** Every slot changes its group. */
    void exchange(int lowerTo, int upperTo) {
      long start = System.nanoTime();
      cluster.admin().migrate(0, HALF - 1, lowerTo);
      cluster.admin().migrate(HALF, Topology.SLOT_COUNT - 1, upperTo);
      cluster.awaitIdle(MOVE_TIMEOUT);
      LOGGER.info("all slots moved in {} ms", (System.nanoTime() - start) / 1_000_000);
    }

    @Override
    public void close() {
      cluster.close();
      servers.forEach(FakeCodisServer::close);
    }
  }
}

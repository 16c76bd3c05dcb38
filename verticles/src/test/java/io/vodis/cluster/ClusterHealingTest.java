package io.vodis.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vodis.bus.Addresses;
import io.vodis.bus.BusClient;
import io.vodis.bus.BusReply;
import io.vodis.bus.BusServer;
import io.vodis.bus.HaQuery;
import io.vodis.config.CoordinatorConfig;
import io.vodis.config.ProductConfig;
import io.vodis.model.HostAndPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClusterHealingTest {

  private static final ProductConfig PRODUCT = new ProductConfig("healing", "");
  private static final String NODES = "/codis3/healing/vodis/bus/cluster/nodes";
  private static final HostAndPort SERVER = new HostAndPort("10.0.0.1", 6379);

  private TestingServer zooKeeper;
  private CoordinatorConfig coordinator;
  private CuratorFramework observer;
  private final List<Vertx> nodes = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    zooKeeper = new TestingServer(new InstanceSpec(null, -1, -1, -1, true, -1, 100, -1), true);
    coordinator =
        new CoordinatorConfig(
            "zookeeper", zooKeeper.getConnectString(), "", Duration.ofMillis(1500), "127.0.0.1");
    observer =
        CuratorFrameworkFactory.newClient(zooKeeper.getConnectString(), new RetryNTimes(20, 200));
    observer.start();
  }

  @AfterEach
  void stop() throws Exception {
    for (Vertx node : nodes) {
      node.close().await(10, TimeUnit.SECONDS);
    }
    observer.close();
    zooKeeper.close();
  }

  @Test
  void anExpiredSessionHealsByItself() throws Exception {
    // Given
    joinNode();
    joinNode();
    awaitEverybodyReachesEverybody();
    List<String> before = observer.getChildren().forPath(NODES);
    // When
    for (String node : before) {
      long owner = observer.checkExists().forPath(NODES + "/" + node).getEphemeralOwner();
      expire(owner);
    }
    // Then
    await()
        .atMost(20, TimeUnit.SECONDS)
        .untilAsserted(
            () -> assertThat(observer.getChildren().forPath(NODES)).hasSameElementsAs(before));
    joinNode();
    awaitEverybodyReachesEverybody();
  }

  @Test
  void aShortOutageHealsByItself() throws Exception {
    outage(Duration.ofMillis(700));
  }

  @Test
  void anOutageLongerThanTheSessionHealsByItself() throws Exception {
    outage(Duration.ofSeconds(4));
  }

  @Test
  void aNodeThatClosesLeavesNothingBehind() throws Exception {
    // Given
    Vertx stays = joinNode();
    Vertx leaves = joinNode();
    awaitEverybodyReachesEverybody();
    // When
    nodes.remove(leaves);
    leaves.close().await(10, TimeUnit.SECONDS);
    // Then
    assertThat(observer.getChildren().forPath(NODES)).hasSize(1);
    assertThat(nodes).containsExactly(stays);
  }

  @Test
  void aNodeThatBeginsWithoutTheStoreJoinsWhenItIsThere() throws Exception {
    // Given
    joinNode();
    zooKeeper.stop();

    // When
    BusNode.Late late = BusNode.startLate(PRODUCT, coordinator, coordinator.advertisedHost());
    serve(late.vertx());
    assertThat(late.manager().hasJoined()).isFalse();
    assertThat(ask(late.vertx(), "member-1")).isEqualTo("member-1");
    await().pollDelay(Duration.ofSeconds(4)).atMost(Duration.ofSeconds(9)).until(() -> true);
    zooKeeper.restart();

    // Then
    await().atMost(20, TimeUnit.SECONDS).until(() -> late.manager().hasJoined());
    awaitEverybodyReachesEverybody();
    joinNode();
    awaitEverybodyReachesEverybody();
  }

  private void outage(Duration length) throws Exception {
    // Given
    joinNode();
    joinNode();
    awaitEverybodyReachesEverybody();
    // When
    zooKeeper.stop();
    await().pollDelay(length).atMost(length.plusSeconds(5)).until(() -> true);
    zooKeeper.restart();
    // Then: also after a session left over from before the outage has expired
    awaitEverybodyReachesEverybody();
    await().pollDelay(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(9)).until(() -> true);
    joinNode();
    awaitEverybodyReachesEverybody();
    assertThat(observer.getChildren().forPath(NODES)).hasSize(3);
  }

  private Vertx joinNode() {
    Vertx vertx = BusNode.start(PRODUCT, coordinator, coordinator.advertisedHost());
    serve(vertx);
    return vertx;
  }

  private void serve(Vertx vertx) {
    int index = nodes.size();
    nodes.add(vertx);
    BusServer.serve(
        vertx,
        Addresses.HA,
        Addresses.HA.of("healing", "member-" + index),
        query ->
            Future.succeededFuture(new BusReply.Opinion("member-" + index, SERVER, false, index)));
  }

  private void awaitEverybodyReachesEverybody() {
    await()
        .atMost(60, TimeUnit.SECONDS)
        .untilAsserted(() -> assertThat(firstUnreached()).as("who does not reach whom").isEmpty());
  }

  private Optional<String> firstUnreached() {
    for (int from = 0; from < nodes.size(); from++) {
      for (int to = 0; to < nodes.size(); to++) {
        try {
          assertThat(ask(nodes.get(from), "member-" + to)).isEqualTo("member-" + to);
        } catch (RuntimeException e) {
          return Optional.of("%d asks %d: %s".formatted(from, to, e));
        }
      }
    }
    return Optional.empty();
  }

  private static String ask(Vertx from, String member) {
    return BusClient.ask(
            from,
            Addresses.HA,
            Addresses.HA.of("healing", member),
            new HaQuery.OpinionQuery(SERVER),
            Duration.ofSeconds(2),
            BusReply.Opinion.class)
        .incarnation();
  }

  /** Ends a session at the server, as an expiry does, by closing it from a second client. */
  private void expire(long session) throws Exception {
    byte[] password = SessionPasswords.of(session);
    ZooKeeper intruder =
        new ZooKeeper(zooKeeper.getConnectString(), 5000, event -> {}, session, password);
    await().until(() -> intruder.getState() == ZooKeeper.States.CONNECTED);
    intruder.close();
  }
}

package io.vodis.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vodis.config.CoordinatorConfig;
import io.vodis.config.ProductConfig;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.Test;

class ClusterNodesTest {

  private static final ProductConfig PRODUCT = new ProductConfig("nodes", "");

  @Test
  void waitsForTheStoreAndLeavesNothingOfItselfBehind() throws Exception {
    // Given
    int port = freePort();
    CoordinatorConfig coordinator = coordinator("127.0.0.1:" + port, "");
    CompletableFuture<ClusterNode> starting = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> starting.complete(ClusterNodes.start(PRODUCT, coordinator)));
    await().during(Duration.ofMillis(500)).until(() -> !starting.isDone());
    // When
    try (TestingServer zooKeeper =
            new TestingServer(new InstanceSpec(null, port, -1, -1, true, -1, 100, -1), true);
        CuratorFramework observer =
            CuratorFrameworkFactory.newClient(
                zooKeeper.getConnectString(), new RetryNTimes(10, 100))) {
      observer.start();
      ClusterNode node = starting.get(30, TimeUnit.SECONDS);
      node.store().register(member());
      // Then
      assertThat(node.advertisedHost()).isEqualTo("127.0.0.1");
      assertThat(node.vertx().isClustered()).isTrue();
      assertThat(node.store().liveMembers(Role.PROXY)).containsExactly(member());
      assertThat(ephemeralNodes(observer, "/codis3")).hasSize(2);
      // When
      node.close();
      // Then
      await().untilAsserted(() -> assertThat(ephemeralNodes(observer, "/codis3")).isEmpty());
    }
  }

  @Test
  void theConfiguredHostIsAdvertisedAndOtherwiseTheOneOnTheWayToTheStore() {
    assertThat(AdvertisedHost.of(coordinator("10.0.0.1:2181", "proxy-1.example")))
        .isEqualTo("proxy-1.example");
    assertThat(AdvertisedHost.of(coordinator("127.0.0.1:2181", ""))).isEqualTo("127.0.0.1");
    assertThat(AdvertisedHost.of(coordinator("no-such-host.invalid:1,127.0.0.1:2", "")))
        .isEqualTo("127.0.0.1");
    assertThat(AdvertisedHost.of(coordinator("no-such-host.invalid:1", ""))).isNotBlank();
  }

  private static List<String> ephemeralNodes(CuratorFramework observer, String path)
      throws Exception {
    List<String> found = new ArrayList<>();
    if (observer.checkExists().forPath(path).getEphemeralOwner() != 0) {
      found.add(path);
    }
    for (String child : observer.getChildren().forPath(path)) {
      found.addAll(ephemeralNodes(observer, path + "/" + child));
    }
    return found;
  }

  private static CoordinatorConfig coordinator(String address, String advertisedHost) {
    return new CoordinatorConfig("zookeeper", address, "", Duration.ofMillis(1500), advertisedHost);
  }

  private static Member member() {
    return new Member(
        Role.PROXY,
        "token",
        "incarnation",
        new HostAndPort("127.0.0.1", 19000),
        new HostAndPort("127.0.0.1", 11080),
        "",
        1,
        "2026-11-20T20:00:00Z");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}

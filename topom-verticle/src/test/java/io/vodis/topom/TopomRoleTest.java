package io.vodis.topom;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vodis.bus.Addresses;
import io.vodis.bus.BusServer;
import io.vodis.bus.BusSupport;
import io.vodis.cluster.ClusterNode;
import io.vodis.config.CoordinatorConfig;
import io.vodis.config.ProductConfig;
import io.vodis.metric.Sample;
import io.vodis.metric.TopomMetrics;
import io.vodis.model.Role;
import io.vodis.store.TopologyStore;
import io.vodis.testsupport.InMemoryStoreServer;
import io.vodis.testsupport.Poll;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TopomRoleTest {

  private static final String PRODUCT = "test-role";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final InMemoryStoreServer server = new InMemoryStoreServer(PRODUCT);
  private Vertx vertx;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
    BusSupport.install(vertx);
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  /** One process of the product; they share a Vert.x here, as they share the bus. */
  private record Node(Vertx vertx, TopologyStore store, ProductConfig product)
      implements ClusterNode {

    @Override
    public CoordinatorConfig coordinator() {
      return CoordinatorConfig.defaults();
    }

    @Override
    public String advertisedHost() {
      return "127.0.0.1";
    }

    @Override
    public void close() {
      store.close();
    }
  }

  private Node node() {
    return new Node(vertx, server.client(), new ProductConfig(PRODUCT, ""));
  }

  private static HttpResponse<String> call(TopomRole role, String method, String path)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(
                  URI.create("http://" + role.member().serviceAddress() + "/api/v1" + path))
              .header("Authorization", "Bearer secret")
              .header("Content-Type", "application/json")
              .method(method, HttpRequest.BodyPublishers.ofString("{\"group_id\":1}"))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void theNextTopomLeadsAsSoonAsTheLeaderIsClosed() throws Exception {
    // Given
    try (TopomRole first = TopomRole.start(node(), TestTopom.config(PRODUCT))) {
      Poll.until(PATIENCE, "a leader", () -> first.service().view().leading());
      try (TopomRole second = TopomRole.start(node(), TestTopom.config(PRODUCT))) {
        assertThat(server.client().liveMembers(Role.TOPOM)).hasSize(2);

        // When
        first.close();

        // Then
        Poll.until(
            Duration.ofSeconds(5), "another leader", () -> second.service().view().leading());
        assertThat(second.service().view().term()).isEqualTo(2);
        assertThat(second.service().view().leader()).isEqualTo(second.member());
        assertThat(server.client().liveMembers(Role.TOPOM)).containsExactly(second.member());
      }
    }
  }

  @Test
  void anyTopomTakesAChangeAndTheLeaderMakesIt() throws Exception {
    // Given
    try (TopomRole first = TopomRole.start(node(), TestTopom.config(PRODUCT))) {
      Poll.until(PATIENCE, "a leader", () -> first.service().view().leading());
      try (TopomRole second = TopomRole.start(node(), TestTopom.config(PRODUCT))) {

        // When
        first.service().createGroup(7);

        // Then
        Poll.until(
            PATIENCE,
            "the group at the follower",
            () -> second.service().view().topology().group(7).isPresent());
        assertThat(call(second, "GET", "/groups").body()).contains("7");
        assertThat(call(second, "DELETE", "/groups/7").statusCode()).isBetween(200, 204);
        assertThat(first.service().view().topology().groups()).isEmpty();
      }
    }
  }

  @Test
  void publishesItsFigures() {
    // Given
    List<Sample> samples = new CopyOnWriteArrayList<>();
    var unused =
        BusServer.subscribe(
            vertx, Addresses.METRICS, PRODUCT, report -> samples.addAll(report.samples()));

    // When
    try (TopomRole role = TopomRole.start(node(), TestTopom.config(PRODUCT))) {

      // Then
      Poll.until(
          PATIENCE,
          "figures of the leader",
          () ->
              samples.contains(TopomMetrics.LEADER.of(1))
                  && samples.contains(TopomMetrics.SLOTS.of(1024, "offline")));
      assertThat(role.member().role()).isEqualTo(Role.TOPOM);
    }
  }
}

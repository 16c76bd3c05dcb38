package io.vodis.topom.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vodis.model.Role;
import io.vodis.topom.TopomView;
import io.vodis.topom.fake.FakeTopomService;
import io.vodis.topom.fake.Views;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaderForwardingTest {

  private static final AdminApiConfig CONFIG = new AdminApiConfig("127.0.0.1", 0, "token");

  private final Vertx vertx = Vertx.vertx();
  private final FakeTopomService leader = new FakeTopomService(Views.busy());
  private final FakeTopomService follower = new FakeTopomService(Views.busy());
  private AdminApi leaderApi;
  private AdminApi followerApi;
  private ApiClient client;

  @BeforeEach
  void start() {
    leaderApi = AdminApi.start(vertx, leader, CONFIG);
    followerApi = AdminApi.start(vertx, follower, CONFIG);
    follower.update(view -> follows(view, leaderApi.port()));
    client = new ApiClient(followerApi.port(), "Bearer token");
  }

  @AfterEach
  void stop() {
    client.close();
    leaderApi.close();
    followerApi.close();
    vertx.close().await();
  }

  private static TopomView follows(TopomView view, int port) {
    return Views.withLeader(view, Views.member(Role.TOPOM, "leader", port), false);
  }

  @Test
  void aFollowerPassesChangesOnToTheLeader() {
    // When
    ApiClient.Result created = client.post("/api/v1/groups", "{\"groupId\": 9}");
    ApiClient.Result cancelled = client.delete("/api/v1/actions");
    ApiClient.Result removed = client.delete("/api/v1/groups/1/servers/127.0.0.1:6380");
    // Then
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.json().getLong("epoch")).isEqualTo(42);
    assertThat(cancelled.json().getInteger("actions")).isEqualTo(1);
    assertThat(removed.status()).isEqualTo(200);
    assertThat(leader.calls())
        .containsExactly(
            "createGroup(9)", "cancelPendingActions()", "removeServer(1, 127.0.0.1:6380)");
    assertThat(follower.calls()).isEmpty();
  }

  @Test
  void theLeadersRefusalComesBackAsItIs() {
    // When
    ApiClient.Result result = client.post("/api/v1/groups", "{\"groupId\": 1}");
    // Then
    assertThat(result.status()).isEqualTo(409);
    assertThat(result.message()).isEqualTo("group 1 exists already");
  }

  @Test
  void aFollowerServesReadsItself() {
    // Given
    leader.failWith(new IllegalStateException("must not be asked"));
    // When
    ApiClient.Result result = client.get("/api/v1/overview");
    // Then
    assertThat(result.status()).isEqualTo(200);
    assertThat(result.json().getBoolean("leading")).isFalse();
    assertThat(result.json().getJsonObject("servers").containsKey("answering")).isFalse();
    assertThat(result.json().getJsonObject("proxies").containsKey("current")).isFalse();
  }

  @Test
  void aFollowerDoesNotPassOnWhatIsUnauthorizedOrInvalid() {
    try (ApiClient anonymous = new ApiClient(followerApi.port(), "")) {
      // When
      ApiClient.Result unauthorized = anonymous.delete("/api/v1/actions");
      ApiClient.Result invalid = client.post("/api/v1/groups", "{\"groupId\": 0}");
      // Then
      assertThat(unauthorized.status()).isEqualTo(401);
      assertThat(invalid.status()).isEqualTo(400);
      assertThat(leader.calls()).isEmpty();
    }
  }

  @Test
  void twoThatTakeEachOtherForTheLeaderDoNotPassARequestInCircles() {
    // Given
    leader.update(view -> follows(view, followerApi.port()));
    // When
    ApiClient.Result result = client.delete("/api/v1/actions");
    // Then
    assertThat(result.status()).isEqualTo(503);
    assertThat(result.code()).isEqualTo("NOT_LEADER");
  }

  @Test
  void saysThatNobodyLeads() {
    // Given
    follower.update(view -> Views.withLeader(view, null, false));
    // When
    ApiClient.Result result = client.delete("/api/v1/actions");
    // Then
    assertThat(result.status()).isEqualTo(503);
    assertThat(result.code()).isEqualTo("NOT_LEADER");
    assertThat(result.message()).contains("no topom of this product leads");
  }

  @Test
  void saysThatTheLeaderDoesNotAnswer() {
    // Given
    leaderApi.close();
    // When
    ApiClient.Result result = client.delete("/api/v1/actions");
    // Then
    assertThat(result.status()).isEqualTo(503);
    assertThat(result.code()).isEqualTo("UNAVAILABLE");
    assertThat(result.message()).contains("127.0.0.1:" + leaderApi.port());
  }
}

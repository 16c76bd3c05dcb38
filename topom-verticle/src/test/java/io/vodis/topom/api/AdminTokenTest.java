package io.vodis.topom.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vodis.topom.fake.FakeTopomService;
import io.vodis.topom.fake.Views;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdminTokenTest {

  private static final String TOKEN = "s3cret-admin-token";

  private final Vertx vertx = Vertx.vertx();
  private final FakeTopomService service = new FakeTopomService(Views.busy());

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Bearer s3cret-admin-toke",
        "Bearer s3cret-admin-tokenX",
        "Basic s3cret-admin-token",
        "s3cret-admin-token",
      })
  void refusesAChangeWithoutTheToken(String authorization) {
    try (AdminApi api = start(TOKEN);
        ApiClient client = new ApiClient(api.port(), authorization)) {
      // When
      ApiClient.Result result = client.post("/api/v1/groups", "{\"groupId\": 9}");
      // Then
      assertThat(result.status()).isEqualTo(401);
      assertThat(result.code()).isEqualTo("UNAUTHORIZED");
      assertThat(result.message()).doesNotContain(TOKEN);
      assertThat(result.response().headers().firstValue("WWW-Authenticate")).contains("Bearer");
      assertThat(service.calls()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer s3cret-admin-token", "bearer  s3cret-admin-token"})
  void acceptsTheToken(String authorization) {
    try (AdminApi api = start(TOKEN);
        ApiClient client = new ApiClient(api.port(), authorization)) {
      assertThat(client.post("/api/v1/groups", "{\"groupId\": 9}").status()).isEqualTo(201);
    }
  }

  @Test
  void readsNeedNoToken() {
    try (AdminApi api = start(TOKEN);
        ApiClient client = new ApiClient(api.port(), "")) {
      assertThat(client.get("/api/v1/rebalance").status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer ", "Bearer any"})
  void refusesEveryChangeIfNoTokenIsConfigured(String authorization) {
    try (AdminApi api = start("");
        ApiClient client = new ApiClient(api.port(), authorization)) {
      // When
      ApiClient.Result result = client.delete("/api/v1/actions");
      // Then
      assertThat(result.status()).isEqualTo(403);
      assertThat(result.code()).isEqualTo("READ_ONLY");
      assertThat(result.message()).contains("admin_token");
      assertThat(service.calls()).isEmpty();
    }
  }

  private AdminApi start(String token) {
    return AdminApi.start(vertx, service, new AdminApiConfig("127.0.0.1", 0, token));
  }
}

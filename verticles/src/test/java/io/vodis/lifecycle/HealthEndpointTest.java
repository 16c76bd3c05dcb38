package io.vodis.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vodis.config.ListenAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthEndpointTest {

  private final Vertx vertx = Vertx.vertx();
  private final AtomicReference<Optional<String>> notReady =
      new AtomicReference<>(Optional.empty());
  private volatile List<String> warnings = List.of();

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void tellsReadyFromNotReadyWithTheReason() throws Exception {
    // Given
    try (HealthEndpoint endpoint = start(0)) {
      assertThat(get(endpoint, "/health/ready").statusCode()).isEqualTo(200);

      // When
      notReady.set(Optional.of("the store does not answer"));

      // Then
      var answer = get(endpoint, "/health/ready");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(new JsonObject(answer.body()).getString("reason"))
          .isEqualTo("the store does not answer");
      assertThat(get(endpoint, "/health/live").statusCode()).isEqualTo(200);
      assertThat(new JsonObject(get(endpoint, "/status").body()).getInteger("answer"))
          .isEqualTo(42);
    }
  }

  @Test
  void whatIsWrongAllTheSameIsToldBesideTheState() throws Exception {
    try (HealthEndpoint endpoint = start(0)) {
      assertThat(get(endpoint, "/health/ready").body()).doesNotContain("warnings");
      // When
      warnings = List.of("its disk is full");
      // Then
      var answer = get(endpoint, "/health/ready");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(new JsonObject(answer.body()).getJsonArray("warnings"))
          .containsExactly("its disk is full");
    }
  }

  @Test
  void aUsedPortIsOneClearLine() {
    try (HealthEndpoint endpoint = start(0)) {
      assertThatThrownBy(() -> start(endpoint.port()))
          .isInstanceOf(VodisException.class)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + endpoint.port())
          .hasMessageContaining("in use");
    }
  }

  private HealthEndpoint start(int port) {
    return HealthEndpoint.start(
        vertx,
        new ListenAddress("127.0.0.1", port),
        new HealthEndpoint.Pages(
            notReady::get, () -> warnings, () -> new JsonObject().put("answer", 42), router -> {}));
  }

  private static HttpResponse<String> get(HealthEndpoint endpoint, String path) throws Exception {
    var uri = URI.create("http://127.0.0.1:" + endpoint.port() + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }
}

package io.vodis.topom.api;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/** Calls an {@link AdminApi} the way curl does. */
final class ApiClient implements AutoCloseable {

  private final HttpClient http = HttpClient.newHttpClient();
  private final int port;
  private final String authorization;
  private String contentType = "application/json";

  /** {@code authorization} is the whole header; empty sends none. */
  ApiClient(int port, String authorization) {
    this.port = port;
    this.authorization = authorization;
  }

  ApiClient contentType(String type) {
    contentType = type;
    return this;
  }

  record Result(int status, HttpResponse<String> response) {
    JsonObject json() {
      return new JsonObject(response.body());
    }

    String code() {
      return json().getString("code");
    }

    String message() {
      return json().getString("message");
    }
  }

  Result get(String path) {
    return send("GET", path, null);
  }

  Result delete(String path) {
    return send("DELETE", path, null);
  }

  Result post(String path, @Nullable String body) {
    return send("POST", path, body);
  }

  Result send(String method, String path, @Nullable String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (body != null) {
      request.header("Content-Type", contentType);
    }
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Result(response.statusCode(), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}

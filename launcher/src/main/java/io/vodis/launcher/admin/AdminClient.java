package io.vodis.launcher.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vodis.topom.api.view.ErrorView;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls the admin API; what went wrong is told in one line that says what to do. */
final class AdminClient implements AutoCloseable {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(15);

  /** A little longer than topom waits for its leader, so that its words arrive. */
  private static final Duration CHANGE_TIMEOUT = Duration.ofSeconds(130);

  /** For the audit log; a claim, nothing more. */
  static final String ACTOR =
      System.getProperty("user.name", "unknown").replaceAll("[^\\x20-\\x7e]", "?");

  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
  private final URI topom;
  private final AdminToken token;

  AdminClient(URI topom, AdminToken token) {
    this.topom = topom;
    this.token = token;
  }

  /** A path below {@code /api/v1}, its segments escaped. */
  static String path(Object... segments) {
    StringBuilder path = new StringBuilder();
    for (Object segment : segments) {
      path.append('/')
          .append(
              URLEncoder.encode(segment.toString(), StandardCharsets.UTF_8).replace("+", "%20"));
    }
    return path.toString();
  }

  <T> Reply<T> get(String path, Class<T> type) {
    return send("GET", path, null, READ_TIMEOUT, type);
  }

  <T> Reply<T> post(String path, Map<String, ?> body, Class<T> type) {
    return send("POST", path, body, CHANGE_TIMEOUT, type);
  }

  <T> Reply<T> post(String path, Class<T> type) {
    return send("POST", path, null, CHANGE_TIMEOUT, type);
  }

  <T> Reply<T> patch(String path, Map<String, ?> body, Class<T> type) {
    return send("PATCH", path, body, CHANGE_TIMEOUT, type);
  }

  <T> Reply<T> delete(String path, Class<T> type) {
    return send("DELETE", path, null, CHANGE_TIMEOUT, type);
  }

  private <T> Reply<T> send(
      String method, String path, @Nullable Map<String, ?> body, Duration timeout, Class<T> type) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(topom + "/api/v1" + path))
            .timeout(timeout)
            .header("X-Vodis-Actor", ACTOR)
            .header("Accept", "application/json");
    if (body == null) {
      request.method(method, HttpRequest.BodyPublishers.noBody());
    } else {
      request
          .header("Content-Type", "application/json")
          .method(method, HttpRequest.BodyPublishers.ofString(write(body)));
    }
    if (!method.equals("GET") && !token.secret().isEmpty()) {
      request.header("Authorization", "Bearer " + token.secret());
    }
    HttpResponse<String> response = exchange(request.build());
    if (response.statusCode() >= 400) {
      throw refused(response);
    }
    return new Reply<>(response.body(), read(response, type));
  }

  private HttpResponse<String> exchange(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (HttpTimeoutException e) {
      throw unreachable("it does not answer", e);
    } catch (IOException e) {
      throw unreachable(e.getMessage() == null ? "connection refused" : e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable("interrupted", e);
    }
  }

  private AdminFailure refused(HttpResponse<String> response) {
    ErrorView error = read(response, ErrorView.class);
    String message = error.message() + " (" + error.code() + ")";
    boolean unauthorized = response.statusCode() == 401;
    if (unauthorized && token.secret().isEmpty()) {
      message = "changes need the admin token: give --token-file or set " + AdminToken.VARIABLE;
    } else if (unauthorized) {
      message = "the admin token from " + token.origin() + " is not that of this topom";
    }
    return new AdminFailure(
        unauthorized || response.statusCode() == 403
            ? AdminFailure.Kind.UNAUTHORIZED
            : AdminFailure.Kind.REFUSED,
        message);
  }

  private AdminFailure unreachable(String reason, Throwable cause) {
    return new AdminFailure(
        AdminFailure.Kind.UNREACHABLE,
        "cannot reach topom at " + topom + ": " + reason + " (see --topom)",
        cause);
  }

  private <T> T read(HttpResponse<String> response, Class<T> type) {
    try {
      return JSON.readValue(response.body(), type);
    } catch (JsonProcessingException e) {
      throw new AdminFailure(
          AdminFailure.Kind.UNREACHABLE,
          topom + " answered " + response.statusCode() + " but not as a topom does (see --topom)",
          e);
    }
  }

  private static String write(Map<String, ?> body) {
    try {
      return JSON.writeValueAsString(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a body that is no JSON: " + body, e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}

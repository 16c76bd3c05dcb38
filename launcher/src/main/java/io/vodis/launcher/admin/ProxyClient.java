package io.vodis.launcher.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Calls the pages of a proxy's own admin port, for what must work while nobody leads. */
final class ProxyClient implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(3)).build();
  private final URI proxy;
  private final AdminToken token;

  ProxyClient(URI proxy, AdminToken token) {
    this.proxy = proxy;
    this.token = token;
  }

  /** What the page says it has done. */
  Reply<String> post(String page) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(proxy + page))
            .timeout(TIMEOUT)
            .header("X-Vodis-Actor", AdminClient.ACTOR)
            .POST(HttpRequest.BodyPublishers.noBody());
    if (!token.secret().isEmpty()) {
      request.header("Authorization", "Bearer " + token.secret());
    }
    try {
      return read(http.send(request.build(), HttpResponse.BodyHandlers.ofString()));
    } catch (IOException e) {
      String reason = e.getMessage() == null ? "connection refused" : e.getMessage();
      throw unreachable("cannot reach the proxy at " + proxy + ": " + reason, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable("interrupted", e);
    }
  }

  private Reply<String> read(HttpResponse<String> response) throws JsonProcessingException {
    int status = response.statusCode();
    JsonNode words = JSON.readTree(response.body());
    if (status == 200 && words.has("result")) {
      return new Reply<>(response.body(), words.get("result").asText());
    }
    if (!words.has("error")) {
      throw new AdminFailure(
          AdminFailure.Kind.UNREACHABLE,
          proxy + " answered " + status + " but not as the admin port of a proxy does");
    }
    throw new AdminFailure(
        status == 401 || status == 403 ? AdminFailure.Kind.UNAUTHORIZED : AdminFailure.Kind.REFUSED,
        words.get("error").asText());
  }

  private static AdminFailure unreachable(String message, Throwable cause) {
    return new AdminFailure(AdminFailure.Kind.UNREACHABLE, message, cause);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}

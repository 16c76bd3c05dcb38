package io.vodis.it;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vodis.model.HostAndPort;
import io.vodis.testsupport.Poll;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An operator with the HTTP API; asks the next topom when one does not answer. */
public final class AdminClient {

  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final Supplier<List<HostAndPort>> topoms;
  private final String token;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  AdminClient(Supplier<List<HostAndPort>> topoms, String token) {
    this.topoms = topoms;
    this.token = token;
  }

  public JsonObject get(String path) {
    return call("GET", path, null);
  }

  public JsonObject post(String path, JsonObject body) {
    return call("POST", path, body);
  }

  public JsonObject patch(String path, JsonObject body) {
    return call("PATCH", path, body);
  }

  public JsonObject delete(String path) {
    return call("DELETE", path, null);
  }

  /** Queues the moves of idle slots to a group; says how many were queued. */
  public int migrate(int first, int last, int groupId) {
    JsonObject body =
        new JsonObject().put("first", first).put("last", last).put("groupId", groupId);
    return post("/slots/migrate", body).getInteger("actions");
  }

  /** How many slot actions are not finished. */
  public int unfinishedActions() {
    JsonObject counts = get("/actions").getJsonObject("counts");
    return counts.getInteger("pending") + counts.getInteger("running");
  }

  public JsonArray actions() {
    return get("/actions").getJsonArray("actions");
  }

  /** While the answer is 503, which says that nobody could do it now, it is asked again. */
  private JsonObject call(String method, String path, @Nullable JsonObject body) {
    long deadlineNanos = System.nanoTime() + TIMEOUT.toNanos();
    while (true) {
      try {
        return callOnce(method, path, body);
      } catch (UnavailableError e) {
        if (System.nanoTime() - deadlineNanos > 0) {
          throw e;
        }
        Poll.pass(Duration.ofMillis(50));
      }
    }
  }

  private JsonObject callOnce(String method, String path, @Nullable JsonObject body) {
    AssertionError failure = new AssertionError("no topom to ask for " + path);
    for (HostAndPort topom : topoms.get()) {
      try {
        HttpResponse<String> response = send(topom, method, path, body);
        if (response.statusCode() / 100 == 2) {
          return new JsonObject(response.body());
        }
        String text = method + " " + path + ": " + response.body();
        if (response.statusCode() != 503) {
          throw new AssertionError(text);
        }
        failure = new UnavailableError(text);
      } catch (IOException e) {
        failure = new AssertionError(method + " " + path + " at " + topom + ": " + e, e);
      }
    }
    throw failure;
  }

  private HttpResponse<String> send(
      HostAndPort topom, String method, String path, @Nullable JsonObject body) throws IOException {
    HttpRequest.BodyPublisher content =
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body.encode());
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + topom + "/api/v1" + path))
            .timeout(TIMEOUT)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(method, content)
            .build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("interrupted", e));
    }
  }

  private static final class UnavailableError extends AssertionError {

    private static final long serialVersionUID = 1;

    UnavailableError(String text) {
      super(text);
    }
  }
}

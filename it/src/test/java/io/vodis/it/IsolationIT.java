package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.workload.SlotOracle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Proxies that are cut off from the store and told to serve all the same. */
class IsolationIT {

  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration HEALING = Duration.ofSeconds(30);

  /** Longer than a session lives. */
  private static final Duration LONG = SESSION_TIMEOUT.multipliedBy(2);

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void withOnIsolationServeItGoesOnAndIsBroughtBackIntoLineAfterwards() {
    ClusterPlan plan =
        ClusterPlan.small()
            .relaying(Role.PROXY)
            .with(Role.PROXY, "on_isolation", "serve")
            .withSessionTimeout(SESSION_TIMEOUT);
    try (VodisCluster cluster = VodisCluster.start(plan)) {
      // Given
      ClusterMember isolated = cluster.proxy(0);

      // When
      cluster.relayOf(isolated).cut();
      Poll.pass(LONG);

      // Then
      assertThat(write(isolated, 10)).isEqualTo("OK");
      assertThat(status(isolated).getLong("lease_left_millis")).isNegative();
      assertThat(status(isolated).getString("not_serving")).isNull();

      // When slots have moved without it
      cluster.migrateAndAwait(0, 19, 2, HEALING);
      cluster.relayOf(isolated).mend();

      // Then
      Poll.until(
          HEALING,
          "it has the table of the others",
          () ->
              status(isolated).getLong("epoch") == cluster.topology().epoch()
                  && "OK".equals(write(isolated, 10)));
      // A busy machine may have cost the other one its lease for a moment.
      cluster.awaitServing(cluster.proxy(1).address());
      try (RespClient other = RespClient.connect(cluster.proxy(1).address())) {
        assertThat(other.call("GET", SlotOracle.keyIn(10, "isolated"))).isEqualTo("10");
      }
    }
  }

  @Test
  void anOperatorCanForceItForSomeTimeWhichIsWrittenDown() throws Exception {
    ClusterPlan plan = ClusterPlan.small().relaying(Role.PROXY).withSessionTimeout(SESSION_TIMEOUT);
    try (VodisCluster cluster = VodisCluster.start(plan)) {
      // Given
      ClusterMember isolated = cluster.proxy(0);
      cluster.relayOf(isolated).cut();
      Poll.until(SESSION_TIMEOUT, "it has fenced itself", () -> isFenced(isolated));

      // When / Then
      assertThat(force(isolated, "10m", "wrong").statusCode()).isEqualTo(401);
      assertThat(force(isolated, "2 weeks", cluster.adminToken()).statusCode()).isEqualTo(422);
      assertThat(isFenced(isolated)).isTrue();

      // When
      HttpResponse<String> forced = force(isolated, "10m", cluster.adminToken());

      // Then
      assertThat(forced.statusCode()).isEqualTo(200);
      Poll.until(HEALING, "it serves", () -> "OK".equals(write(isolated, 10)));
      Poll.pass(LONG);
      assertThat(write(isolated, 10)).isEqualTo("OK");

      // When it is taken back
      force(isolated, "0s", cluster.adminToken());
      Poll.until(HEALING, "it is fenced", () -> isFenced(isolated));
      Poll.until(
          HEALING,
          "it serves for a short time",
          () -> isForced(isolated, "3s", cluster.adminToken()) && "OK".equals(write(isolated, 10)));
      Poll.until(HEALING, "its time is over", () -> isFenced(isolated));

      // When
      cluster.relayOf(isolated).mend();

      // Then
      cluster.awaitServing(isolated.address());
      Poll.until(
          HEALING,
          () -> "it is in the audit log: " + cluster.store().audit(Long.MAX_VALUE, 100),
          () ->
              cluster.store().audit(Long.MAX_VALUE, 100).stream()
                      .filter(entry -> entry.actor().equals("ann"))
                      .filter(entry -> entry.plan().startsWith("proxy "))
                      .map(entry -> entry.action())
                      .distinct()
                      .toList()
                      .size()
                  == 3);
      cluster.migrateAndAwait(0, 9, 2, HEALING);
    }
  }

  private static Object write(ClusterMember proxy, int slotId) {
    try (RespClient client = RespClient.connect(proxy.address())) {
      return String.valueOf(
          client.call("SET", SlotOracle.keyIn(slotId, "isolated"), Integer.toString(slotId)));
    }
  }

  private static boolean isFenced(ClusterMember proxy) {
    try (RespClient client = RespClient.connect(proxy.address())) {
      return client.call("GET", "some key") instanceof RespError error
          && error.message().startsWith("CLUSTERDOWN ");
    }
  }

  private JsonObject status(ClusterMember proxy) {
    try {
      return new JsonObject(
          http.send(
                  HttpRequest.newBuilder(uri(proxy.adminAddress(), "/status")).build(),
                  HttpResponse.BodyHandlers.ofString())
              .body());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private boolean isForced(ClusterMember proxy, String length, String token) {
    try {
      return force(proxy, length, token).statusCode() == 200;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private HttpResponse<String> force(ClusterMember proxy, String length, String token)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(
                uri(proxy.adminAddress(), "/isolation?serve_for=" + length.replace(" ", "%20")))
            .header("Authorization", "Bearer " + token)
            .header("X-Vodis-Actor", "ann")
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static URI uri(HostAndPort address, String path) {
    return URI.create("http://" + address + path);
  }
}

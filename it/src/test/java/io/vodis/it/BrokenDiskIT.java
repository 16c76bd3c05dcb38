package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.workload.SlotOracle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A proxy loses its disk while it runs: nobody waits for it, and everybody can see it. */
class BrokenDiskIT {

  private static final Duration SOON = Duration.ofSeconds(40);

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void changesGoOnWhileItIsToldAndItHealsByItself(@TempDir Path directory) throws IOException {
    Path tables = directory.resolve("tables");
    ClusterPlan plan =
        ClusterPlan.small()
            .with(Role.PROXY, 1)
            .with(Role.PROXY, "proxy_table_dir", tables.toString());
    try (VodisCluster cluster = VodisCluster.start(plan)) {
      // Given
      ClusterMember proxy = cluster.proxy(0);
      HostAndPort leader = cluster.leader().adminAddress();
      String key = SlotOracle.keyIn(5, "disk");
      try (RespClient client = RespClient.connect(proxy.address())) {
        client.expect("SET", key, "1");
        Poll.until(SOON, "both files are there", () -> files(tables) == 2);
        assertThat(ready(proxy).containsKey("warnings")).isFalse();

        // When a file is in the place of the directory
        Files.move(tables, directory.resolve("aside"));
        Files.writeString(tables, "");
        cluster.migrateAndAwait(0, 9, 2, SOON);

        // Then
        Poll.until(
            SOON, () -> "it warns: " + ready(proxy), () -> warnings(ready(proxy)).size() == 2);
        assertThat(warnings(ready(proxy)).encode())
            .contains("it.table.json cannot be written: ", ".witnesses cannot be written: ");
        Poll.until(
            SOON,
            () -> "the overview warns: " + overview(leader),
            () -> warnings(overview(leader)).size() == 2);
        assertThat(warnings(overview(leader)).getString(0))
            .startsWith("proxy " + proxy.address() + ": the slot table ");
        assertThat(client.expectText("GET", key)).isEqualTo("1");
        cluster.migrateAndAwait(0, 9, 1, SOON);

        // When
        Files.delete(tables);

        // Then
        Poll.until(
            SOON,
            () -> "it does not warn any more: " + ready(proxy),
            () -> warnings(ready(proxy)).isEmpty());
        Poll.until(SOON, "both files are there again", () -> files(tables) == 2);
        Poll.until(
            SOON,
            () -> "nor does the overview: " + overview(leader),
            () -> warnings(overview(leader)).isEmpty());
        assertThat(client.expectText("GET", key)).isEqualTo("1");
      }
    }
  }

  private static long files(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.count();
    } catch (IOException notThere) {
      return 0;
    }
  }

  private static JsonArray warnings(JsonObject page) {
    return page.getJsonArray("warnings", new JsonArray());
  }

  private JsonObject ready(ClusterMember proxy) {
    return page(proxy.adminAddress(), "/health/ready");
  }

  private JsonObject overview(HostAndPort topom) {
    return page(topom, "/api/v1/overview");
  }

  private JsonObject page(HostAndPort address, String path) {
    try {
      HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + path)).build();
      return new JsonObject(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}

package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.model.SlotMapping;
import io.vodis.store.StoreException;
import io.vodis.testsupport.JavaProcess;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A proxy is killed and started again while the store is away: {@code kill -9} for both. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StartWithoutStoreIT {

  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration SOON = Duration.ofSeconds(40);

  private final HttpClient http = HttpClient.newHttpClient();
  private Path tables;
  private StoreProcess store;
  private VodisCluster cluster;
  private ClusterMember proxy;

  @BeforeAll
  void start(@TempDir Path directory) {
    tables = directory.resolve("tables");
    store = StoreProcess.start(directory.resolve("store"));
    cluster =
        VodisCluster.over(
            ClusterPlan.small()
                .with(Role.PROXY, 1)
                .with(Role.HA, 2)
                .with(Role.PROXY, "proxy_table_dir", tables.toString())
                .inChildren(JavaProcess.LIGHT, Role.PROXY)
                .withPassword("secret of the servers")
                .withSessionTimeout(SESSION_TIMEOUT),
            store.address(),
            List.of());
    proxy = cluster.proxy(0);
  }

  @AfterAll
  void close() {
    cluster.close();
    store.close();
  }

  /** Everything heals by itself: nothing is restarted but the store. */
  @AfterEach
  void heal() {
    if (!store.isAlive()) {
      store.restart();
    }
    cluster.awaitServing();
    migrate(40, 49, 2);
    migrate(40, 49, 1);
  }

  @Test
  void itServesWhatNobodyCanHaveChangedAndHealsByItself() {
    // Given
    String key = SlotOracle.keyIn(700, "kept");
    call("SET", key, "1");
    awaitKept();

    // When
    store.kill();
    proxy.kill();
    proxy.restart();

    // Then
    cluster.awaitServing(proxy.address());
    assertThat(call("GET", key)).isEqualTo("1");
    assertThat(call("SET", key, "2")).isEqualTo("OK");
    assertThat(health().statusCode()).isEqualTo(200);

    // When it is stopped in order and started once more, and much later
    proxy.stop();
    proxy.restart();
    cluster.awaitServing(proxy.address());
    Poll.pass(SESSION_TIMEOUT.multipliedBy(2));

    // Then
    assertThat(call("GET", key)).isEqualTo("2");
  }

  @Test
  void itServesNothingIfTheLeaderHasGoneOnWithoutIt() {
    // Given
    String key = SlotOracle.keyIn(300, "moved");
    call("SET", key, "1");
    awaitKept();
    proxy.kill();
    migrate(300, 300, 2);

    // When
    store.kill();
    proxy.restart();
    Poll.until(
        SOON,
        () -> "the members say so: " + health().body(),
        () -> health().body().contains("has agreed to go on without this proxy"));
    Poll.pass(SESSION_TIMEOUT);

    // Then
    assertThat(call("GET", key)).isInstanceOfSatisfying(RespError.class, this::isClusterDown);
    assertThat(health().statusCode()).isEqualTo(503);
    store.restart();
    cluster.awaitServing();
    assertThat(call("GET", key)).isEqualTo("1");
    migrate(300, 300, 1);
  }

  @Test
  void whatHasLeftInOrderIsFencedAndSaysSoUntilAnOperatorForcesIt() throws Exception {
    // Given
    String key = SlotOracle.keyIn(500, "forced");
    call("SET", key, "1");
    awaitKept();
    proxy.stop();
    store.kill();

    // When
    proxy.restart();

    // Then
    assertThat(call("GET", key)).isInstanceOfSatisfying(RespError.class, this::isClusterDown);
    assertThat(health().body()).contains("has not answered since the start", "left in order");

    // When
    HttpResponse<String> forced =
        http.send(
            HttpRequest.newBuilder(uri("/isolation?serve_for=10m"))
                .header("Authorization", "Bearer " + cluster.adminToken())
                .POST(HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());

    // Then
    assertThat(forced.statusCode()).isEqualTo(200);
    Poll.until(SOON, "it serves", () -> "1".equals(call("GET", key)));
    assertThat(health().statusCode()).isEqualTo(200);
  }

  /** The leader may need a moment to find the store again. */
  private void migrate(int first, int last, int groupId) {
    Poll.until(
        SOON,
        "a leader takes it",
        () -> {
          try {
            cluster.admin().migrate(first, last, groupId);
            return true;
          } catch (AssertionError notYet) {
            return false;
          }
        });
    Poll.until(
        SOON,
        "no slot has an action",
        () -> {
          try {
            return cluster.topology().slots().stream().allMatch(SlotMapping::isIdle);
          } catch (StoreException notYet) {
            Poll.pass(Duration.ofMillis(100));
            return false;
          }
        });
  }

  private void isClusterDown(RespError error) {
    assertThat(error.message()).startsWith("CLUSTERDOWN");
  }

  /** What a successor needs is in its files, for the table in force. */
  private void awaitKept() {
    Poll.until(
        SOON,
        () -> "the table and who may vouch are kept: " + page("/status").body(),
        () -> {
          long epoch = new JsonObject(page("/status").body()).getLong("epoch");
          return read("it.table.json").replace(" ", "").contains("\"epoch\":" + epoch + ",")
              && read(".witnesses").startsWith(epoch + " ")
              && read(".witnesses").split("\"incarnation\"", -1).length == 5;
        });
  }

  private String read(String suffix) {
    try (Stream<Path> files = Files.list(tables)) {
      Path file = files.filter(path -> path.toString().endsWith(suffix)).findFirst().orElse(null);
      return file == null ? "" : Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private @Nullable Object call(String... command) {
    HostAndPort address = proxy.address();
    try (RespClient client = RespClient.connect(address)) {
      return client.call(command);
    }
  }

  private HttpResponse<String> health() {
    return page("/health/ready");
  }

  private HttpResponse<String> page(String path) {
    try {
      return http.send(
          HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private URI uri(String path) {
    return URI.create("http://" + proxy.adminAddress() + path);
  }
}

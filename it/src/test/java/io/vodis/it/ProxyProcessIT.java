package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.testsupport.FreePorts;
import io.vodis.testsupport.JavaProcess;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.Processes;
import io.vodis.testsupport.RedisProcess;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A proxy that is a process with a configuration file: how it ends, and how it is reconfigured. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProxyProcessIT {

  private static final Duration SOON = Duration.ofSeconds(15);
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

  /** Logged at level debug with every table. */
  private static final String TABLE_LINE = "table of term ";

  private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(4);

  /** As documented; a JVM also takes a moment to end. */
  private static final Duration BOUND = DRAIN_TIMEOUT.plusSeconds(12);

  /** What a JVM answers with that has been ended by SIGTERM. */
  private static final int TERMINATED = 128 + 15;

  private final HttpClient http = HttpClient.newHttpClient();
  private VodisCluster cluster;
  private HostAndPort address;
  private HostAndPort admin;
  private Path file;
  private JavaProcess proxy;

  @BeforeAll
  void startCluster() {
    cluster = VodisCluster.start(ClusterPlan.small().with(Role.PROXY, 0));
  }

  @AfterAll
  void closeCluster() {
    cluster.close();
  }

  @BeforeEach
  void start(@TempDir Path directory) throws IOException {
    address = new HostAndPort("127.0.0.1", FreePorts.next());
    admin = new HostAndPort("127.0.0.1", FreePorts.next());
    file = directory.resolve("proxy.yaml");
    configure("log_level: info");
    proxy =
        JavaProcess.ofClass(
            "io.vodis.proxy.ProxyMain", JavaProcess.LIGHT, List.of("--conf", file.toString()));
    proxy.awaitOutput(" is up on ", START_TIMEOUT);
    cluster.awaitServing(address);
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  private void configure(String more) throws IOException {
    Files.writeString(
        file,
        """
        product_name: it
        coordinator_addr: %s
        advertised_host: 127.0.0.1
        proxy_addr: %s
        admin_addr: %s
        proxy_loops: 2
        proxy_table_dir: ""
        proxy_drain_timeout: %ds
        %s
        """
            .formatted(
                cluster.zooKeeper().address(), address, admin, DRAIN_TIMEOUT.toSeconds(), more));
  }

  @Test
  void onSigtermClientsFinishWhatTheyHaveBegunAndTheProcessEndsWithinItsBound() {
    RedisProcess server = cluster.server(1, 0);
    String key = SlotOracle.keyIn(1, "drain");
    try (RespClient idle = client();
        RespClient busy = client();
        RespClient waiting = client();
        RespClient inFlight = client()) {
      // Given
      idle.expect("PING");
      busy.expect("MULTI");
      busy.expect("INCR", key);
      waiting.send("BLPOP", SlotOracle.keyIn(2, "queue"), "0");
      waiting.flush();
      Poll.until(
          SOON,
          "the server blocks the client",
          () -> String.valueOf(server.call("INFO", "clients")).contains("blocked_clients:1"));
      server.pause();
      inFlight.send("SET", key, "1");
      inFlight.flush();
      Poll.until(SOON, "the request is on its way", () -> inFlight("in_flight"));

      // When
      long told = System.nanoTime();
      Processes.signal(proxy.pid(), "TERM");

      // Then
      assertThat(idle.isClosedByPeer()).isTrue();
      Poll.until(SOON, "the port is closed", this::refuses);
      HttpResponse<String> ready = get("/health/ready");
      assertThat(ready.statusCode()).isEqualTo(503);
      assertThat(ready.body()).contains("ending");
      server.resume();
      assertThat(inFlight.receive()).isEqualTo("OK");
      assertThat(inFlight.isClosedByPeer()).isTrue();
      assertThat(waiting.receive())
          .isInstanceOfSatisfying(
              RespError.class, error -> assertThat(error.message()).startsWith("UNBLOCKED "));
      assertThat(waiting.isClosedByPeer()).isTrue();
      assertThat(busy.expect("EXEC")).isEqualTo(List.of(2L));
      assertThat(busy.isClosedByPeer()).isTrue();
      assertThat(proxy.awaitExit(SOON)).isEqualTo(TERMINATED);
      assertThat(Duration.ofNanos(System.nanoTime() - told)).isLessThan(BOUND);
      assertThat(cluster.store().liveMembers(Role.PROXY)).isEmpty();
      assertThat(String.valueOf(server.call("INFO", "clients"))).contains("blocked_clients:0");
    }
  }

  @Test
  void aClientThatDoesNotComeToAnEndHoldsTheProcessNoLongerThanTheBound() {
    try (RespClient endless = client()) {
      endless.expect("MULTI");
      long told = System.nanoTime();
      Processes.signal(proxy.pid(), "TERM");
      assertThat(proxy.awaitExit(BOUND.multipliedBy(2))).isEqualTo(TERMINATED);
      assertThat(Duration.ofNanos(System.nanoTime() - told)).isBetween(DRAIN_TIMEOUT, BOUND);
      assertThat(endless.isClosedByPeer()).isTrue();
    }
  }

  @Test
  void whatCanChangeWhileItRunsDoesAtSighupAndNoConnectionIsDropped() throws Exception {
    try (RespClient client = client();
        RespClient subscriber = client()) {
      // Given
      subscriber.expect("SUBSCRIBE", "news");
      client.expect("SET", "kept", "1");
      client.expect("FLUSHALL");
      assertThat(proxy.output()).doesNotContain(TABLE_LINE);

      // When
      configure(
          """
          log_level: debug
          command_policy: ["flushall=deny", "keys=ok"]
          session_multi_max_commands: 2
          slot_pull_max_keys: 7
          """);
      Processes.signal(proxy.pid(), "HUP");

      // Then
      proxy.awaitOutput(
          "reload of proxy: in force now: log_level, session_multi_max_commands, command_policy;"
              + " needs a restart: slot_pull_max_keys",
          SOON);
      Poll.until(SOON, "it is denied", () -> client.call("FLUSHALL") instanceof RespError);
      assertThat(client.call("KEYS", "*")).isEqualTo("OK");
      client.expect("MULTI");
      client.expect("PING");
      client.expect("PING");
      assertThat(client.call("PING"))
          .isInstanceOfSatisfying(
              RespError.class,
              error -> assertThat(error.message()).contains("transaction is too large"));
      assertThat(client.call("EXEC")).isInstanceOf(RespError.class);
      cluster.migrateAndAwait(0, 3, 2, SOON);
      cluster.migrateAndAwait(0, 3, 1, SOON);
      proxy.awaitOutput(TABLE_LINE, SOON);
      client.expect("PUBLISH", "news", "hello");
      assertThat(subscriber.receive()).isEqualTo(List.of("message", "news", "hello"));

      // When a mistake is made
      configure(
          "log_level: warn\ncommand_policy: [\"get=destroy\"]\nsession_multi_max_commands: 100");
      HttpResponse<String> refused = post("/reload");

      // Then
      assertThat(refused.statusCode()).isEqualTo(422);
      assertThat(new JsonObject(refused.body()).getString("error"))
          .startsWith(file + ": invalid command_policy 'get=destroy'");
      Processes.signal(proxy.pid(), "HUP");
      proxy.awaitOutput("; nothing was changed", SOON);
      assertThat(client.call("FLUSHALL")).isInstanceOf(RespError.class);

      // When all is as at the start
      configure("log_level: info");
      HttpResponse<String> back = post("/reload");

      // Then
      assertThat(new JsonObject(back.body()).getString("result"))
          .isEqualTo(
              "in force now: log_level, session_multi_max_commands, command_policy;"
                  + " needs a restart: nothing");
      Poll.until(SOON, "it is allowed", () -> "OK".equals(client.call("FLUSHALL")));
    }
  }

  private RespClient client() {
    return RespClient.connect(address, SOON);
  }

  private boolean refuses() {
    try (RespClient late = client()) {
      late.call("PING");
      return false;
    } catch (UncheckedIOException refused) {
      return true;
    }
  }

  private boolean inFlight(String figure) {
    return new JsonObject(get("/status").body())
        .getJsonArray("backends").stream()
            .map(JsonObject.class::cast)
            .anyMatch(
                backend ->
                    backend.getString("server").equals(cluster.server(1, 0).address().toString())
                        && backend.getInteger(figure) > 0);
  }

  private HttpResponse<String> get(String path) {
    return send(HttpRequest.newBuilder(uri(path)).GET().build());
  }

  private HttpResponse<String> post(String path) {
    return send(
        HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.noBody()).build());
  }

  private URI uri(String path) {
    return URI.create("http://" + admin + path);
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Test
  void whoeverWantsToForceItNeedsTheTokenWhichThisOneDoesNotHave() {
    assertThat(post("/isolation?serve_for=10m").statusCode()).isEqualTo(403);
  }
}

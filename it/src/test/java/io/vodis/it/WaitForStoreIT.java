package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.testsupport.FreePorts;
import io.vodis.testsupport.JavaProcess;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.Processes;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.ZooKeeperServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that are started before the store: alive, not ready, and they say what they wait for.
 */
class WaitForStoreIT {

  private static final Duration START_TIMEOUT = Duration.ofSeconds(120);
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final List<String> ROLES = List.of("proxy", "topom", "ha", "metrics");

  /** What a JVM answers with that has been ended by SIGTERM. */
  private static final int TERMINATED = 128 + 15;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, HostAndPort> admin = new HashMap<>();
  private final HostAndPort service = new HostAndPort("127.0.0.1", FreePorts.next());
  private ZooKeeperServer store;
  @TempDir private Path directory;

  @BeforeEach
  void configureWithoutStore() throws IOException {
    store = ZooKeeperServer.start();
    store.stop();
    for (String role : ROLES) {
      admin.put(role, new HostAndPort("127.0.0.1", FreePorts.next()));
      String own =
          role.equals("proxy")
              ? "proxy_addr: %s%nproxy_table_dir: %s%n"
                  .formatted(service, directory.resolve("tables"))
              : "";
      Files.writeString(
          directory.resolve(role + ".yaml"),
          """
          product_name: early
          coordinator_addr: %s
          advertised_host: 127.0.0.1
          admin_addr: %s
          %s
          """
              .formatted(store.address(), admin.get(role), own));
    }
  }

  @AfterEach
  void stopStore() {
    store.close();
  }

  private static JavaProcess vodis(String... arguments) {
    return JavaProcess.ofClass("io.vodis.launcher.Vodis", JavaProcess.LIGHT, List.of(arguments));
  }

  @Test
  void allRolesInOneProcessAnswerMeanwhileAndBeginByThemselvesWhenTheStoreComes() {
    try (JavaProcess process = vodis("all", "--conf", directory.toString())) {
      // When
      process.awaitOutput("waiting for the store: zookeeper at", START_TIMEOUT);

      // Then
      for (String role : ROLES) {
        awaitPage(role, "/health/live", 200, "live");
      }
      for (String role : List.of("topom", "ha", "metrics")) {
        awaitPage(role, "/health/ready", 503, "waiting for the store: zookeeper at");
      }
      awaitPage("topom", "/api/v1/overview", 503, "waiting for the store");
      awaitPage("proxy", "/health/ready", 503, "the store has not answered since the start");
      try (RespClient client = RespClient.connect(service)) {
        assertThat(client.call("PING")).isEqualTo("PONG");
        assertThat(client.call("GET", "key"))
            .isInstanceOfSatisfying(
                RespError.class, error -> assertThat(error.message()).startsWith("CLUSTERDOWN"));
      }

      // When
      store.restart();

      // Then
      process.awaitOutput("vodis all of early is up", START_TIMEOUT);
      for (String role : ROLES) {
        awaitPage(role, "/health/ready", 200, "ready");
      }
      Processes.signal(process.pid(), "TERM");
      assertThat(process.awaitExit(SOON)).isEqualTo(TERMINATED);
    }
  }

  @Test
  void whoeverWaitsCanBeEnded() {
    List<JavaProcess> waiting =
        ROLES.stream()
            .map(role -> vodis(role, "--conf", directory.resolve(role + ".yaml").toString()))
            .toList();
    try {
      for (JavaProcess process : waiting) {
        process.awaitOutput("waiting for the store: zookeeper at", START_TIMEOUT);
      }
      for (String role : ROLES) {
        awaitPage(role, "/health/live", 200, "live");
        awaitPage(role, "/health/ready", 503, "store");
      }
      // When
      waiting.forEach(process -> Processes.signal(process.pid(), "TERM"));
      // Then
      for (JavaProcess process : waiting) {
        assertThat(process.awaitExit(SOON)).as(process.output()).isEqualTo(TERMINATED);
        assertThat(process.output()).doesNotContain("unexpected failure", "\tat ");
      }
    } finally {
      waiting.forEach(JavaProcess::close);
    }
  }

  private void awaitPage(String role, String path, int status, String words) {
    Poll.until(
        SOON,
        () -> role + path + " is " + status + " " + words + ", not " + page(role, path),
        () -> {
          String answer = page(role, path);
          return answer.startsWith(status + " ") && answer.contains(words);
        });
  }

  private String page(String role, String path) {
    URI uri = URI.create("http://" + admin.get(role) + path);
    try {
      HttpResponse<String> answer =
          http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() + " " + answer.body();
    } catch (IOException e) {
      Poll.pass(Duration.ofMillis(50));
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}

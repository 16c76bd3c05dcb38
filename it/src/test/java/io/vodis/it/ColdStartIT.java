package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.testsupport.JavaProcess;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.workload.SlotOracle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Processes are started in any order, and proxies while no topom runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ColdStartIT {

  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration SOON = Duration.ofSeconds(40);

  private Path tables;
  private VodisCluster cluster;
  private ClusterMember topom;
  private ClusterMember proxy;

  @BeforeAll
  void start(@TempDir Path directory) {
    tables = directory.resolve("tables");
    cluster =
        VodisCluster.start(
            ClusterPlan.small()
                .with(Role.PROXY, 1)
                .with(Role.PROXY, "proxy_table_dir", tables.toString())
                .inChildren(JavaProcess.LIGHT, Role.PROXY, Role.TOPOM)
                .withRedis(null, Map.of("appendonly", "yes", "appendfsync", "always"))
                .withSessionTimeout(SESSION_TIMEOUT));
    topom = cluster.members(Role.TOPOM).getFirst();
    proxy = cluster.proxy(0);
  }

  @AfterAll
  void close() {
    cluster.close();
  }

  /** Whatever a test has left down is up for the next one. */
  @AfterEach
  void restore() {
    cluster.awaitServing();
  }

  @Test
  void aProxyNeedsNoTopomToServeWhatHasNotChangedSince() throws IOException {
    // Given
    String key = SlotOracle.keyIn(700, "kept");
    write(key, "1");
    awaitTableOf(cluster.topology().epoch());
    topom.kill();

    // When
    proxy.kill();
    proxy.restart();

    // Then
    cluster.awaitServing(proxy.address());
    assertThat(read(key)).isEqualTo("1");
    // The table, and who may vouch for the proxy.
    assertThat(Files.list(tables)).hasSize(2);

    // When a leader comes, the proxy takes part in changes again
    topom.restart();
    cluster.migrateAndAwait(700, 700, 1, SOON);
    assertThat(read(key)).isEqualTo("1");
    cluster.migrateAndAwait(700, 700, 2, SOON);
  }

  @Test
  void aTableFromBeforeAChangeIsNotServed() {
    // Given
    String key = SlotOracle.keyIn(300, "moved");
    write(key, "1");
    awaitTableOf(cluster.topology().epoch());
    proxy.kill();
    cluster.migrateAndAwait(300, 300, 2, SOON);
    topom.kill();

    // When
    proxy.restart();
    Poll.pass(SESSION_TIMEOUT.multipliedBy(2));

    // Then
    assertThat(tryRead(key))
        .isInstanceOfSatisfying(
            RespError.class, error -> assertThat(error.message()).startsWith("CLUSTERDOWN"));
    topom.restart();
    cluster.awaitServing(proxy.address());
    assertThat(read(key)).isEqualTo("1");
    cluster.migrateAndAwait(300, 300, 1, SOON);
  }

  @Test
  void aFileThatIsNoTableIsToldAndDoesNoHarm() throws IOException {
    proxy.kill();
    Files.writeString(tables.resolve("it.table.json"), "{\"term\": 1, \"epoch\": 2, \"ran");
    proxy.restart();
    cluster.awaitServing(proxy.address());
    assertThat(((ChildMember) proxy).output()).contains("it.table.json cannot be used");
  }

  @Test
  void everythingIsStartedInTheWrongOrder() throws Exception {
    // Given
    String key = SlotOracle.keyIn(900, "cold");
    write(key, "1");
    List<RedisProcess> servers = List.of(cluster.server(1, 0), cluster.server(2, 0));
    List<ClusterMember> members = List.of(proxy, topom);
    members.forEach(ClusterMember::kill);
    cluster.zooKeeper().stop();
    servers.forEach(RedisProcess::kill);

    try (ExecutorService starters = Executors.newVirtualThreadPerTaskExecutor()) {
      // When
      List<Future<?>> starts = new ArrayList<>();
      members.forEach(member -> starts.add(starters.submit(member::restart)));
      members.forEach(ColdStartIT::awaitItWaitsForTheStore);
      cluster.zooKeeper().restart();
      for (Future<?> start : starts) {
        start.get(60, TimeUnit.SECONDS);
      }
    }
    Poll.until(
        SOON,
        "an error that says why",
        () -> tryRead(key) instanceof RespError error && error.message().startsWith("ERR backend"));
    servers.forEach(RedisProcess::restart);

    // Then, when the proxy has tried again to reach the server
    cluster.awaitServing(proxy.address());
    Poll.until(SOON, "the key is served", () -> "1".equals(tryRead(key)));
    cluster.migrateAndAwait(900, 900, 1, SOON);
    cluster.migrateAndAwait(900, 900, 2, SOON);
    assertThat(read(key)).isEqualTo("1");
  }

  private static void awaitItWaitsForTheStore(ClusterMember member) {
    Poll.until(
        SOON,
        () -> "it says what it waits for: " + ((ChildMember) member).output(),
        () -> ((ChildMember) member).output().contains("waiting for the store"));
  }

  private void awaitTableOf(long epoch) {
    Poll.until(
        SOON,
        "the table is in its file",
        () -> {
          try {
            Path file = tables.resolve("it.table.json");
            return Files.exists(file)
                && Files.readString(file).replace(" ", "").contains("\"epoch\":" + epoch + ",");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private void write(String key, String value) {
    try (RespClient client = RespClient.connect(proxy.address())) {
      client.expect("SET", key, value);
    }
  }

  private String read(String key) {
    try (RespClient client = RespClient.connect(proxy.address())) {
      return client.expectText("GET", key);
    }
  }

  private @org.jspecify.annotations.Nullable Object tryRead(String key) {
    HostAndPort address = proxy.address();
    try (RespClient client = RespClient.connect(address)) {
      return client.call("GET", key);
    }
  }
}

package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vodis.model.HostAndPort;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code redis-benchmark}, the tool everybody tries first, against the proxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisBenchmarkIT {

  private static final Optional<Path> TOOL = find("redis-benchmark");
  private static final int SCALE = Integer.getInteger("vodis.it.benchmark_scale", 1);

  private VodisCluster cluster;

  private static Optional<Path> find(String tool) {
    for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      Path path = Path.of(directory, tool);
      if (!directory.isEmpty() && Files.isExecutable(path)) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }

  @BeforeAll
  void start() {
    assumeTrue(TOOL.isPresent(), "redis-benchmark is not installed (Debian: redis-tools)");
    cluster = VodisCluster.start(ClusterPlan.small());
  }

  @AfterAll
  void close() {
    if (cluster != null) {
      cluster.close();
    }
  }

  /** Pipeline depth, clients, bytes per value, requests per test. */
  @ParameterizedTest(name = "-P {0} -c {1} -d {2}")
  @CsvSource({
    "1, 1, 3, 300",
    "1, 50, 3, 3000",
    "16, 1, 3, 2000",
    "16, 50, 3, 8000",
    "100, 1, 3, 5000",
    "100, 50, 3, 10000",
    "1, 50, 1000, 1000",
  })
  void theDefaultTestsRunWithoutError(int depth, int clients, int bytes, int requests)
      throws Exception {
    assertRuns(depth, clients, bytes, requests, List.of());
  }

  /** The tool pauses while it opens so many connections, before each test: so all at once. */
  @Test
  void theDefaultTestsRunWithoutErrorForManyClients() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> runs = new ArrayList<>();
      for (int[] run : new int[][] {{1, 3000}, {16, 8000}, {100, 25000}}) {
        runs.add(threads.submit(() -> assertRuns(run[0], 500, 3, run[1], List.of())));
      }
      for (Future<String> run : runs) {
        assertThat(run.get()).contains("MSET");
      }
    }
  }

  /** The tests that fill a list with values this large would need gigabytes: only some are run. */
  @ParameterizedTest(name = "-P {0} -c {1} -d {2}")
  @CsvSource({
    "16, 50, 16000, 1000",
    "1, 50, 100000, 1000",
    "16, 20, 100000, 500",
    "1, 10, 1048576, 100"
  })
  void largeValuesPassToo(int depth, int clients, int bytes, int requests) throws Exception {
    assertRuns(depth, clients, bytes, requests, List.of("-t", "set,get,mset,incr,ping,lpush"));
  }

  /** Returns what the tool has said. */
  private String assertRuns(int depth, int clients, int bytes, int requests, List<String> more)
      throws IOException, InterruptedException {
    // Given
    HostAndPort proxy = cluster.proxies().getFirst();
    List<String> command = new ArrayList<>(List.of(TOOL.orElseThrow().toString()));
    command.addAll(List.of("-h", proxy.host(), "-p", Integer.toString(proxy.port())));
    command.addAll(List.of("-P", Integer.toString(depth), "-c", Integer.toString(clients)));
    command.addAll(List.of("-d", Integer.toString(bytes), "-r", "10000", "-q"));
    command.addAll(List.of("-n", Integer.toString(requests * SCALE)));
    command.addAll(more);
    Path output = Files.createTempFile("vodis-benchmark", ".out");

    // When
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(300, TimeUnit.SECONDS);
    process.destroyForcibly();
    String text = Files.readString(output, StandardCharsets.ISO_8859_1);
    Files.delete(output);

    // Then
    assertThat(ended).as(text).isTrue();
    assertThat(process.exitValue()).as(text).isZero();
    assertThat(text.toLowerCase(Locale.ROOT)).doesNotContain("error");
    assertThat(text).contains("SET: ").contains("requests per second");
    return text;
  }
}

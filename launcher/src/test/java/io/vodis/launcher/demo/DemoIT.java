package io.vodis.launcher.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vodis.testsupport.FreePorts;
import io.vodis.testsupport.JavaProcess;
import io.vodis.testsupport.RespClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as users run it: the fat jar in a process of its own. */
class DemoIT {

  private static final Path JAR = Path.of("target", "vodis.jar");
  private static final Duration READY = Duration.ofSeconds(60);
  private static final Duration GONE = Duration.ofSeconds(10);
  private static final String READY_LINE = "Vodis is up";

  @TempDir Path data;

  private final int proxyPort = FreePorts.next();
  private final int httpPort = FreePorts.next();
  private final int metricsPort = FreePorts.next();

  @Test
  void servesThenEndsOnSigtermAndGoesOnWithItsDataAfterKill() {
    try (JavaProcess demo = demo(data)) {
      // Given a demo that holds data
      demo.awaitOutput(READY_LINE, READY);
      try (RespClient client = RespClient.connect("127.0.0.1", proxyPort)) {
        for (int i = 0; i < 100; i++) {
          client.expect("SET", "key-" + i, "value-" + i);
        }
      }

      // When it is told to end
      demo.stop();

      // Then nothing is left
      assertThat(demo.isAlive()).isFalse();
      awaitNothingLeft();

      // When it is started again with the same directory
      demo.restart();
      await().atMost(READY).until(() -> demo.output().split(READY_LINE, -1).length == 3);

      // Then it has its data
      try (RespClient client = RespClient.connect("127.0.0.1", proxyPort)) {
        for (int i = 0; i < 100; i++) {
          assertThat(client.expectBytes("GET", "key-" + i)).asString().isEqualTo("value-" + i);
        }
      }

      // When it is killed
      demo.kill();

      // Then nothing is left either
      awaitNothingLeft();
    }
  }

  @Test
  void aPortInUseIsOneLineAndNothingIsStarted() throws IOException {
    try (ServerSocket taken = new ServerSocket(httpPort, 1, InetAddress.getLoopbackAddress());
        JavaProcess demo = demo(data)) {
      // When
      int exitCode = demo.awaitExit(READY);

      // Then
      assertThat(exitCode).isEqualTo(1);
      assertThat(demo.output())
          .isEqualTo("vodis demo: port %d (--http-port) is in use%n", taken.getLocalPort());
      awaitNothingLeft();
    }
  }

  @Test
  void aMissingServerIsOneLineAndNothingIsLeft() {
    Path missing = data.resolve("no-such-server");
    try (JavaProcess demo = demo(data, "--redis-server", missing.toString())) {
      assertThat(demo.awaitExit(READY)).isEqualTo(1);
      assertThat(demo.output())
          .isEqualTo(
              "vodis demo: --redis-server %s: no such program, or it does not run%n", missing);
      awaitNothingLeft();
    }
  }

  @Test
  void anUnusableDirectoryIsOneLine() throws IOException {
    Path file = Files.createFile(data.resolve("file"));
    try (JavaProcess demo = demo(file.resolve("below"))) {
      assertThat(demo.awaitExit(READY)).isEqualTo(1);
      assertThat(demo.output())
          .startsWith("vodis demo: cannot write to data directory " + file)
          .hasLineCount(1);
    }
  }

  private JavaProcess demo(Path directory, String... more) {
    List<String> arguments = new ArrayList<>(List.of("demo", "--data", directory.toString()));
    arguments.addAll(List.of("--proxy-port", Integer.toString(proxyPort)));
    arguments.addAll(List.of("--http-port", Integer.toString(httpPort)));
    arguments.addAll(List.of("--metrics-port", Integer.toString(metricsPort)));
    arguments.addAll(List.of(more));
    return JavaProcess.ofJar(JAR, List.of(), arguments);
  }

  private void awaitNothingLeft() {
    await().atMost(GONE).untilAsserted(() -> assertThat(processesOfDemo()).isEmpty());
  }

  /** Every process of the demo, its servers and their watchdogs name the data directory. */
  private List<String> processesOfDemo() {
    return ProcessHandle.allProcesses()
        .map(process -> process.info().commandLine().orElse(""))
        .filter(line -> line.contains(data.toString()))
        .toList();
  }
}

package io.vodis.launcher.demo;

import io.vodis.model.HostAndPort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One redis-server process of the demo, with a directory of its own. It never outlives this JVM,
 * not even one killed with {@code kill -9}: see {@link #SCRIPT}.
 */
final class RedisServerProcess implements AutoCloseable {

  /**
   * The shell turns into the server ({@code exec}), after leaving behind a second shell that reads
   * from a pipe of this JVM. The kernel closes the pipe with the JVM, however that ends, and the
   * second shell then ends the server, whose pid is {@code $$}. When the server ends first, the JVM
   * closes the pipe at once, and there is nobody left to end.
   */
  private static final String SCRIPT =
      """
      exec 3<&0 </dev/null
      (
        trap '' INT TERM HUP
        read -r line <&3
        kill -TERM $$ 2>/dev/null
        for i in 1 2 3 4 5 6 7 8 9 10; do
          kill -0 $$ 2>/dev/null || exit 0
          sleep 0.2
        done
        kill -KILL $$ 2>/dev/null
      ) &
      exec 3<&-
      exec "$@"
      """;

  private static final int PING_TIMEOUT_MILLIS = 1000;
  private static final Duration POLL_PERIOD = Duration.ofMillis(20);
  private static final long STOP_SECONDS = 3;

  private final int port;
  private final Path log;
  private final Process process;

  private RedisServerProcess(int port, Path log, Process process) {
    this.port = port;
    this.log = log;
    this.process = process;
  }

  /** Starts a server; it may not answer yet. */
  static RedisServerProcess launch(Path binary, Path directory, int port) {
    Path log = directory.resolve("redis.log");
    try {
      Files.createDirectories(directory);
      Path conf = directory.resolve("redis.conf");
      if (!Files.exists(conf)) {
        Files.writeString(conf, configuration(port));
      }
      ProcessBuilder builder =
          new ProcessBuilder(
              List.of(
                  "/bin/sh",
                  "-c",
                  SCRIPT,
                  "sh",
                  binary.toString(),
                  conf.toString(),
                  "--dir",
                  directory.toString(),
                  "--pidfile",
                  directory.resolve("pid").toString()));
      Process process =
          builder
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      return new RedisServerProcess(port, log, process);
    } catch (IOException e) {
      throw new DemoException("cannot start redis-server on port " + port + ": " + e, e);
    }
  }

  /**
   * The server may rewrite its file (CONFIG REWRITE), so it is written once. Appending keeps a
   * killed server's data: one that came back empty as a primary would have its replicas forget
   * everything.
   */
  private static String configuration(int port) {
    return """
        port %d
        bind 127.0.0.1
        protected-mode yes
        appendonly yes
        appendfsync everysec
        save ""
        repl-diskless-sync yes
        repl-diskless-sync-delay 0
        """
        .formatted(port);
  }

  HostAndPort address() {
    return new HostAndPort("127.0.0.1", port);
  }

  /** Returns once the server answers PING, which is after it has loaded its data. */
  void awaitReady(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!answers()) {
      if (process.waitFor(POLL_PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new DemoException(
            "redis-server on port " + port + " ended at once: " + lastLogLine());
      }
      if (System.nanoTime() - deadline > 0) {
        throw new DemoException("redis-server on port " + port + " does not answer, see " + log);
      }
    }
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PING_TIMEOUT_MILLIS);
      socket.setSoTimeout(PING_TIMEOUT_MILLIS);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      return "+PONG".equals(reader.readLine());
    } catch (IOException e) {
      return false;
    }
  }

  private String lastLogLine() {
    try {
      List<String> lines = Files.readAllLines(log);
      return lines.isEmpty() ? "it wrote no log" : lines.getLast();
    } catch (IOException e) {
      return "its log cannot be read: " + e.getMessage();
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}

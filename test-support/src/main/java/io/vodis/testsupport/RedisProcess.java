package io.vodis.testsupport;

import io.vodis.model.HostAndPort;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;

/**
 * A real redis-server on a port and in a directory of its own, which can be stopped, killed, paused
 * and started again. It never outlives this JVM.
 *
 * <p>The server is the one bundled with the tests (6.2) unless a path is given, here or with {@code
 * -Dvodis.test.redis=PATH}. It keeps nothing on disk unless told by an option.
 */
public final class RedisProcess implements AutoCloseable {

  private static final Duration START_TIMEOUT = Duration.ofSeconds(20);

  private final Path binary;
  private final int port;
  private final int tlsPort;
  private final List<String> options;
  private final @Nullable String password;
  private final Path directory;
  private Process process;

  private RedisProcess(Builder builder) {
    binary = builder.binary != null ? builder.binary : defaultBinary();
    port = builder.port != 0 ? builder.port : FreePorts.next();
    tlsPort = builder.tlsPort;
    options = List.copyOf(builder.options);
    password = builder.password;
    directory = Processes.temporaryDirectory("redis");
    process = launch();
    awaitReady();
  }

  /** A bundled server without password. */
  public static RedisProcess start() {
    return builder().start();
  }

  public static Builder builder() {
    return new Builder();
  }

  static Path defaultBinary() {
    String given = System.getProperty("vodis.test.redis", "");
    return given.isEmpty() ? bundledBinary() : Path.of(given);
  }

  static Path bundledBinary() {
    return Bundled.BINARY;
  }

  private Process launch() {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(binary.toString(), "--port", Integer.toString(port)));
    command.addAll(List.of("--bind", "127.0.0.1", "--dir", directory.toString()));
    command.addAll(List.of("--save", "", "--repl-diskless-sync-delay", "0"));
    // Full resynchronisation as fast as the machine can: tests wait for it.
    command.addAll(List.of("--repl-diskless-sync", "yes"));
    if (password != null) {
      command.addAll(List.of("--requirepass", password, "--masterauth", password));
    }
    command.addAll(options);
    try {
      Process started =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile()))
              .start();
      Watchdog.watch(started);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + binary, e);
    }
  }

  private File logFile() {
    return directory.resolve("server.log").toFile();
  }

  private void awaitReady() {
    Poll.until(START_TIMEOUT, () -> "redis-server on port " + port + "\n" + log(), this::answers);
  }

  private boolean answers() {
    if (!process.isAlive()) {
      throw new IllegalStateException("redis-server ended early\n" + log());
    }
    try (RespClient client = client()) {
      return "PONG".equals(client.call("PING"));
    } catch (UncheckedIOException notYet) {
      return false;
    }
  }

  public HostAndPort address() {
    return new HostAndPort("127.0.0.1", port);
  }

  /** Where it speaks TLS, if it does. */
  public HostAndPort tlsAddress() {
    return new HostAndPort("127.0.0.1", tlsPort);
  }

  public int port() {
    return port;
  }

  public long pid() {
    return process.pid();
  }

  public Path directory() {
    return directory;
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** What the server has logged so far. */
  public String log() {
    try {
      return Files.readString(logFile().toPath());
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  /** A connection of its own, authenticated if the server has a password. */
  public RespClient client() {
    RespClient client = RespClient.connect(address());
    if (password != null) {
      client.expect("AUTH", password);
    }
    return client;
  }

  /** Keys of database 0. */
  public long keyCount() {
    if (call("DBSIZE") instanceof Long count) {
      return count;
    }
    throw new AssertionError("DBSIZE does not answer with a number");
  }

  /** One command on a connection of its own; an error reply fails the test. */
  public @Nullable Object call(String... command) {
    try (RespClient client = client()) {
      return client.expect(command);
    }
  }

  /** {@code kill -TERM}; returns when the process is gone. */
  public void stop() {
    Processes.stop(process);
  }

  /** {@code kill -9}; returns when the process is gone. */
  public void kill() {
    Processes.kill(process);
  }

  /** {@code kill -STOP}: connections stay open, nothing is answered. */
  public void pause() {
    Processes.pause(process);
  }

  /** {@code kill -CONT}. */
  public void resume() {
    Processes.resume(process);
  }

  /** Starts the server again after its end, on the same port, in the same directory. */
  public void restart() {
    if (process.isAlive()) {
      throw new IllegalStateException("still running on port " + port);
    }
    process = launch();
    awaitReady();
  }

  @Override
  public void close() {
    Processes.kill(process);
    Processes.deleteRecursively(directory);
  }

  /** Options of a server that is about to start. */
  public static final class Builder {

    private final List<String> options = new ArrayList<>();
    private @Nullable Path binary;
    private @Nullable String password;
    private int port;
    private int tlsPort;

    private Builder() {}

    public Builder binary(Path path) {
      binary = path;
      return this;
    }

    public Builder port(int value) {
      port = value;
      return this;
    }

    /** {@code requirepass} and {@code masterauth}. */
    public Builder password(String value) {
      password = value;
      return this;
    }

    /** Any configuration key, without leading dashes. */
    public Builder option(String key, String... values) {
      options.add("--" + key);
      options.addAll(List.of(values));
      return this;
    }

    /**
     * A second port for TLS, see {@link RedisProcess#tlsAddress}; other servers are spoken to over
     * TLS too, and everybody has to show a certificate.
     */
    public Builder tls(TestCertificate certificate) {
      tlsPort = FreePorts.next();
      return option("tls-port", Integer.toString(tlsPort))
          .option("tls-cert-file", certificate.cert().toString())
          .option("tls-key-file", certificate.key().toString())
          .option("tls-ca-cert-file", certificate.cert().toString())
          .option("tls-replication", "yes")
          .option("tls-cluster", "yes");
    }

    public Builder replicaOf(HostAndPort primary) {
      // The older name, which all versions know.
      return option("slaveof", primary.host(), Integer.toString(primary.port()));
    }

    public RedisProcess start() {
      return new RedisProcess(this);
    }
  }

  /** The bundled server, unpacked once per JVM. */
  private static final class Bundled {

    static final Path BINARY = unpack();

    private static Path unpack() {
      Path directory = Processes.temporaryDirectory("redis-binary");
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> Processes.deleteRecursively(directory)));
      try {
        return ExecutableProvider.newJarResourceProvider(directory.toFile()).get().toPath();
      } catch (IOException e) {
        throw new UncheckedIOException("no bundled redis-server for this system", e);
      }
    }
  }
}

package io.vodis.bench.load;

import io.vodis.model.HostAndPort;
import io.vodis.testsupport.FreePorts;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.Processes;
import io.vodis.testsupport.RespClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** twemproxy as Debian packages it, in front of the same servers. */
final class Nutcracker implements AutoCloseable {

  private final Path directory = Processes.temporaryDirectory("nutcracker");
  private final HostAndPort address = new HostAndPort("127.0.0.1", FreePorts.next());
  private final Process process;

  private Nutcracker(List<HostAndPort> servers) throws IOException {
    StringBuilder config = new StringBuilder("bench:\n");
    config.append("  listen: ").append(address).append('\n');
    config.append("  hash: crc32a\n  distribution: modula\n  redis: true\n  preconnect: true\n");
    config.append("  servers:\n");
    servers.forEach(server -> config.append("   - ").append(server).append(":1\n"));
    Path file = Files.writeString(directory.resolve("nutcracker.yml"), config);
    process =
        new ProcessBuilder(
                "nutcracker", "-c", file.toString(), "-s", Integer.toString(FreePorts.next()))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("nutcracker.log").toFile())
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    Poll.until(Duration.ofSeconds(10), "nutcracker answers", this::answers);
  }

  static Nutcracker start(List<HostAndPort> servers) {
    try {
      return new Nutcracker(servers);
    } catch (IOException e) {
      throw new UncheckedIOException("nutcracker is needed (Debian: nutcracker)", e);
    }
  }

  private boolean answers() {
    try (RespClient client = RespClient.connect(address)) {
      return "OK".equals(client.call("SET", "a", "b"));
    } catch (UncheckedIOException notYet) {
      return false;
    }
  }

  HostAndPort address() {
    return address;
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    Processes.kill(process);
    Processes.deleteRecursively(directory);
  }
}

package io.vodis.testsupport;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;

/**
 * A real ZooKeeper server in this JVM that can be taken away and brought back on the same port with
 * its data. Its tick is short, so that sessions of one second are allowed.
 */
public final class ZooKeeperServer implements AutoCloseable {

  private static final int TICK_MILLIS = 200;
  private static final int CONNECTIONS_MAX = 1000;

  /** By itself the server would allow no more than twenty ticks. */
  private static final int SESSION_MAX_MILLIS = 60_000;

  private final TestingServer server;
  private final Path directory;

  private ZooKeeperServer(int port) {
    directory = Processes.temporaryDirectory("zookeeper");
    InstanceSpec spec =
        new InstanceSpec(
            new File(directory.toFile(), "data"),
            port,
            FreePorts.next(),
            FreePorts.next(),
            true,
            1,
            TICK_MILLIS,
            CONNECTIONS_MAX,
            Map.of("maxSessionTimeout", Integer.toString(SESSION_MAX_MILLIS)));
    try {
      server = new TestingServer(spec, true);
    } catch (Exception e) {
      throw new IllegalStateException("ZooKeeper does not start", e);
    }
  }

  public static ZooKeeperServer start() {
    return new ZooKeeperServer(FreePorts.next());
  }

  public int port() {
    return server.getPort();
  }

  /** {@code 127.0.0.1:port}. */
  public String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /** Takes the server away; its data stay. */
  public void stop() {
    try {
      server.stop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Brings the server back on its port with its data. */
  public void restart() {
    try {
      server.restart();
    } catch (Exception e) {
      throw new IllegalStateException("ZooKeeper does not start again", e);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      Processes.deleteRecursively(directory);
    }
  }
}

package io.vodis.it;

import io.vodis.model.HostAndPort;
import io.vodis.testsupport.FreePorts;
import io.vodis.testsupport.JavaProcess;
import io.vodis.testsupport.Poll;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A ZooKeeper in a process of its own, which can be killed. */
final class StoreProcess implements AutoCloseable {

  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final int TICK_MILLIS = 500;
  private static final int CONNECTIONS_MAX = 1000;

  private final HostAndPort address = new HostAndPort("127.0.0.1", FreePorts.next());
  private final JavaProcess process;

  private StoreProcess(Path data) {
    List<String> flags = new ArrayList<>(JavaProcess.LIGHT);
    flags.add("-Dzookeeper.admin.enableServer=false");
    process =
        JavaProcess.ofClass(
            "org.apache.zookeeper.server.ZooKeeperServerMain",
            flags,
            List.of(
                Integer.toString(address.port()),
                data.toString(),
                Integer.toString(TICK_MILLIS),
                Integer.toString(CONNECTIONS_MAX)));
    awaitUp();
  }

  /** Its data stay in that directory over all restarts. */
  static StoreProcess start(Path data) {
    return new StoreProcess(data);
  }

  HostAndPort address() {
    return address;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** {@code kill -9}. */
  void kill() {
    process.kill();
  }

  void restart() {
    process.restart();
    awaitUp();
  }

  private void awaitUp() {
    Poll.until(
        START_TIMEOUT,
        () -> "the store listens: " + process.output(),
        () -> {
          try (Socket socket = new Socket(address.host(), address.port())) {
            return socket.isConnected();
          } catch (IOException notYet) {
            Poll.pass(Duration.ofMillis(50));
            return false;
          }
        });
  }

  @Override
  public void close() {
    process.close();
  }
}

package io.vodis.it;

import io.vodis.model.HostAndPort;
import io.vodis.testsupport.FreePorts;
import io.vodis.testsupport.Poll;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * ZooKeeper and servers in containers. They use the host's network, because a server must reach
 * another one (MIGRATE, REPLICAOF) under the address that the proxies use.
 */
final class ContainerParts implements AutoCloseable {

  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

  private final List<GenericContainer<?>> containers = new ArrayList<>();
  private final List<HostAndPort> servers = new ArrayList<>();
  private final HostAndPort zooKeeper = new HostAndPort("127.0.0.1", FreePorts.next());

  private ContainerParts(String redisImage, String zooKeeperImage, int count) {
    start(
        zooKeeperImage, List.of("sh", "-c", "clientPort=" + zooKeeper.port() + zooKeeperScript()));
    awaitListening(zooKeeper);
    String server = redisImage.startsWith("valkey") ? "valkey-server" : "redis-server";
    for (int i = 0; i < count; i++) {
      HostAndPort address = new HostAndPort("127.0.0.1", FreePorts.next());
      start(redisImage, List.of(server, "--port", Integer.toString(address.port()), "--save", ""));
      awaitListening(address);
      servers.add(address);
    }
  }

  static ContainerParts start(String redisImage, String zooKeeperImage, int count) {
    return new ContainerParts(redisImage, zooKeeperImage, count);
  }

  /** The image's own start script asks for a fixed port; this one takes ours. */
  private static String zooKeeperScript() {
    return "; printf 'tickTime=200\\ndataDir=/data\\nadmin.enableServer=false\\nclientPort=%s\\n'"
        + " $clientPort > /tmp/zoo.cfg; exec zkServer.sh start-foreground /tmp/zoo.cfg";
  }

  private void start(String image, List<String> command) {
    GenericContainer<?> container =
        new GenericContainer<>(DockerImageName.parse(image))
            .withNetworkMode("host")
            .withCommand(command.toArray(String[]::new));
    container.start();
    containers.add(container);
  }

  /** Nothing is exposed on the host's own network, so Testcontainers has nothing to wait for. */
  private static void awaitListening(HostAndPort address) {
    Poll.until(
        START_TIMEOUT,
        "something listens on " + address,
        () -> {
          try (Socket socket = new Socket(address.host(), address.port())) {
            return socket.isConnected();
          } catch (IOException notYet) {
            return false;
          }
        });
  }

  HostAndPort zooKeeper() {
    return zooKeeper;
  }

  List<HostAndPort> servers() {
    return servers;
  }

  @Override
  public void close() {
    containers.forEach(GenericContainer::stop);
  }
}

package io.vodis.launcher.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;

/** A ZooKeeper server in this JVM, on 127.0.0.1, without its admin page. */
final class EmbeddedZooKeeper implements AutoCloseable {

  /** Allows sessions of one second (two ticks), so that the end of a process is soon noticed. */
  private static final int TICK_MILLIS = 500;

  private static final int CONNECTIONS_MAX = 1000;

  private final ServerCnxnFactory connections;

  private EmbeddedZooKeeper(ServerCnxnFactory connections) {
    this.connections = connections;
  }

  static EmbeddedZooKeeper start(Path directory, int port) {
    // A demo need not survive a loss of power, and 64 MB per log file are too many for it.
    System.setProperty("zookeeper.forceSync", "no");
    System.setProperty("zookeeper.preAllocSize", "1024");
    try {
      FileTxnSnapLog files = new FileTxnSnapLog(directory.toFile(), directory.toFile());
      ZooKeeperServer server = new ZooKeeperServer(files, TICK_MILLIS, "");
      ServerCnxnFactory connections =
          ServerCnxnFactory.createFactory(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECTIONS_MAX);
      connections.startup(server);
      return new EmbeddedZooKeeper(connections);
    } catch (IOException e) {
      throw new DemoException("cannot start ZooKeeper on port " + port + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException("interrupted while starting ZooKeeper", e);
    }
  }

  @Override
  public void close() {
    connections.shutdown();
  }
}

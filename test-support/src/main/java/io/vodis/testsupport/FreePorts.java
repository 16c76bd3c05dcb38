package io.vodis.testsupport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports that nothing listens on. They are taken at random below the range from which the kernel
 * takes ports for outgoing connections, and none is handed out twice by one JVM: so a server that
 * is stopped and started again finds its port free.
 */
public final class FreePorts {

  private static final int FIRST = 20_000;
  private static final int END = 32_000;
  private static final int CLUSTER_BUS = 10_000;
  private static final Set<Integer> HANDED_OUT = new HashSet<>();

  private FreePorts() {}

  public static synchronized int next() {
    for (int attempt = 0; attempt < 10_000; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      if (!HANDED_OUT.contains(port) && isFree(port)) {
        HANDED_OUT.add(port);
        return port;
      }
    }
    throw new IllegalStateException("no free port found");
  }

  /**
   * The port of a Redis server in cluster mode, whose bus listens 10 000 ports further on: that
   * port is free, too, and below the kernel's range.
   */
  public static synchronized int nextOfCluster() {
    for (int attempt = 0; attempt < 10_000; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END - CLUSTER_BUS);
      List<Integer> both = List.of(port, port + CLUSTER_BUS);
      if (both.stream().allMatch(each -> !HANDED_OUT.contains(each) && isFree(each))) {
        HANDED_OUT.addAll(both);
        return port;
      }
    }
    throw new IllegalStateException("no two free ports found");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}

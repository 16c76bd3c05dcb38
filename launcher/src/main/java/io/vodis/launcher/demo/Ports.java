package io.vodis.launcher.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of this machine, on 127.0.0.1. */
final class Ports {

  /**
   * Below the ports that systems give to outgoing connections, so that a chosen port is still free
   * at the next start.
   */
  private static final int FIRST = 21_000;

  private static final int LAST = 31_000;

  private Ports() {}

  /** That many free ports, in a row where possible. */
  static List<Integer> choose(int count) {
    List<Integer> chosen = new ArrayList<>();
    int port = ThreadLocalRandom.current().nextInt(FIRST, LAST - 1000) / 10 * 10;
    while (chosen.size() < count && port < LAST) {
      if (isFree(port)) {
        chosen.add(port);
      }
      port++;
    }
    if (chosen.size() < count) {
      throw new DemoException("no " + count + " free ports between " + FIRST + " and " + LAST);
    }
    return chosen;
  }

  /** Fails with one line if the port is taken. */
  static void requireFree(int port, String what) {
    if (!isFree(port)) {
      throw new DemoException("port " + port + " (" + what + ") is in use");
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}

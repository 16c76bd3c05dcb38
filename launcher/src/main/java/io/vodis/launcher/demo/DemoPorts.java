package io.vodis.launcher.demo;

/** Checks all ports of a demo before anything is started, each failure being one line. */
final class DemoPorts {

  private DemoPorts() {}

  /** Those that clients and operators use. */
  static void requireFree(DemoOptions options) {
    for (int i = 0; i < options.proxies; i++) {
      Ports.requireFree(options.proxyPort + i, "--proxy-port");
    }
    Ports.requireFree(options.httpPort, "--http-port");
    Ports.requireFree(options.metricsPort, "--metrics-port");
  }

  /** Those that the data directory remembers. */
  static void requireFree(DemoSettings settings, int proxies) {
    Ports.requireFree(settings.zookeeperPort(), "ZooKeeper of this data directory");
    for (int port : settings.redisPorts()) {
      Ports.requireFree(port, "Redis server of this data directory");
    }
    for (int port : settings.adminPorts().subList(0, 1 + proxies)) {
      Ports.requireFree(port, "health page of this data directory");
    }
  }
}

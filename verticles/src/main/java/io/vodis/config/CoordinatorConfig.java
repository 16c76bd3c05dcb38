package io.vodis.config;

import io.vodis.model.HostAndPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Where the store is, and how members talk to each other. */
public record CoordinatorConfig(
    @Doc("Kind of store: zookeeper (or zk).") String coordinatorName,
    @Doc("Store servers, host:port separated by commas. Without a port: 2181.")
        String coordinatorAddr,
    @Doc(value = "user:password for the store (ZooKeeper digest). Empty: none.", secret = true)
        String coordinatorAuth,
    @Doc(
            "Session timeout at the store. A member that is silent for so long counts as dead; a"
                + " proxy that cannot reach the store for two thirds of it stops serving."
                + " Between 1s and 60s; ZooKeeper allows 2 to 20 of its ticks.")
        Duration coordinatorSessionTimeout,
    @Doc(
            "Host name or address under which other members reach this process (event bus,"
                + " advertised addresses). Empty: found out from the network interfaces;"
                + " 127.0.0.1 if the store itself is on loopback.")
        String advertisedHost,
    @Doc("Port of the event bus in this process. 0: any free one, another after each start.")
        int busPort,
    @Doc(
            "Port under which other members reach the event bus of this process, if that is another"
                + " one (address translation). 0: the same.")
        int advertisedBusPort) {

  private static final int DEFAULT_PORT = 2181;
  private static final int PORT_MAX = 65_535;

  public CoordinatorConfig {
    requirePort("bus_port", busPort);
    requirePort("advertised_bus_port", advertisedBusPort);
    if (!coordinatorName.equals("zookeeper") && !coordinatorName.equals("zk")) {
      throw ConfigException.invalid("coordinator_name", coordinatorName, "zookeeper");
    }
    var unused = parse(coordinatorAddr);
    if (coordinatorSessionTimeout.toMillis() < 1000
        || coordinatorSessionTimeout.toMillis() > 60_000) {
      throw ConfigException.invalid(
          "coordinator_session_timeout", coordinatorSessionTimeout, "1s to 60s");
    }
  }

  /** Any free port for the bus. */
  public CoordinatorConfig(
      String coordinatorName,
      String coordinatorAddr,
      String coordinatorAuth,
      Duration coordinatorSessionTimeout,
      String advertisedHost) {
    this(
        coordinatorName,
        coordinatorAddr,
        coordinatorAuth,
        coordinatorSessionTimeout,
        advertisedHost,
        0,
        0);
  }

  private static void requirePort(String key, int port) {
    if (port < 0 || port > PORT_MAX) {
      throw ConfigException.invalid(key, port, "0 to " + PORT_MAX);
    }
  }

  /** Where the store's servers are. */
  public List<HostAndPort> servers() {
    return parse(coordinatorAddr);
  }

  private static List<HostAndPort> parse(String text) {
    List<HostAndPort> servers = new ArrayList<>();
    for (String server : text.split(",", -1)) {
      try {
        servers.add(address(server.strip()));
      } catch (IllegalArgumentException e) {
        throw ConfigException.invalid("coordinator_addr", text, "host:port[,host:port...]");
      }
    }
    return servers;
  }

  private static HostAndPort address(String text) {
    // The last colon of an IPv6 address without brackets would be taken for that of the port.
    boolean withoutPort = text.endsWith("]") || text.indexOf(':') < 0;
    if (text.indexOf(':') != text.lastIndexOf(':') && !text.startsWith("[")) {
      throw new IllegalArgumentException("an IPv6 address needs brackets");
    }
    return HostAndPort.parse(withoutPort ? text + ":" + DEFAULT_PORT : text);
  }

  public static CoordinatorConfig defaults() {
    return new CoordinatorConfig("zookeeper", "127.0.0.1:2181", "", Duration.ofSeconds(6), "");
  }

  @Override
  public String toString() {
    return "CoordinatorConfig[" + coordinatorName + " " + coordinatorAddr + "]";
  }
}

package io.vodis.config;

import java.time.Duration;

/** Where the store is, and how members talk to each other. */
public record CoordinatorConfig(
    @Doc("Kind of store: zookeeper (or zk).") String coordinatorName,
    @Doc("Store servers, host:port separated by commas.") String coordinatorAddr,
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
        String advertisedHost) {

  public CoordinatorConfig {
    if (!coordinatorName.equals("zookeeper") && !coordinatorName.equals("zk")) {
      throw ConfigException.invalid("coordinator_name", coordinatorName, "zookeeper");
    }
    if (coordinatorAddr.isBlank()) {
      throw ConfigException.invalid(
          "coordinator_addr", coordinatorAddr, "host:port[,host:port...]");
    }
    if (coordinatorSessionTimeout.toMillis() < 1000
        || coordinatorSessionTimeout.toMillis() > 60_000) {
      throw ConfigException.invalid(
          "coordinator_session_timeout", coordinatorSessionTimeout, "1s to 60s");
    }
  }

  public static CoordinatorConfig defaults() {
    return new CoordinatorConfig("zookeeper", "127.0.0.1:2181", "", Duration.ofSeconds(6), "");
  }

  @Override
  public String toString() {
    return "CoordinatorConfig[" + coordinatorName + " " + coordinatorAddr + "]";
  }
}

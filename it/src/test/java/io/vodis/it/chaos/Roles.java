package io.vodis.it.chaos;

import io.vodis.it.VodisCluster;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Promotion;
import io.vodis.model.Server;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RespClient;
import java.io.UncheckedIOException;
import java.time.Duration;

/** Whether every group has the one primary that the store says, and all others follow it. */
final class Roles {

  private static final Duration BOUND = Duration.ofSeconds(60);

  private Roles() {}

  static void await(VodisCluster cluster) {
    String[] wrong = {""};
    Poll.until(
        BOUND,
        () -> "one primary, and replicas in sync: " + wrong[0],
        () -> {
          wrong[0] = wrongIn(cluster);
          return wrong[0].isEmpty();
        });
  }

  private static String wrongIn(VodisCluster cluster) {
    for (Group group : cluster.topology().groups().values()) {
      if (!(group.promotion() instanceof Promotion.None)) {
        return group + " is promoting";
      }
      HostAndPort primary = group.servers().getFirst().address();
      for (Server server : group.servers()) {
        String role = roleOf(server.address());
        boolean right =
            server.address().equals(primary)
                ? role.startsWith("[master")
                : role.startsWith("[slave")
                    && role.contains(", " + primary.port() + ", connected,");
        if (!right) {
          return server.address() + " with primary " + primary + " is " + role;
        }
      }
    }
    return "";
  }

  private static String roleOf(HostAndPort server) {
    try (RespClient client = RespClient.connect(server, Duration.ofSeconds(2))) {
      return String.valueOf(client.call("ROLE"));
    } catch (UncheckedIOException unreachable) {
      return String.valueOf(unreachable.getMessage());
    }
  }
}

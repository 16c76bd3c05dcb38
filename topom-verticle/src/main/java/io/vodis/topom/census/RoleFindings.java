package io.vodis.topom.census;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Server;
import io.vodis.model.Topology;
import io.vodis.redis.ServerStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Servers whose real role or replication differs from what the store declares. Pure. */
public final class RoleFindings {

  /** A replica this far behind is worth a word; what is on its way is not. */
  private static final long LAG_BYTES_MAX = 1 << 20;

  private RoleFindings() {}

  /**
   * One line per server that differs.
   *
   * @param answers of the servers that answered
   */
  public static List<String> of(Topology topology, Map<HostAndPort, ServerStatus> answers) {
    List<String> findings = new ArrayList<>();
    for (Group group : topology.groups().values()) {
      for (Server server : group.servers()) {
        ServerStatus status = answers.get(server.address());
        finding(topology, group, server, status, answers)
            .ifPresent(
                text ->
                    findings.add(
                        "group " + group.groupId() + ", " + server.address() + ": " + text));
      }
    }
    return findings;
  }

  private static Optional<String> finding(
      Topology topology,
      Group group,
      Server server,
      @org.jspecify.annotations.Nullable ServerStatus status,
      Map<HostAndPort, ServerStatus> answers) {
    if (status == null) {
      return Optional.of("does not answer");
    }
    boolean declaredPrimary = group.primary().filter(server::equals).isPresent();
    if (declaredPrimary) {
      return status.primary() ? Optional.empty() : Optional.of("is declared primary, is a replica");
    }
    HostAndPort primary = topology.primaryOf(group.groupId()).orElseThrow();
    if (status.primary()) {
      return Optional.of("is declared a replica, is a primary");
    }
    if (!primary.equals(status.upstream())) {
      return Optional.of("follows " + status.upstream() + " instead of " + primary);
    }
    if (!status.linkUp()) {
      return Optional.of("its link has been down for " + status.linkDownSeconds() + " s");
    }
    ServerStatus upstream = answers.get(primary);
    long lag = upstream == null ? 0 : upstream.offset() - status.offset();
    return lag > LAG_BYTES_MAX
        ? Optional.of("is " + lag + " bytes behind its primary")
        : Optional.empty();
  }
}

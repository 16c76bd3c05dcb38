package io.vodis.topom.reconcile;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Promotion;
import io.vodis.model.Server;
import io.vodis.redis.ServerStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One step that makes a server what it is declared to be. */
sealed interface RoleRepair {

  HostAndPort server();

  /** The declared primary is really a replica. */
  record MakePrimary(HostAndPort server) implements RoleRepair {}

  /** A declared replica is really a primary, or follows somebody else. */
  record MakeReplica(HostAndPort server, HostAndPort primary) implements RoleRepair {}

  /**
   * What is to be repaired in a group, by what its servers said last. Nothing while the group is
   * promoting, and no replica is touched before the declared primary has been seen to be one: the
   * only copy of the data may be on the replicas.
   */
  static List<RoleRepair> of(Group group, Map<HostAndPort, ServerStatus> statuses) {
    Optional<HostAndPort> primary = group.primary().map(Server::address);
    if (primary.isEmpty() || !group.promotion().equals(Promotion.NONE)) {
      return List.of();
    }
    ServerStatus primaryStatus = statuses.get(primary.get());
    if (primaryStatus == null) {
      return List.of();
    }
    if (!primaryStatus.primary()) {
      return List.of(new MakePrimary(primary.get()));
    }
    List<RoleRepair> repairs = new ArrayList<>();
    for (Server replica : group.replicas()) {
      ServerStatus status = statuses.get(replica.address());
      if (status != null && !status.follows(primary.get())) {
        repairs.add(new MakeReplica(replica.address(), primary.get()));
      }
    }
    return repairs;
  }
}

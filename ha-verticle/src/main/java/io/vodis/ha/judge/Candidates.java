package io.vodis.ha.judge;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Server;
import io.vodis.redis.ServerStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which replicas of a group can take over. The leader ranks them; here it only matters whether
 * there is one, because asking for the impossible helps nobody.
 *
 * @param able in declared order
 * @param reasons why each of the others is not able
 */
record Candidates(List<HostAndPort> able, List<String> reasons) {

  static Candidates of(Group group, FailureDetector health) {
    List<HostAndPort> able = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    if (group.replicas().isEmpty()) {
      reasons.add("group " + group.groupId() + " has no replica");
    }
    for (Server replica : group.replicas()) {
      HostAndPort address = replica.address();
      obstacle(health.of(address))
          .ifPresentOrElse(reason -> reasons.add(address + " " + reason), () -> able.add(address));
    }
    return new Candidates(able, reasons);
  }

  private static Optional<String> obstacle(Optional<ServerHealth> known) {
    if (known.isEmpty()) {
      return Optional.of("has not been probed yet");
    }
    ProbeResult last = known.get().last();
    ServerStatus status = last.status();
    if (!last.alive()) {
      return Optional.of("does not answer: " + last.detail());
    } else if (last.outcome() == ProbeResult.Outcome.LOADING) {
      return Optional.of("is loading its data set");
    } else if (status == null) {
      return Optional.of("does not tell its role: " + last.detail());
    } else if (status.priority() == 0) {
      return Optional.of("has replica priority 0");
    }
    return Optional.empty();
  }
}

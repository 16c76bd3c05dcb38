package io.vodis.topom.promote;

import io.vodis.redis.ServerStatus;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which replica should become primary: link up before link down, then the highest offset, then the
 * lowest priority, then the lowest address, so that equal facts always give the same answer.
 */
public final class CandidateRanking {

  private static final Comparator<ServerStatus> BEST_FIRST =
      Comparator.comparing(ServerStatus::linkUp, Comparator.reverseOrder())
          .thenComparing(ServerStatus::offset, Comparator.reverseOrder())
          .thenComparing(ServerStatus::priority)
          .thenComparing(ServerStatus::server);

  private CandidateRanking() {}

  /**
   * The best of the servers declared replicas that have answered. One that is still loading its
   * data, has never had all of it, or has priority 0, is never taken: it would be the end of the
   * data. Neither is one with data of another time: an old primary that is back and has not been
   * made a replica yet, or one that has not had the data of the present primary since.
   *
   * <p>Of a primary that nobody has seen, replicas tell of one another: if one follows what another
   * follows, and then a later promotion that the other has not come to have, the other is of the
   * time before, however large its offset.
   *
   * @param data what is known of the primary that is to be replaced
   */
  public static Optional<ServerStatus> best(Collection<ServerStatus> replicas, PrimaryData data) {
    List<ServerStatus> eligible =
        replicas.stream().filter(status -> isEligible(status, data)).toList();
    return eligible.stream()
        .filter(status -> !data.ids().isEmpty() || !isOutdated(status, eligible))
        .min(BEST_FIRST);
  }

  private static boolean isOutdated(ServerStatus status, List<ServerStatus> others) {
    String id = status.replicationId();
    return !id.isEmpty()
        && others.stream()
            .anyMatch(
                other ->
                    other.formerReplicationId().equals(id)
                        && !other.replicationId().equals(id)
                        && !other.replicationId().equals(status.formerReplicationId()));
  }

  private static boolean isEligible(ServerStatus status, PrimaryData data) {
    return status.priority() != 0 && !status.loading() && status.synced() && data.isHadBy(status);
  }
}

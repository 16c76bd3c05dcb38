package io.vodis.topom.promote;

import io.vodis.redis.ServerStatus;
import java.util.Collection;
import java.util.Comparator;
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
   * made a replica yet, or has not had the data of the present primary since.
   *
   * @param history replication id of the primary that is to be replaced; empty if it is not known,
   *     and then any replica will do
   */
  public static Optional<ServerStatus> best(Collection<ServerStatus> replicas, String history) {
    return replicas.stream().filter(status -> isEligible(status, history)).min(BEST_FIRST);
  }

  private static boolean isEligible(ServerStatus status, String history) {
    return status.priority() != 0
        && !status.loading()
        && status.synced()
        && hasTheData(status, history);
  }

  /**
   * A primary with the history is a replica that an earlier attempt has promoted. A replica whose
   * link was up has had its primary's data under whatever id: a primary takes a new one when its
   * first replica comes, and that may have been a moment ago.
   */
  private static boolean hasTheData(ServerStatus status, String history) {
    boolean tell = !history.isEmpty() && !status.replicationId().isEmpty();
    return status.hasHistory(history) || !status.primary() && (status.linked() || !tell);
  }
}

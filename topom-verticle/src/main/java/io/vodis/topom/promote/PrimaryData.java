package io.vodis.topom.promote;

import io.vodis.model.HostAndPort;
import io.vodis.redis.ServerStatus;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is known of the data of a group's primary, since it has been declared its primary. Made
 * while it answers, asked when it does not any more.
 *
 * <p>A replica tells that its link was up, but not to whom: one that has followed the primary
 * before this one, was pointed to this one and never came to have its data, tells the same as one
 * that has them. Only the replication id tells them apart: a server takes its primary's when a
 * synchronisation is complete.
 *
 * @param ids replication ids that have named the data, the newest last: the primary's own, and
 *     those of replicas whose link to it was up; empty if none is known
 * @param idsBefore the replication id that each server had when the primary last answered
 */
public record PrimaryData(
    HostAndPort primary, Set<String> ids, Map<HostAndPort, String> idsBefore) {

  /** A primary takes a new one when it starts, or when its first replica comes. */
  private static final int IDS_MAX = 16;

  public PrimaryData {
    ids = Collections.unmodifiableSet(new LinkedHashSet<>(ids));
    idsBefore = Map.copyOf(idsBefore);
  }

  /** Of a primary that has not been seen. */
  public static PrimaryData unknown(HostAndPort primary) {
    return new PrimaryData(primary, Set.of(), Map.of());
  }

  /**
   * Of a server that has been declared primary in another's place since the last look: a replica
   * that has the id that it had then has not had its data.
   *
   * @param idsThen the replication id that each server had at that look
   */
  public static PrimaryData succeeding(HostAndPort primary, Map<HostAndPort, String> idsThen) {
    return new PrimaryData(primary, Set.of(), idsThen);
  }

  /** With what one look at all servers adds. */
  public PrimaryData after(Collection<ServerStatus> answers) {
    Set<String> known = new LinkedHashSet<>(ids);
    boolean answered = false;
    for (ServerStatus status : answers) {
      boolean itself = status.primary() && status.server().equals(primary);
      answered |= itself;
      if (itself || hasItsLinkUp(status)) {
        known.remove(status.replicationId());
        known.add(status.replicationId());
      }
    }
    known.remove("");
    while (known.size() > IDS_MAX) {
      known.remove(known.iterator().next());
    }
    return new PrimaryData(primary, known, answered ? idsOf(answers) : idsBefore);
  }

  private static Map<HostAndPort, String> idsOf(Collection<ServerStatus> answers) {
    return answers.stream()
        .collect(
            Collectors.toMap(
                ServerStatus::server, ServerStatus::replicationId, (one, other) -> one));
  }

  private boolean hasItsLinkUp(ServerStatus status) {
    return !status.primary() && status.linkUp() && status.follows(primary);
  }

  /**
   * Whether a server has had these data: all of them at some time, and not another's since. Of a
   * primary of which nothing is known, a replica's own word counts, that its link was up.
   */
  boolean isHadBy(ServerStatus server) {
    if (hasItsLinkUp(server) || ids.stream().anyMatch(server::hasHistory)) {
      return true;
    }
    if (server.primary() || !server.follows(primary) || !server.linked()) {
      return false;
    }
    boolean seen = idsBefore.containsKey(server.server());
    return server.replicationId().isEmpty() || (seen ? isNew(server) : ids.isEmpty());
  }

  /**
   * It has come to have another's data since the primary last answered, or since it was declared:
   * those of this one, which has taken a new id since, as it does for its first replica.
   */
  private boolean isNew(ServerStatus server) {
    return !server.replicationId().equals(idsBefore.get(server.server()));
  }
}

package io.vodis.topom.promote;

import io.vodis.model.HostAndPort;
import io.vodis.redis.ServerStatus;

/** Whether a server has all data of a primary to which nobody writes any more. */
final class CaughtUp {

  private CaughtUp() {}

  /**
   * Whether the candidate may take the primary's place: it is its replica and has all of it; or an
   * earlier leader came so far that it has been promoted already. An old primary with data of its
   * own is neither, whatever its offset.
   *
   * @param primary looked at before the candidate
   */
  static boolean has(ServerStatus candidate, ServerStatus primary) {
    if (candidate.primary()) {
      return candidate.server().equals(primary.upstream())
          || primary.primary() && candidate.formerReplicationId().equals(known(primary));
    }
    return isReplica(candidate, primary)
        && candidate.linkUp()
        && candidate.offset() >= primary.offset();
  }

  /** Why not, in words. */
  static String problem(ServerStatus candidate, ServerStatus primary) {
    HostAndPort server = candidate.server();
    if (candidate.primary()) {
      return server + " is a primary itself, not a replica of " + primary.server();
    }
    if (!isReplica(candidate, primary)) {
      return server + " is a replica of another server than " + primary.server();
    }
    return candidate.linkUp()
        ? server
            + " is "
            + (primary.offset() - candidate.offset())
            + " bytes behind "
            + primary.server()
        : server + " is not connected to " + primary.server();
  }

  private static boolean isReplica(ServerStatus candidate, ServerStatus primary) {
    boolean tell = !candidate.replicationId().isEmpty() && !primary.replicationId().isEmpty();
    return !tell || candidate.replicationId().equals(primary.replicationId());
  }

  /** What no server answers, if the primary does not tell. */
  private static String known(ServerStatus primary) {
    return primary.replicationId().isEmpty() ? "unknown" : primary.replicationId();
  }
}

package io.vodis.bus;

import io.vodis.model.HostAndPort;
import java.util.List;

/** Any member to the leader, on {@link Addresses#TOPOM}; only the leader listens there. */
public sealed interface TopomCommand extends BusMessage {

  /**
   * A proxy that needs a table, having just registered or lost its own. The leader answers {@link
   * BusReply.Accepted} and pushes.
   */
  record ResyncProxy(String token, String incarnation) implements TopomCommand {}

  /**
   * An operator has told a proxy to serve without the store, or to stop that. The leader writes it
   * into the audit log. If the answer is lost it may stand there twice.
   *
   * @param actor who has done it, as it names itself
   * @param origin where the call came from
   * @param at when, ISO-8601
   */
  record ReportOverride(String token, String actor, String origin, String at, String action)
      implements TopomCommand {}

  /**
   * What is wrong with a proxy although it serves, in words, for whoever asks the leader. Replaces
   * what it has said before; empty if that is over. The leader forgets it when it is not repeated.
   */
  record ReportWarnings(String token, String incarnation, List<String> warnings)
      implements TopomCommand {
    public ReportWarnings {
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * A proxy needs keys of migrating slots on their target, from a server that forbids MIGRATE. The
   * leader moves them, unless they have been moved, and answers {@link BusReply.KeysMoved}.
   *
   * @param keys their bytes in Base64
   * @param replicaWaitMillis how long to wait until a replica of the source knows of it
   */
  record MoveKeys(
      HostAndPort source,
      HostAndPort target,
      int database,
      List<String> keys,
      long replicaWaitMillis)
      implements TopomCommand {
    public MoveKeys {
      keys = List.copyOf(keys);
    }
  }

  /**
   * A quorum of ha members finds the primary of a group down. The leader checks that {@code
   * primary} still is the primary and that nothing else is under way, and starts a failover.
   *
   * @param epoch of the topology that the verdict was made on
   * @param observers incarnations of the members that agree
   */
  record FailoverGroup(
      int groupId, HostAndPort primary, long epoch, List<String> observers, String evidence)
      implements TopomCommand {
    public FailoverGroup {
      observers = List.copyOf(observers);
    }
  }
}

package io.vodis.model;

import java.util.List;

/**
 * What a proxy must do with the requests of a slot: the projection of the control plane's row
 * ({@link SlotMapping} and its groups) onto the data plane.
 */
public sealed interface SlotRoute {

  /** The slot has no owner: requests get {@code -CLUSTERDOWN Hash slot not served}. */
  record Offline() implements SlotRoute {}

  /**
   * Requests go to {@code primary}.
   *
   * @param replicas servers that may answer reads where the proxy's read policy allows it
   */
  record Serving(HostAndPort primary, List<HostAndPort> replicas) implements SlotRoute {
    public Serving {
      replicas = List.copyOf(replicas);
    }
  }

  /**
   * Requests are parked, bounded in count, bytes and time.
   *
   * @param owner the server that served the slot until now
   * @param breakInFlight false: the fence is complete when the requests in flight on the old route
   *     are answered. true: {@code owner} is believed dead, its connections are closed and the
   *     requests in flight fail at once.
   * @param next the server that will serve the slot, if it is known; else empty. Subscribers are
   *     there before the fence is confirmed, so before anybody publishes there.
   */
  record Fenced(HostAndPort owner, boolean breakInFlight, List<HostAndPort> next)
      implements SlotRoute {
    public Fenced {
      next = List.copyOf(next);
    }

    public Fenced(HostAndPort owner, boolean breakInFlight) {
      this(owner, breakInFlight, List.of());
    }
  }

  /**
   * A key is on {@code source} until moved; it is moved before a request for it runs on target.
   *
   * @param returning the slot is on its way back to {@code target}, which then may hold keys that
   *     had never left. Without a proof, of a key found on both servers the copy of the server it
   *     set out from counts: {@code source}, or {@code target} when returning.
   * @param pinned keys that stay on {@code source} and are used there, as their phases allow
   * @param method how keys are moved
   * @param proof if not 0: of a key found on both servers the copy on {@code target} counts as long
   *     as that server carries this number for the slot (see {@link io.vodis.slot.SlotProof}), else
   *     the copy on {@code source}; what {@code returning} says does not count then
   */
  record Migrating(
      HostAndPort source,
      HostAndPort target,
      boolean returning,
      List<PinnedKey> pinned,
      MigrationMethod method,
      long proof)
      implements SlotRoute {
    public Migrating(HostAndPort source, HostAndPort target) {
      this(source, target, false);
    }

    public Migrating(HostAndPort source, HostAndPort target, boolean returning) {
      this(source, target, returning, List.of());
    }

    public Migrating(
        HostAndPort source, HostAndPort target, boolean returning, List<PinnedKey> pinned) {
      this(source, target, returning, pinned, MigrationMethod.MIGRATE, 0);
    }

    public Migrating {
      pinned = List.copyOf(pinned);
      if (source.equals(target)) {
        throw new IllegalArgumentException("source and target are both " + source);
      }
    }
  }

  SlotRoute OFFLINE = new Offline();
}

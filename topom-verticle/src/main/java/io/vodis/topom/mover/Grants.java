package io.vodis.topom.mover;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.model.Promotion;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which servers may restore keys on one server: the primaries of the groups from or to which slots
 * of its group move, each until it is about to be replaced. Pure.
 *
 * @param granted may
 * @param revoked may not, though others of their group may, or will
 */
record Grants(Set<HostAndPort> granted, Set<HostAndPort> revoked) {

  static final Grants NONE = new Grants(Set.of(), Set.of());

  Grants {
    granted = Collections.unmodifiableSet(new LinkedHashSet<>(granted));
    revoked = Collections.unmodifiableSet(new LinkedHashSet<>(revoked));
  }

  /** Of any slot with an action: it may be opened any time, and turn round. */
  static Grants on(Topology topology, HostAndPort target) {
    Set<HostAndPort> granted = new LinkedHashSet<>();
    Set<HostAndPort> known = new LinkedHashSet<>();
    for (SlotMapping slot : topology.slots()) {
      if (slot.action() instanceof SlotAction.Moving moving) {
        if (isPrimary(topology, moving.targetGroupId(), target)) {
          add(topology, slot.groupId(), known, granted);
        } else if (isPrimary(topology, slot.groupId(), target)) {
          add(topology, moving.targetGroupId(), known, granted);
        }
      }
    }
    known.removeAll(granted);
    return new Grants(granted, known);
  }

  private static boolean isPrimary(Topology topology, int groupId, HostAndPort server) {
    return topology.primaryOf(groupId).equals(Optional.of(server));
  }

  private static void add(
      Topology topology, int groupId, Set<HostAndPort> known, Set<HostAndPort> granted) {
    Optional<Group> group = topology.group(groupId);
    group.ifPresent(found -> found.servers().forEach(server -> known.add(server.address())));
    group
        .filter(found -> !isBeingReplaced(found.promotion()))
        .flatMap(Group::primary)
        .map(Server::address)
        .ifPresent(granted::add);
  }

  private static boolean isBeingReplaced(Promotion promotion) {
    return promotion instanceof Promotion.Preparing || promotion instanceof Promotion.Prepared;
  }

  /** The servers on which it matters: the primaries at both ends of slots that are opened so. */
  static Set<HostAndPort> places(Topology topology) {
    Set<HostAndPort> places = new LinkedHashSet<>();
    for (SlotMapping slot : topology.slots()) {
      if (slot.action() instanceof SlotAction.Moving moving
          && moving.method() == MigrationMethod.REVOCABLE_MIGRATE) {
        topology.primaryOf(slot.groupId()).ifPresent(places::add);
        topology.primaryOf(moving.targetGroupId()).ifPresent(places::add);
      }
    }
    return places;
  }
}

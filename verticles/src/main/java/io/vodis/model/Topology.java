package io.vodis.model;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Everything the store says about a product at one epoch: built whole, never edited.
 *
 * @param epoch raised by one with every committed change; 0 before the first
 * @param slots all {@link #SLOT_COUNT} slots, in order
 * @param groups by group id, in order
 * @param control what was said about running actions
 */
public record Topology(
    String product,
    long epoch,
    List<SlotMapping> slots,
    Map<Integer, Group> groups,
    MigrationControl control) {

  /** Number of slots of every product, as in Codis. */
  public static final int SLOT_COUNT = 1024;

  public Topology {
    slots = List.copyOf(slots);
    groups = Collections.unmodifiableMap(new TreeMap<>(groups));
    if (slots.size() != SLOT_COUNT) {
      throw new IllegalArgumentException("expected " + SLOT_COUNT + " slots, got " + slots.size());
    }
    for (int i = 0; i < SLOT_COUNT; i++) {
      if (slots.get(i).slotId() != i) {
        throw new IllegalArgumentException("slot " + i + " out of place");
      }
    }
  }

  /** A topology whose actions run as configured. */
  public Topology(String product, long epoch, List<SlotMapping> slots, Map<Integer, Group> groups) {
    this(product, epoch, slots, groups, MigrationControl.NONE);
  }

  /** A product of which nothing is stored yet: all slots offline, no group. */
  public static Topology empty(String product) {
    return new Topology(
        product,
        0,
        java.util.stream.IntStream.range(0, SLOT_COUNT).mapToObj(SlotMapping::offline).toList(),
        Map.of());
  }

  public SlotMapping slot(int slotId) {
    return slots.get(slotId);
  }

  public Optional<Group> group(int groupId) {
    return Optional.ofNullable(groups.get(groupId));
  }

  /** The address of the group's primary, if there is such a group and it has a server. */
  public Optional<HostAndPort> primaryOf(int groupId) {
    return group(groupId).flatMap(Group::primary).map(Server::address);
  }

  /** The group that lists this server, if any: an address is unique in a product. */
  public Optional<Group> groupOf(HostAndPort server) {
    return groups.values().stream().filter(g -> g.server(server).isPresent()).findFirst();
  }
}

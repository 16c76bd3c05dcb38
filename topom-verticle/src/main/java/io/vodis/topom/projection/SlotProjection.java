package io.vodis.topom.projection;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Promotion;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What proxies must do with each slot, from what the store says: a function of one topology and
 * nothing else, so that a table is always the projection of a committed epoch.
 */
public final class SlotProjection {

  private final Topology topology;

  /** By group; the slots of one share it. */
  private final Map<Integer, SlotRoute> serving = new HashMap<>();

  private SlotProjection(Topology topology) {
    this.topology = topology;
  }

  /** The route of every slot, in order. */
  public static List<SlotRoute> routes(Topology topology) {
    SlotProjection projection = new SlotProjection(topology);
    return topology.slots().stream().map(projection::route).toList();
  }

  /** The routes as ranges of equal neighbours, the form in which they are pushed. */
  public static List<SlotRange> ranges(Topology topology) {
    return SlotRange.compress(routes(topology));
  }

  private SlotRoute route(SlotMapping slot) {
    return switch (slot.action()) {
      case SlotAction.Idle idle -> serving(slot.groupId());
      case SlotAction.Pending pending -> serving(slot.groupId());
      case SlotAction.Preparing moving -> fencedAtSource(slot.groupId(), moving.targetGroupId());
      case SlotAction.Prepared moving -> fencedAtSource(slot.groupId(), moving.targetGroupId());
      case SlotAction.Migrating moving -> migrating(slot.groupId(), moving);
      case SlotAction.Turning moving -> migrating(slot.groupId(), moving);
      case SlotAction.Finished moving -> serving(moving.targetGroupId());
    };
  }

  private SlotRoute serving(int groupId) {
    return serving.computeIfAbsent(groupId, this::newServing);
  }

  private SlotRoute newServing(int groupId) {
    return topology
        .group(groupId)
        .filter(group -> group.primary().isPresent())
        .map(group -> promotionFence(group).orElseGet(() -> servedBy(group)))
        .orElse(SlotRoute.OFFLINE);
  }

  /** Requests in flight are still on the source, whoever comes next. */
  private SlotRoute fencedAtSource(int sourceGroupId, int targetGroupId) {
    return topology
        .group(sourceGroupId)
        .flatMap(
            group ->
                promotionFence(group)
                    .or(
                        () ->
                            group
                                .primary()
                                .map(
                                    primary ->
                                        new SlotRoute.Fenced(
                                            primary.address(), false, heir(targetGroupId)))))
        .orElse(SlotRoute.OFFLINE);
  }

  /** The server that is going to serve; none while that is being decided. */
  private List<HostAndPort> heir(int targetGroupId) {
    return fenceOf(targetGroupId).isPresent()
        ? List.of()
        : topology.primaryOf(targetGroupId).stream().toList();
  }

  /** A slot that had no owner has no keys to pull: its target serves at once. */
  private SlotRoute migrating(int sourceGroupId, SlotAction.Moving moving) {
    int targetGroupId = moving.targetGroupId();
    Optional<HostAndPort> source = topology.primaryOf(sourceGroupId);
    Optional<HostAndPort> target = topology.primaryOf(targetGroupId);
    if (target.isEmpty()) {
      return SlotRoute.OFFLINE;
    }
    if (source.isEmpty()) {
      return serving(targetGroupId);
    }
    return fenceOf(sourceGroupId)
        .or(() -> fenceOf(targetGroupId))
        .orElseGet(
            () ->
                new SlotRoute.Migrating(
                    source.get(),
                    target.get(),
                    moving.returning(),
                    moving.pinned(),
                    moving.method(),
                    moving.proof()));
  }

  private Optional<SlotRoute> fenceOf(int groupId) {
    return topology.group(groupId).flatMap(SlotProjection::promotionFence);
  }

  /** A group whose primary is being replaced serves nothing, until its candidate does. */
  private static Optional<SlotRoute> promotionFence(Group group) {
    return switch (group.promotion()) {
      case Promotion.None none -> Optional.empty();
      case Promotion.Preparing preparing -> fenced(group, !preparing.planned());
      case Promotion.Prepared prepared -> fenced(group, !prepared.planned());
      case Promotion.Finished finished -> Optional.empty();
    };
  }

  private static Optional<SlotRoute> fenced(Group group, boolean breakInFlight) {
    return group.primary().map(p -> new SlotRoute.Fenced(p.address(), breakInFlight));
  }

  private static SlotRoute servedBy(Group group) {
    List<HostAndPort> replicas =
        group.promotion().equals(Promotion.NONE)
            ? group.replicas().stream().filter(Server::replicaGroup).map(Server::address).toList()
            : List.of();
    return group
        .primary()
        .<SlotRoute>map(primary -> new SlotRoute.Serving(primary.address(), replicas))
        .orElse(SlotRoute.OFFLINE);
  }
}

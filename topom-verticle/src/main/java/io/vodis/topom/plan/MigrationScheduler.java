package io.vodis.topom.plan;

import io.vodis.model.Group;
import io.vodis.model.Promotion;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which actions may run now. Actions start in order of their index; those with the same source and
 * target run together as one batch, because one pass over the source serves them all. A group takes
 * part in one batch at a time, so several batches run at once only between different groups.
 */
public final class MigrationScheduler {

  private MigrationScheduler() {}

  /**
   * Slots that go the same way, in whatever state.
   *
   * @param sourceGroupId {@link SlotMapping#NO_GROUP} for slots that were offline
   * @param slotIds what has started first, then in order of their actions
   */
  public record Batch(int sourceGroupId, int targetGroupId, List<Integer> slotIds) {
    public Batch {
      slotIds = List.copyOf(slotIds);
    }

    public Way way() {
      return new Way(sourceGroupId, targetGroupId);
    }

    /** Whether the group is the batch's source or target. */
    public boolean involves(int groupId) {
      return groupId != SlotMapping.NO_GROUP
          && (groupId == sourceGroupId || groupId == targetGroupId);
    }
  }

  /** A way that slots go: from one group to another. */
  public record Way(int sourceGroupId, int targetGroupId) {}

  /**
   * Batches to start besides {@code running}. What has left {@code pending} goes on before anything
   * new is started, and is not limited: it is under way already.
   *
   * @param held ways that have failed and are to be left alone for now; they hinder nobody
   * @param mayGoOn whether an action need not stand still
   * @param slotsMax of the batches that run at once, together
   */
  public static List<Batch> next(
      Topology topology,
      Collection<Batch> running,
      Set<Way> held,
      Predicate<SlotMapping> mayGoOn,
      int slotsMax) {
    Set<Integer> busy = new HashSet<>();
    int room = slotsMax;
    for (Batch batch : running) {
      busy.add(batch.sourceGroupId());
      busy.add(batch.targetGroupId());
      room -= batch.slotIds().size();
    }
    List<SlotMapping> waiting =
        topology.slots().stream()
            .filter(slot -> slot.action() instanceof SlotAction.Moving)
            .filter(slot -> !held.contains(wayOf(slot)))
            .filter(mayGoOn)
            .sorted(
                Comparator.<SlotMapping, Boolean>comparing(MigrationScheduler::isPending)
                    .thenComparing(slot -> !isReturning(slot))
                    .thenComparing(slot -> moving(slot).index()))
            .toList();
    List<Batch> batches = new ArrayList<>();
    for (SlotMapping first : waiting) {
      int source = wayOf(first).sourceGroupId();
      int target = wayOf(first).targetGroupId();
      if (isBusy(busy, source) || isBusy(busy, target) || isPending(first) && room <= 0) {
        continue;
      }
      if (isUnstarted(first) && (isPromoting(topology, source) || isPromoting(topology, target))) {
        continue;
      }
      if (isUnstarted(first) && mustYield(topology, wayOf(first), mayGoOn)) {
        // Also while those that are to come back are held: a batch would end as soon as it began.
        continue;
      }
      if (isPending(first) && meetsOwnMeans(topology, wayOf(first))) {
        continue;
      }
      List<Integer> slotIds = new ArrayList<>();
      for (SlotMapping slot : waiting) {
        if (wayOf(slot).equals(wayOf(first)) && (!isPending(slot) || slotIds.size() < room)) {
          slotIds.add(slot.slotId());
        }
      }
      batches.add(new Batch(source, target, slotIds));
      room -= slotIds.size();
      busy.add(source);
      busy.add(target);
    }
    return batches;
  }

  private static boolean isBusy(Set<Integer> busy, int groupId) {
    return groupId != SlotMapping.NO_GROUP && busy.contains(groupId);
  }

  private static boolean isPromoting(Topology topology, int groupId) {
    return !topology
        .group(groupId)
        .map(Group::promotion)
        .orElse(Promotion.NONE)
        .equals(Promotion.NONE);
  }

  /**
   * Where a slot with an action goes. One that is to turn round counts for the way it will go then,
   * so that it is taken over by whoever runs that way.
   */
  public static Way wayOf(SlotMapping slot) {
    int target = moving(slot).targetGroupId();
    return slot.action() instanceof SlotAction.Turning
        ? new Way(target, slot.groupId())
        : new Way(slot.groupId(), target);
  }

  /** Whether the slot's move is cancelled and it is, or will be, on its way back. */
  public static boolean isReturning(SlotMapping slot) {
    return slot.action() instanceof SlotAction.Turning
        || slot.action() instanceof SlotAction.Moving moving && moving.returning();
  }

  /**
   * Whether a batch that goes this way is to start no more slots, because others are waiting to go
   * back the way it comes. What it has started it ends first, so that keys never go both ways
   * between two servers. Not if it takes slots back itself: one of the two has to end.
   */
  public static boolean mustYield(Topology topology, Way way, Predicate<SlotMapping> mayGoOn) {
    Way back = new Way(way.targetGroupId(), way.sourceGroupId());
    boolean waiting = false;
    for (SlotMapping slot : topology.slots()) {
      if (isReturning(slot) && mayGoOn.test(slot)) {
        if (wayOf(slot).equals(way)) {
          return false;
        }
        waiting |= wayOf(slot).equals(back);
      }
    }
    return waiting;
  }

  /**
   * Whether slots of one of the groups are open on another way, between codis-servers. These send
   * to one server at a time, and take nothing in while they send.
   */
  private static boolean meetsOwnMeans(Topology topology, Way way) {
    for (SlotMapping slot : topology.slots()) {
      if (slot.action() instanceof SlotAction.Migrating moving
          && !moving.method().isByMigrate()
          && !wayOf(slot).equals(way)
          && (involves(wayOf(slot), way.sourceGroupId())
              || involves(wayOf(slot), way.targetGroupId()))) {
        return true;
      }
    }
    return false;
  }

  private static boolean involves(Way way, int groupId) {
    return groupId != SlotMapping.NO_GROUP
        && (groupId == way.sourceGroupId() || groupId == way.targetGroupId());
  }

  /** Why an action that may run does not, in words. */
  public static String waitingFor(
      Topology topology, Collection<Batch> running, SlotMapping slot, int slotsMax) {
    Way way = wayOf(slot);
    for (int groupId : new int[] {way.sourceGroupId(), way.targetGroupId()}) {
      if (isUnstarted(slot) && isPromoting(topology, groupId)) {
        return "the promotion of group " + groupId;
      }
    }
    for (Batch batch : running) {
      if (batch.involves(way.sourceGroupId()) || batch.involves(way.targetGroupId())) {
        return "its turn: slots from group "
            + batch.sourceGroupId()
            + " to group "
            + batch.targetGroupId()
            + " are being moved";
      }
    }
    if (isPending(slot) && meetsOwnMeans(topology, way)) {
      return "slots of codis-servers that are being moved from or to one of its groups";
    }
    int moving = running.stream().mapToInt(batch -> batch.slotIds().size()).sum();
    return moving >= slotsMax ? "its turn: " + slotsMax + " slots are moved at once" : "its turn";
  }

  private static boolean isPending(SlotMapping slot) {
    return slot.action() instanceof SlotAction.Pending;
  }

  /** Neither fenced nor opened yet in the direction it is to go. */
  private static boolean isUnstarted(SlotMapping slot) {
    return isPending(slot) || slot.action() instanceof SlotAction.Turning;
  }

  private static SlotAction.Moving moving(SlotMapping slot) {
    return (SlotAction.Moving) slot.action();
  }
}

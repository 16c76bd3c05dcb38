package io.vodis.topom.migrate;

import io.vodis.model.Promotion;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.topom.plan.MigrationLimits;
import io.vodis.topom.plan.MigrationScheduler;
import io.vodis.topom.plan.MigrationScheduler.Way;
import java.time.Instant;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asked before every effect of a sweep: whether all of its slots still go this way and none of them
 * is to stand still, and its servers are still the primaries of their groups: one that stood still
 * throughout a promotion answers when that is long over. Looks at a topology once, and at the clock
 * now and then.
 */
final class SweepGuard implements BooleanSupplier {

  private static final long LOOK_NANOS = 100_000_000;

  private final SlotWork work;
  private final Way way;

  /** As the sweep has found it. */
  private final Topology planned;

  private final Set<Integer> slotIds;
  private @Nullable Topology seen;
  private long seenNanos;
  private boolean verdict;

  SweepGuard(SlotWork work, Topology planned, Way way, Set<Integer> slotIds) {
    this.work = work;
    this.planned = planned;
    this.way = way;
    this.slotIds = Collections.unmodifiableSet(new TreeSet<>(slotIds));
  }

  @Override
  public boolean getAsBoolean() {
    if (!work.term().isCurrent()) {
      return false;
    }
    Topology topology = work.topology().current();
    long now = work.clock().nanoTime();
    if (topology != seen || now - seenNanos > LOOK_NANOS) {
      seen = topology;
      seenNanos = now;
      verdict = mayGoOn(topology, work.configured().under(topology.control()), work.clock().now());
    }
    return verdict;
  }

  private boolean mayGoOn(Topology topology, MigrationLimits limits, Instant now) {
    if (isPromoting(topology, way)
        || !isSamePrimary(topology, way.sourceGroupId())
        || !isSamePrimary(topology, way.targetGroupId())) {
      return false;
    }
    for (int slotId : slotIds) {
      SlotMapping slot = topology.slot(slotId);
      if (!(slot.action() instanceof SlotAction.Migrating)
          || !MigrationScheduler.wayOf(slot).equals(way)
          || limits.hold(slot, now).isPresent()) {
        return false;
      }
    }
    return true;
  }

  private boolean isSamePrimary(Topology topology, int groupId) {
    return topology.primaryOf(groupId).equals(planned.primaryOf(groupId));
  }

  static boolean isPromoting(Topology topology, Way way) {
    for (int groupId : new int[] {way.sourceGroupId(), way.targetGroupId()}) {
      if (topology.group(groupId).filter(g -> !g.promotion().equals(Promotion.NONE)).isPresent()) {
        return true;
      }
    }
    return false;
  }
}

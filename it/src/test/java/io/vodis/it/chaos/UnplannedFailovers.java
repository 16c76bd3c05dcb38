package io.vodis.it.chaos;

import io.vodis.it.VodisCluster;
import io.vodis.model.HostAndPort;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.workload.LossOracle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which acknowledged writes an unplanned failover may have cost: replication is asynchronous, so
 * those of its group that were acknowledged no longer than {@link #LAG} before the primary broke,
 * and until another one was there. In a slot that was on its way then, any: the transfer of a key
 * is a write as well, and may not have reached the replica of its target.
 */
final class UnplannedFailovers implements LossOracle {

  private static final Logger LOGGER = LoggerFactory.getLogger(UnplannedFailovers.class);

  /** A replica that is in sync, on the same machine, is not further behind than that. */
  static final Duration LAG = Duration.ofSeconds(1);

  private record Window(long fromNanos, long untilNanos, BitSet slots, BitSet unsettled) {}

  private final VodisCluster cluster;
  private final List<Window> windows = new ArrayList<>();
  private @Nullable Topology before;
  private long brokeNanos;

  UnplannedFailovers(VodisCluster cluster) {
    this.cluster = cluster;
  }

  /** Before a primary breaks: a slot that has come to rest by now has reached the replica. */
  void before(List<Fault> faults) {
    if (faults.stream().anyMatch(Fault::hitsPrimary)) {
      before = cluster.topology();
      Poll.pass(LAG);
      brokeNanos = System.nanoTime();
    }
  }

  /** All is mended, and no promotion is under way. */
  void after() {
    Topology old = before;
    if (old == null) {
      return;
    }
    before = null;
    Topology now = cluster.topology();
    for (int groupId : now.groups().keySet()) {
      HostAndPort was = old.primaryOf(groupId).orElseThrow();
      HostAndPort is = now.primaryOf(groupId).orElseThrow();
      if (!was.equals(is)) {
        add(groupId, old, now);
        LOGGER.info("group {}: {} has replaced {}", groupId, is, was);
      }
    }
  }

  private void add(int groupId, Topology old, Topology now) {
    BitSet slots = new BitSet();
    BitSet unsettled = new BitSet();
    for (int slotId = 0; slotId < Topology.SLOT_COUNT; slotId++) {
      SlotMapping first = old.slot(slotId);
      SlotMapping last = now.slot(slotId);
      slots.set(slotId, first.groupId() == groupId || last.groupId() == groupId);
      boolean rested = first.isIdle() && last.isIdle() && first.groupId() == last.groupId();
      unsettled.set(slotId, !rested);
    }
    windows.add(new Window(brokeNanos - LAG.toNanos(), System.nanoTime(), slots, unsettled));
  }

  int count() {
    return windows.size();
  }

  @Override
  public boolean mayBeLost(int slotId, long acknowledgedNanos) {
    return windows.stream()
        .filter(window -> acknowledgedNanos - window.untilNanos() <= 0)
        .anyMatch(
            window ->
                window.unsettled().get(slotId)
                    || window.slots().get(slotId) && acknowledgedNanos - window.fromNanos() >= 0);
  }
}

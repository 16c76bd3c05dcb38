package io.vodis.topom.dump;

import io.vodis.model.HostAndPort;
import io.vodis.redis.RedisAdminException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Moves keys through this process; see the package. For any number of threads. */
public final class DumpMover implements AutoCloseable {

  private final DumpServers servers;
  private final Map<DumpWay, DumpLane> lanes = new ConcurrentHashMap<>();
  private final AtomicInteger numbers = new AtomicInteger();

  public DumpMover(DumpServers servers) {
    this.servers = servers;
  }

  /**
   * Moves keys that somebody waits for, before those of a sweep.
   *
   * @param replicaWait how long to wait until a replica of the source knows that they have gone
   * @param proceed asked when nothing else can change any more, right before the first effect
   * @return false if {@code proceed} was
   * @throws RedisAdminException if any key may still be on the source; calling again is always safe
   */
  public boolean moveFirst(
      DumpWay way,
      List<DumpKey> keys,
      Duration timeout,
      Duration replicaWait,
      BooleanSupplier proceed) {
    return lane(way).moveFirst(keys, timeout, proceed, replicaWait);
  }

  /** As {@link #moveFirst}, but lets others go first. */
  public boolean move(DumpWay way, List<DumpKey> keys, Duration timeout, BooleanSupplier proceed) {
    return lane(way).move(keys, timeout, proceed);
  }

  private DumpLane lane(DumpWay way) {
    return lanes.computeIfAbsent(
        way, w -> new DumpLane(w, servers, numbers.incrementAndGet(), lanes::values));
  }

  /** Whether keys are on their way from or to a server. */
  public boolean isBusy(HostAndPort server) {
    return lanes.values().stream().anyMatch(lane -> lane.isBusy() && lane.way().involves(server));
  }

  /**
   * Returns when nothing is under way between two servers, in either direction, and nothing that
   * has been sent there can be executed any more.
   *
   * @throws RedisAdminException if that cannot be known now
   */
  public void settle(HostAndPort one, HostAndPort other) {
    for (DumpLane lane : lanes.values()) {
      if (lane.way().isBetween(one, other)) {
        lane.settle();
      }
    }
    for (DumpLane lane : lanes.values()) {
      lane.endOn(one);
      lane.endOn(other);
    }
  }

  @Override
  public void close() {
    lanes.values().forEach(DumpLane::close);
  }
}

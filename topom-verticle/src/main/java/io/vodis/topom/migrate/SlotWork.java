package io.vodis.topom.migrate;

import io.vodis.lifecycle.Clock;
import io.vodis.model.SlotMapping;
import io.vodis.redis.RedisAdmin;
import io.vodis.topom.dump.DumpMover;
import io.vodis.topom.mover.MoverUsers;
import io.vodis.topom.plan.MigrationLimits;
import io.vodis.topom.resync.StrangerConnections;
import io.vodis.topom.resync.TableResync;
import io.vodis.topom.sweep.SlotMigrator;
import io.vodis.topom.term.LeaderTopology;
import io.vodis.topom.term.Term;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;

/**
 * What the walks of a term share.
 *
 * @param admin for short calls
 * @param copyAdmin opens the connections over which keys are copied that are moved alone
 * @param dumps moves keys through this process
 * @param users says who may restore keys where
 * @param configured limits, unless an operator has said otherwise
 * @param fenceMax how long slots may be fenced before a proxy that has not fenced them is given up
 *     on and the slots are released
 */
public record SlotWork(
    Term term,
    LeaderTopology topology,
    TableResync resync,
    StrangerConnections strangers,
    RedisAdmin admin,
    RedisAdmin copyAdmin,
    SlotMigrator migrator,
    DumpMover dumps,
    MoverUsers users,
    Clock clock,
    MigrationLimits configured,
    Duration fenceMax) {

  /** What holds now. */
  MigrationLimits limits() {
    return configured.under(topology.current().control());
  }

  /** Tells of a slot whether its action need not stand still; as of now. */
  Predicate<SlotMapping> goingOn() {
    MigrationLimits limits = limits();
    Instant now = clock.now();
    return slot -> limits.hold(slot, now).isEmpty();
  }
}

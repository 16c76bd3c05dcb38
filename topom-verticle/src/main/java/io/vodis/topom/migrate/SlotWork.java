package io.vodis.topom.migrate;

import io.vodis.lifecycle.Clock;
import io.vodis.redis.RedisAdmin;
import io.vodis.topom.resync.StrangerConnections;
import io.vodis.topom.resync.TableResync;
import io.vodis.topom.term.LeaderTopology;
import io.vodis.topom.term.Term;
import java.time.Duration;

/**
 * What the walks of a term share.
 *
 * @param admin for short calls
 * @param fenceMax how long slots may be fenced before a proxy that has not fenced them is given up
 *     on and the slots are released
 */
public record SlotWork(
    Term term,
    LeaderTopology topology,
    TableResync resync,
    StrangerConnections strangers,
    RedisAdmin admin,
    SlotMigrator migrator,
    Clock clock,
    Duration fenceMax) {}

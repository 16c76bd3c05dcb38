package io.vodis.topom.promote;

import io.vodis.lifecycle.Clock;
import io.vodis.model.HostAndPort;
import io.vodis.redis.RedisAdmin;
import io.vodis.topom.mover.MoverUsers;
import io.vodis.topom.resync.StrangerConnections;
import io.vodis.topom.resync.TableResync;
import io.vodis.topom.term.LeaderTopology;
import io.vodis.topom.term.Term;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.IntPredicate;

/**
 * What the promotions of a term share.
 *
 * @param users says who may restore keys where
 * @param isMoving whether keys of a group are being moved at this moment
 * @param dataOf what is known of the data of a declared primary
 * @param fenceMax how long a group may be fenced while its old primary could still serve
 */
public record PromotionWork(
    Term term,
    LeaderTopology topology,
    TableResync resync,
    StrangerConnections strangers,
    RedisAdmin admin,
    MoverUsers users,
    Clock clock,
    IntPredicate isMoving,
    Function<HostAndPort, PrimaryData> dataOf,
    Duration fenceMax) {}

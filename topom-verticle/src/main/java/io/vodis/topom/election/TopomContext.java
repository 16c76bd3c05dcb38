package io.vodis.topom.election;

import io.vodis.lifecycle.Clock;
import io.vodis.redis.RedisAdmin;
import io.vodis.store.TopologyStore;
import io.vodis.topom.TopomConfig;
import io.vodis.topom.census.SampleCounts;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * What outlives a term.
 *
 * @param redisAdmins makes the way to the servers for a connection name; each term has its own
 * @param movedKeys counted from the start of the process
 * @param samples keys sampled in the background, from the start of the process
 */
public record TopomContext(
    LeaderBus bus,
    TopologyStore store,
    TopomConfig config,
    Clock clock,
    Function<String, RedisAdmin> redisAdmins,
    LongAdder movedKeys,
    SampleCounts samples) {}

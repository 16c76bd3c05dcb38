package io.vodis.topom.dump;

import io.vodis.lifecycle.Clock;
import io.vodis.model.HostAndPort;
import io.vodis.redis.RedisAdmin;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What moves of one term work with.
 *
 * @param admin for calls beside the moves
 * @param opener opens connections by the name of {@code name}
 * @param name what the names of all connections of this term's moves begin with
 * @param endStrangers ends on a server the connections of all who might still move keys from
 *     earlier terms
 * @param confirm throws unless the store says that this term goes on
 * @param isPrimary whether a server is the primary of a group, as of now
 */
public record DumpServers(
    RedisAdmin admin,
    RedisAdmin opener,
    String name,
    Consumer<HostAndPort> endStrangers,
    Runnable confirm,
    Predicate<HostAndPort> isPrimary,
    Clock clock) {}

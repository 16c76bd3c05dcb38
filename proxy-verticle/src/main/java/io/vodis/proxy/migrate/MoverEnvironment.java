package io.vodis.proxy.migrate;

import io.vodis.proxy.backend.BackendPool;
import io.vodis.proxy.loop.CopyRun;
import io.vodis.proxy.loop.FlushQueue;
import io.vodis.proxy.loop.LoopClock;
import io.vodis.redis.ServerAccess;
import java.util.random.RandomGenerator;

/**
 * What the mover of one loop works with.
 *
 * @param pool connections of the mover's own, so that a MIGRATE holds up no client's requests
 * @param clientName the name of these connections, different in every loop
 * @param access how the servers sign in to their targets
 * @param keyRequests asks for keys that this process must not move itself
 * @param maxKeys of one MIGRATE
 * @param timeoutMillis of one MIGRATE between the servers
 * @param replicaWaitMillis how long a replica of the source may take to hear of it; 0: none is
 *     asked
 * @param patienceNanos after which a key that cannot be moved is given up
 * @param random spreads repetitions; the loop's own
 */
public record MoverEnvironment(
    BackendPool pool,
    LoopClock clock,
    FlushQueue flushes,
    CopyRun copies,
    String clientName,
    ServerAccess access,
    KeyRequests keyRequests,
    int maxKeys,
    long timeoutMillis,
    long replicaWaitMillis,
    long patienceNanos,
    RandomGenerator random) {

  @Override
  public String toString() {
    return "MoverEnvironment[" + clientName + "]";
  }
}

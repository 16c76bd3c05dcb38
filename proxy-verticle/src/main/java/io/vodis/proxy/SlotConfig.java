package io.vodis.proxy;

import io.vodis.config.ByteSize;
import io.vodis.config.ConfigException;
import io.vodis.config.Doc;
import io.vodis.proxy.dispatch.CrossSlot;
import io.vodis.proxy.dispatch.WaitLimits;
import java.time.Duration;

/** What happens to requests while slots change hands. */
public record SlotConfig(
    @Doc(
            "A request whose slot is fenced, or whose key cannot be moved, waits so long and is"
                + " then answered with TRYAGAIN.")
        Duration slotWaitTimeout,
    @Doc("Most requests that may wait for slots, per event loop; then sessions are not read.")
        int slotWaitMaxRequests,
    @Doc("Most bytes of requests that may wait for slots, per event loop.")
        ByteSize slotWaitMaxBytes,
    @Doc(
            "Most keys that are moved with one MIGRATE because requests need them. The source"
                + " serves nobody else while it runs.")
        int slotPullMaxKeys,
    @Doc("Time-out of one such MIGRATE between the two servers.") Duration slotPullTimeout,
    @Doc(
            "How long a request at most waits after such a MIGRATE until a replica of the source"
                + " has heard that the keys are gone, so that no failover brings back there what"
                + " is deleted on the target since. 0s: not at all. Where no replica answers in"
                + " time it is tried again after a second at the earliest, later a minute.")
        Duration slotPullReplicaWait,
    @Doc(
            "A command that cannot be split and has keys in several slots. deny: CROSSSLOT, always."
                + " same-server: it is sent while one server serves all these slots, and gets"
                + " TRYAGAIN while one of them moves; it can stop working when slots are moved.")
        CrossSlot slotCrossCommands) {

  public SlotConfig {
    if (slotWaitTimeout.toMillis() < 1) {
      throw ConfigException.invalid("slot_wait_timeout", slotWaitTimeout, "1ms or more");
    }
    if (slotWaitMaxRequests < 1) {
      throw ConfigException.invalid("slot_wait_max_requests", slotWaitMaxRequests, "1 or more");
    }
    if (slotWaitMaxBytes.bytes() < 1 << 20) {
      throw ConfigException.invalid("slot_wait_max_bytes", slotWaitMaxBytes, "1mb or more");
    }
    if (slotPullMaxKeys < 1 || slotPullMaxKeys > 10_000) {
      throw ConfigException.invalid("slot_pull_max_keys", slotPullMaxKeys, "1 to 10000");
    }
    if (slotPullTimeout.toMillis() < 1 || slotPullTimeout.toMillis() > 60_000) {
      throw ConfigException.invalid("slot_pull_timeout", slotPullTimeout, "1ms to 60s");
    }
    if (slotPullReplicaWait.isNegative() || slotPullReplicaWait.toMillis() > 60_000) {
      throw ConfigException.invalid("slot_pull_replica_wait", slotPullReplicaWait, "0s to 60s");
    }
  }

  public static SlotConfig defaults() {
    return new SlotConfig(
        Duration.ofSeconds(5),
        100_000,
        ByteSize.ofMib(64),
        64,
        Duration.ofSeconds(1),
        Duration.ofMillis(50),
        CrossSlot.DENY);
  }

  WaitLimits limits() {
    return new WaitLimits(slotWaitMaxRequests, slotWaitMaxBytes.bytes(), slotWaitTimeout.toNanos());
  }
}

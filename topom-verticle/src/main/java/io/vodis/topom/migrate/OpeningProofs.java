package io.vodis.topom.migrate;

import io.vodis.model.HostAndPort;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.redis.RedisAdminException;
import io.vodis.topom.plan.MigrationScheduler.Batch;
import io.vodis.topom.sweep.MigrationTask;
import io.vodis.topom.sweep.OpeningCheck;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The numbers under which the slots of a batch are opened, which say later of which of two copies
 * of a key counts ({@link io.vodis.slot.SlotProof}). One look at the target is enough for all slots
 * of the batch: nobody brings their keys there before they are opened.
 */
final class OpeningProofs {

  /** Returned when both servers have to be looked at (again) before anything can be proven. */
  static final long VOID = -1;

  private static final Logger LOGGER = LoggerFactory.getLogger(OpeningProofs.class);

  private final SlotWork work;
  private final Batch batch;

  /** That no key is on both servers; null until that has been looked at. */
  private @Nullable OpeningCheck check;

  OpeningProofs(SlotWork work, Batch batch) {
    this.work = work;
    this.batch = batch;
  }

  /** Whether {@link #look} is (again) to be called before the next slots are fenced. */
  boolean isMissing() {
    return check == null;
  }

  /**
   * Removes what is on both servers of slots that have not been opened yet.
   *
   * @param step called now and then; throws to end the look
   */
  void look(MigrationTask unopened, Runnable step) {
    check = work.migrator().check(unopened, step);
  }

  /**
   * Writes down on the target that no key of these slots is on both servers. They are fenced.
   *
   * @return the number under which they are to be opened, 0 for none, or {@link #VOID}
   * @throws RedisAdminException if a server does not answer as it should
   */
  long prove(Topology topology, Set<Integer> slotIds) {
    Optional<HostAndPort> source = topology.primaryOf(batch.sourceGroupId());
    Optional<HostAndPort> target = topology.primaryOf(batch.targetGroupId());
    if (source.isEmpty() || target.isEmpty()) {
      return 0;
    }
    OpeningCheck looked = check;
    boolean same =
        looked != null
            && looked.isAbout(source.get(), target.get())
            && !SweepGuard.isPromoting(topology, batch.way());
    // Each opening raises the epoch, so that none has the number of another.
    long proof = same && looked != null ? looked.prove(slotIds, topology.epoch()) : VOID;
    if (proof < 0) {
      check = null;
    }
    return proof;
  }

  /**
   * Nobody moves keys of these slots any more. What is left of it does no harm, and is written over
   * by the next move of the slot.
   */
  void forget(Topology topology, Collection<Integer> slotIds) {
    if (batch.sourceGroupId() == SlotMapping.NO_GROUP || slotIds.isEmpty()) {
      return;
    }
    for (HostAndPort server : servers(topology)) {
      try {
        OpeningCheck.forget(work.admin(), server, slotIds);
      } catch (RedisAdminException e) {
        LOGGER.info("proofs of slots are left on {}: {}", server, e.getMessage());
      }
    }
  }

  private List<HostAndPort> servers(Topology topology) {
    return Stream.of(batch.sourceGroupId(), batch.targetGroupId())
        .flatMap(groupId -> topology.primaryOf(groupId).stream())
        .toList();
  }
}

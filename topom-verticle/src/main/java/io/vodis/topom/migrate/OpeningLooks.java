package io.vodis.topom.migrate;

import io.vodis.lifecycle.Later;
import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.topom.plan.MigrationScheduler.Batch;
import io.vodis.topom.sweep.KnownKeys;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Looks at the keys of both servers of a batch before anything waits for it, as they take the
 * longer the more keys there are: at the source for the names of those that will be moved, at the
 * target for keys that are on both.
 */
final class OpeningLooks {

  private final SlotWork work;
  private final Batch batch;
  private final OpeningProofs proofs;
  private final SlotProgress progress;
  private final Runnable requireGoingOn;

  /** Looks of one batch; {@code requireGoingOn} throws if it is to stand still. */
  OpeningLooks(
      SlotWork work,
      Batch batch,
      OpeningProofs proofs,
      SlotProgress progress,
      Runnable requireGoingOn) {
    this.work = work;
    this.batch = batch;
    this.proofs = proofs;
    this.progress = progress;
    this.requireGoingOn = requireGoingOn;
  }

  /** Looks at the source, and at the same time at the target if that is missing. */
  Opening atBoth(Topology topology, List<SlotMapping> rows) {
    MigrationMethod method = chooseMethod(topology);
    if (!proofs.isMissing()) {
      return atSource(topology, rows, method);
    }
    AtomicBoolean abandoned = new AtomicBoolean();
    Later<Boolean> targetSeen =
        Later.by(
            "topom-look",
            () -> {
              atTarget(topology, rows, method, () -> requireGoingOn(abandoned));
              return true;
            });
    try {
      Opening opening = atSource(topology, rows, method);
      var unused = targetSeen.await();
      return opening;
    } catch (RuntimeException e) {
      // It removes keys, so nothing of it may go on when others open these slots.
      abandoned.set(true);
      targetSeen.awaitEnd();
      throw e;
    }
  }

  private void requireGoingOn(AtomicBoolean abandoned) {
    if (abandoned.get()) {
      throw new Held("one of its servers could not be looked at");
    }
    requireGoingOn.run();
  }

  private MigrationMethod chooseMethod(Topology topology) {
    Optional<HostAndPort> source = topology.primaryOf(batch.sourceGroupId());
    Optional<HostAndPort> target = topology.primaryOf(batch.targetGroupId());
    if (source.isEmpty() || target.isEmpty()) {
      return MigrationMethod.MIGRATE;
    }
    work.migrator().requireUnderstanding(source.get(), target.get());
    MigrationMethod method = work.migrator().chooseMethod(source.get(), target.get());
    boolean revocable =
        method == MigrationMethod.REVOCABLE_MIGRATE
            && work.users().prepare(batch.sourceGroupId(), batch.targetGroupId());
    return method == MigrationMethod.REVOCABLE_MIGRATE && !revocable
        ? MigrationMethod.MIGRATE
        : method;
  }

  private Opening atSource(Topology topology, List<SlotMapping> rows, MigrationMethod method) {
    Optional<HostAndPort> source = topology.primaryOf(batch.sourceGroupId());
    Optional<HostAndPort> target = topology.primaryOf(batch.targetGroupId());
    List<Integer> slotIds =
        rows.stream()
            .sorted(Comparator.comparing(slot -> !(slot.action() instanceof SlotAction.Pending)))
            .map(SlotMapping::slotId)
            .toList();
    if (source.isEmpty() || target.isEmpty() || !method.isOfPlainServers()) {
      return Opening.withoutLook(method, slotIds);
    }
    KnownKeys known =
        work.migrator()
            .survey(
                SlotBatch.task(source.get(), target.get(), method, rows), slotIds, requireGoingOn);
    long covered = slotIds.stream().filter(known::covers).count();
    progress.onSurveyed(known.size() * slotIds.size() / Math.max(1, covered));
    return new Opening(method, known);
  }

  /**
   * One look for all slots of the batch: nobody brings their keys to the target before they open.
   */
  void atTarget(Topology topology, List<SlotMapping> rows, MigrationMethod method) {
    atTarget(topology, rows, method, requireGoingOn);
  }

  private void atTarget(
      Topology topology, List<SlotMapping> rows, MigrationMethod method, Runnable step) {
    Optional<HostAndPort> source = topology.primaryOf(batch.sourceGroupId());
    Optional<HostAndPort> target = topology.primaryOf(batch.targetGroupId());
    List<SlotMapping> unopened =
        rows.stream()
            .filter(slot -> SlotBatch.isUnstarted(slot.action()))
            .filter(slot -> Opening.isProvable(method, slot))
            .toList();
    if (source.isEmpty() || target.isEmpty() || unopened.isEmpty()) {
      return;
    }
    proofs.look(
        SlotBatch.task(source.get(), target.get(), MigrationMethod.MIGRATE, unopened), step);
  }
}

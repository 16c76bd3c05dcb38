package io.vodis.topom.migrate;

import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.redis.ErrorCounts;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.Replies;
import io.vodis.store.StoreChange;
import io.vodis.topom.plan.MigrationScheduler;
import io.vodis.topom.plan.MigrationScheduler.Batch;
import io.vodis.topom.resync.StrangerConnections;
import io.vodis.topom.sweep.LeftoverCleaner;
import io.vodis.topom.sweep.MigrationTask;
import io.vodis.topom.sweep.SweepPacing;
import io.vodis.topom.sweep.WeighedKeys;
import io.vodis.topom.transition.Decision;
import io.vodis.topom.transition.SlotEvent;
import io.vodis.topom.transition.SlotTransitions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One batch of slots on its way from one group to another, in whatever states it was found. Each
 * turn looks at the stored states, does the work of one of them, and commits the next.
 *
 * <p>Slots are fenced a few at a time, so that their requests wait for small transactions only, and
 * their keys are moved before the next few are fenced: a request to an open slot may have to move
 * its keys first, so the fewer are open, the less clients feel. The names of the keys are known
 * from one look at the source; what it did not see is found by a pass over the source that proves
 * many slots at once to be empty.
 */
final class SlotBatch {

  private static final Logger LOGGER = LoggerFactory.getLogger(SlotBatch.class);
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration ANSWER_MAX = Duration.ofSeconds(3);
  private static final Duration SERVER_TIMEOUT = Duration.ofSeconds(1);

  /** A commit takes the longer the more rows it has; requests to the slots wait for two of them. */
  private static final int FENCED_SLOTS_MAX = 32;

  /** The same while hardly anybody is there to wait. */
  private static final int QUIET_FENCED_SLOTS_MAX = 128;

  /**
   * Slots that may be open while clients are at work. A pass that proves some of them empty looks
   * at every key of the source; so where nobody is kept waiting there is one for all.
   */
  private static final int OPEN_SLOTS_MAX = 128;

  /** Urgency of the states in which requests wait. */
  private static final int FENCED = 0;

  private static final Comparator<SlotAction> MOST_URGENT_FIRST =
      Comparator.comparingInt(SlotBatch::urgency);

  private final SlotWork work;
  private final Batch batch;
  private final SlotProgress progress;
  private volatile String waitingFor = "";

  private final PinnedMoves pinned;
  private final OpeningProofs proofs;
  private final OpeningLooks looks;
  private final SweepPacing pacing;

  /** How slots will be opened; null until that is known. */
  private @Nullable Opening opening;

  /** The known keys of the slots that are opened next, or of those that are open. */
  private WeighedKeys weighed = WeighedKeys.NONE;

  private final WaveWeights weights;

  /** Why no further slot of the batch is started; empty while there is no reason. */
  private String startsNoMore = "";

  SlotBatch(SlotWork work, Batch batch, SlotProgress progress) {
    this.work = work;
    this.batch = batch;
    this.progress = progress;
    this.pinned = new PinnedMoves(work, progress);
    this.proofs = new OpeningProofs(work, batch);
    this.looks = new OpeningLooks(work, batch, proofs, progress, this::requireGoingOn);
    this.pacing = work.migrator().pacing();
    this.weights = new WaveWeights(work, pacing, this::requireGoingOn);
  }

  Batch batch() {
    return batch;
  }

  SlotProgress progress() {
    return progress;
  }

  /** What the batch waits for, in words; empty while it works. */
  String waitingFor() {
    return waitingFor;
  }

  /**
   * Walks to the end.
   *
   * @throws Held if it cannot go on now
   */
  void run() {
    try {
      walk();
    } finally {
      weights.abandon();
    }
  }

  private void walk() {
    while (true) {
      work.term().requireNotEnded();
      Topology topology = work.topology().current();
      if (settlePinned(topology)) {
        continue;
      }
      Predicate<SlotMapping> goingOn = work.goingOn();
      boolean startsMore =
          startsNoMore.isEmpty() && !MigrationScheduler.mustYield(topology, batch.way(), goingOn);
      Optional<SlotAction> next =
          rows(topology)
              .filter(goingOn)
              .map(SlotMapping::action)
              .filter(action -> startsMore || !isUnstarted(action))
              .min(MOST_URGENT_FIRST);
      if (next.isEmpty() && !startsNoMore.isEmpty()) {
        throw new Held(startsNoMore);
      }
      if (next.isEmpty()) {
        return;
      }
      switch (next.get()) {
        case SlotAction.Idle idle -> {
          return;
        }
        case SlotAction.Preparing preparing -> fence(topology);
        case SlotAction.Prepared prepared -> open(topology);
        case SlotAction.Finished finished -> {
          awaitProxies(topology.epoch());
          proofs.forget(topology, slotsIn(topology, SlotAction.Finished.class));
          advance(new SlotEvent.Settled());
        }
        case SlotAction.Turning turning -> start(topology);
        case SlotAction.Pending pending -> {
          if (!moveKnownKeys(topology)) {
            if (!pacing.isBusy() || openSlots(topology).size() < OPEN_SLOTS_MAX) {
              start(topology);
            } else {
              moveKeys(topology);
            }
          }
        }
        case SlotAction.Migrating migrating -> {
          if (!moveKnownKeys(topology)) {
            moveKeys(topology);
          }
        }
      }
    }
  }

  /** Nobody is kept waiting; nobody has to ask two servers for longer than needed. */
  private static int urgency(SlotAction action) {
    return switch (action) {
      case SlotAction.Preparing preparing -> FENCED;
      case SlotAction.Prepared prepared -> FENCED;
      case SlotAction.Finished finished -> 1;
      case SlotAction.Turning turning -> 2;
      case SlotAction.Pending pending -> 2;
      case SlotAction.Migrating migrating -> 3;
      case SlotAction.Idle idle -> 4;
    };
  }

  static boolean isUnstarted(SlotAction action) {
    return action instanceof SlotAction.Pending || action instanceof SlotAction.Turning;
  }

  /** Requests wait for these keys, and nobody is moving them. */
  private boolean settlePinned(Topology topology) {
    Optional<SlotMapping> slot = rows(topology).filter(PinnedMoves::isUnsettled).findFirst();
    if (slot.isPresent()) {
      awaitNoPromotion();
      pinned.settle(work.topology().current(), slot.get());
    }
    return slot.isPresent();
  }

  private void open(Topology topology) {
    Opening found = opening;
    if (found == null) {
      advance(new SlotEvent.FenceExpired());
      return;
    }
    Set<Integer> slotIds =
        rows(topology)
            .filter(slot -> slot.action() instanceof SlotAction.Prepared)
            .filter(slot -> Opening.isProvable(found.method(), slot))
            .map(SlotMapping::slotId)
            .collect(Collectors.toCollection(TreeSet::new));
    long proof;
    try {
      proof = slotIds.isEmpty() ? 0 : proofs.prove(topology, slotIds);
    } catch (RedisAdminException e) {
      advance(new SlotEvent.FenceExpired());
      startsNoMore = String.valueOf(e.getMessage());
      return;
    }
    if (proof == OpeningProofs.VOID) {
      advance(new SlotEvent.FenceExpired());
    } else {
      WeighedKeys keys = weighed;
      advance(
          slot ->
              found.of(
                  slot, keys.pinned(slot.slotId()), slotIds.contains(slot.slotId()) ? proof : 0));
    }
  }

  private void requireGoingOn() {
    work.term().requireNotEnded();
    if (rows(work.topology().current()).noneMatch(work.goingOn())) {
      throw new Held("nothing of it is to go on");
    }
  }

  /** Which of the known keys of slots are big, and have to be pinned when the slots are opened. */
  private WeighedKeys weigh(Topology topology, Opening prepared, Set<Integer> slotIds) {
    Optional<HostAndPort> source = topology.primaryOf(batch.sourceGroupId());
    if (source.isEmpty()) {
      return WeighedKeys.NONE;
    }
    int pinnedNow =
        rows(topology)
            .filter(slot -> !slotIds.contains(slot.slotId()))
            .mapToInt(slot -> PinnedMoves.pinned(slot).size())
            .sum();
    int pinnedMax = work.migrator().settings().pinnedKeysMax() - pinnedNow;
    return weights.of(source.get(), prepared.known(), slotIds).pinning(pinnedMax);
  }

  /** Nothing is fenced before both servers and all proxies are known to answer. */
  private void start(Topology topology) {
    for (HostAndPort server : servers(topology)) {
      work.admin().ping(server, SERVER_TIMEOUT);
    }
    List<String> silent = work.resync().awaitAnswers(ANSWER_MAX);
    if (!silent.isEmpty()) {
      startsNoMore = "no answer from " + String.join(", ", silent);
      return;
    }
    // All that turn round do so at once: while keys went both ways between two servers, each could
    // be in a MIGRATE that waits for the other to end its own.
    boolean allAtOnce =
        batch.sourceGroupId() == SlotMapping.NO_GROUP
            || rows(topology).anyMatch(slot -> slot.action() instanceof SlotAction.Turning);
    Opening prepared = opening;
    if (prepared == null || !allAtOnce && startable(topology, prepared, 1).isEmpty()) {
      waitingFor = "a look at the keys of its servers";
      prepared = looks.atBoth(topology, rows(topology).toList());
      opening = prepared;
      waitingFor = "";
    } else if (proofs.isMissing()) {
      waitingFor = "a look for keys that are on both servers";
      looks.atTarget(topology, rows(topology).toList(), prepared.method());
      waitingFor = "";
    }
    for (SlotMapping slot : rows(topology).toList()) {
      pinned.removeCopies(topology, slot);
    }
    Set<Integer> next =
        startable(topology, prepared, allAtOnce ? Topology.SLOT_COUNT : fencedSlotsMax());
    weighed = weigh(topology, prepared, next);
    advance(
        new SlotEvent.Started(),
        work.goingOn().and(slot -> allAtOnce || next.contains(slot.slotId())),
        Topology.SLOT_COUNT);
  }

  private int fencedSlotsMax() {
    return pacing.isBusy() ? FENCED_SLOTS_MAX : QUIET_FENCED_SLOTS_MAX;
  }

  /** The next few slots to be fenced, among those whose keys are known. */
  private Set<Integer> startable(Topology topology, Opening prepared, int slotsMax) {
    return rows(topology)
        .filter(slot -> isUnstarted(slot.action()))
        .filter(work.goingOn())
        .map(SlotMapping::slotId)
        .filter(prepared.known()::covers)
        .limit(slotsMax)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The slots whose keys may be moved now. */
  private List<SlotMapping> openSlots(Topology topology) {
    return rows(topology)
        .filter(slot -> slot.action() instanceof SlotAction.Migrating)
        .filter(work.goingOn())
        .toList();
  }

  private void fence(Topology topology) {
    if (opening == null) {
      // Another leader began it: how it is to be opened has to be known first.
      advance(new SlotEvent.FenceExpired());
      return;
    }
    String reason = "";
    List<String> missing = work.resync().awaitAcknowledged(topology.epoch(), work.fenceMax());
    if (missing.isEmpty()) {
      try {
        Set<String> fenced = work.resync().acknowledged(topology.epoch());
        for (HostAndPort server : servers(topology)) {
          work.strangers().end(server, fenced, SERVER_TIMEOUT);
        }
        if (rows(topology).anyMatch(SlotBatch::isTurningRound)) {
          endTransfers(topology);
        }
      } catch (RedisAdminException e) {
        reason = String.valueOf(e.getMessage());
      }
    } else {
      reason = "not fenced in time by " + String.join(", ", missing);
    }
    if (reason.isEmpty()) {
      advance(new SlotEvent.Fenced());
    } else {
      advance(new SlotEvent.FenceExpired());
      startsNoMore = reason;
    }
  }

  private static boolean isTurningRound(SlotMapping slot) {
    return slot.action() instanceof SlotAction.Preparing preparing && preparing.returning();
  }

  /**
   * Makes sure that nothing the sweep has sent the other way can still arrive, before slots turn
   * round: its connections to the server they set out from are closed, which the server does only
   * between two MIGRATEs, and then those on which the other might be restoring. The proxies' own
   * moves have ended, or they would not have acknowledged the fence.
   */
  private void endTransfers(Topology topology) {
    String sweep = StrangerConnections.sweepName(work.term().number());
    Optional<HostAndPort> home = topology.primaryOf(batch.targetGroupId());
    home.ifPresent(server -> work.admin().killClients(server, sweep, SERVER_TIMEOUT));
    if (home.isPresent() && rows(topology).anyMatch(SlotBatch::isSemiAsync)) {
      endTransfersInBackground(home.get());
    }
    topology
        .primaryOf(batch.sourceGroupId())
        .ifPresent(away -> home.ifPresent(server -> work.dumps().settle(server, away)));
    String from = home.map(HostAndPort::host).orElse("");
    topology
        .primaryOf(batch.sourceGroupId())
        .ifPresent(
            away -> new LeftoverCleaner(work.admin(), SERVER_TIMEOUT).killRestores(from, away));
  }

  /** Moves the keys whose names are known of the slots that are open; false if there are none. */
  private boolean moveKnownKeys(Topology topology) {
    Opening prepared = opening;
    if (prepared == null || openSlots(topology).stream().noneMatch(prepared::knows)) {
      return false;
    }
    awaitProxies(topology.epoch());
    awaitNoPromotion();
    String left = movePinned();
    if (!left.isEmpty()) {
      LOGGER.info("{}: tried again when the other keys have moved", left);
    }
    Topology now = work.topology().current();
    List<SlotMapping> moving = openSlots(now).stream().filter(prepared::knows).toList();
    Optional<HostAndPort> source = now.primaryOf(batch.sourceGroupId());
    Optional<HostAndPort> target = now.primaryOf(batch.targetGroupId());
    Set<Integer> slotIds = moving.stream().map(SlotMapping::slotId).collect(Collectors.toSet());
    try {
      if (source.isPresent() && target.isPresent() && !moving.isEmpty()) {
        // Slots that an earlier leader has opened have not been weighed here.
        WeighedKeys keys = weighed.cover(slotIds) ? weighed : weigh(now, prepared, slotIds);
        weights.prepare(source.get(), prepared.known(), startable(now, prepared, fencedSlotsMax()));
        SweepGuard guard = new SweepGuard(work, now, batch.way(), slotIds);
        for (Map.Entry<MigrationMethod, List<SlotMapping>> slots : byMethod(moving).entrySet()) {
          MigrationTask task = task(source.get(), target.get(), slots.getKey(), slots.getValue());
          work.migrator().moveKnown(task, keys, pacing, guard, progress);
        }
      }
    } finally {
      slotIds.forEach(prepared.known()::forget); // A pass over the source finds what is left.
      weighed = WeighedKeys.NONE;
    }
    return true;
  }

  private static boolean isSemiAsync(SlotMapping slot) {
    return slot.action() instanceof SlotAction.Moving moving
        && moving.method() == MigrationMethod.SEMI_ASYNC;
  }

  /** A codis-server goes on sending when whoever has asked for it is gone. */
  private void endTransfersInBackground(HostAndPort home) {
    LeftoverCleaner cleaner = new LeftoverCleaner(work.admin(), SERVER_TIMEOUT);
    work.admin()
        .status(home, SERVER_TIMEOUT)
        .keysByDatabase()
        .keySet()
        .forEach(database -> cleaner.cancelTransfer(home, database));
  }

  private void moveKeys(Topology topology) {
    awaitProxies(topology.epoch());
    awaitNoPromotion();
    String left = movePinned();
    Topology now = work.topology().current();
    Optional<HostAndPort> source = now.primaryOf(batch.sourceGroupId());
    Optional<HostAndPort> target = now.primaryOf(batch.targetGroupId());
    List<SlotMapping> moving = openSlots(now);
    Set<Integer> slotIds =
        moving.stream().map(SlotMapping::slotId).collect(Collectors.toCollection(TreeSet::new));
    boolean emptied = source.isEmpty() || sweep(now, moving, slotIds);
    if (emptied) {
      source.ifPresent(from -> endLateRestores(from, target.orElseThrow(), moving));
      advance(
          new SlotEvent.Emptied(), slot -> slotIds.contains(slot.slotId()), Topology.SLOT_COUNT);
      if (!left.isEmpty()) {
        throw new Held(left);
      }
    }
  }

  /** Moves all keys of these slots, with one method after the other; false if it was stopped. */
  private boolean sweep(Topology now, List<SlotMapping> moving, Set<Integer> slotIds) {
    HostAndPort source = now.primaryOf(batch.sourceGroupId()).orElseThrow();
    HostAndPort target = now.primaryOf(batch.targetGroupId()).orElseThrow();
    SweepGuard guard = new SweepGuard(work, now, batch.way(), slotIds);
    for (Map.Entry<MigrationMethod, List<SlotMapping>> slots : byMethod(moving).entrySet()) {
      MigrationTask task = task(source, target, slots.getKey(), slots.getValue());
      if (!work.migrator().migrate(task, pacing, guard, progress)) {
        return false;
      }
    }
    return true;
  }

  private static Map<MigrationMethod, List<SlotMapping>> byMethod(List<SlotMapping> moving) {
    return moving.stream()
        .collect(
            Collectors.groupingBy(
                slot -> ((SlotAction.Moving) slot.action()).method(),
                TreeMap::new,
                Collectors.toList()));
  }

  /** Moves the pinned keys of all slots that may go on; returns why some are left. */
  private String movePinned() {
    String left = "";
    Predicate<SlotMapping> goingOn = work.goingOn();
    for (SlotMapping slot : rows(work.topology().current()).toList()) {
      if (slot.action() instanceof SlotAction.Migrating && goingOn.test(slot)) {
        Topology now = work.topology().current();
        SweepGuard guard = new SweepGuard(work, now, batch.way(), Set.of(slot.slotId()));
        left = pinned.move(now, slot, guard).orElse(left);
      }
    }
    return left;
  }

  /**
   * Attempts of movers that have failed may be under way even after the last key has moved. Until
   * now the movers have looked; from here on nobody does.
   */
  private void endLateRestores(HostAndPort source, HostAndPort target, List<SlotMapping> moved) {
    // A codis-server does not count them.
    boolean counted = moved.stream().allMatch(SlotBatch::isMovedByMigrate);
    String errors =
        Replies.text(
            work.admin().call(source, 0, SERVER_TIMEOUT, Replies.command("INFO", "errorstats")));
    if (!counted || ErrorCounts.failedMoves(errors) > 0) {
      new LeftoverCleaner(work.admin(), SERVER_TIMEOUT).killRestores(source.host(), target);
    }
  }

  private static boolean isMovedByMigrate(SlotMapping slot) {
    return slot.action() instanceof SlotAction.Moving moving && moving.method().isByMigrate();
  }

  static MigrationTask task(
      HostAndPort source, HostAndPort target, MigrationMethod method, List<SlotMapping> moving) {
    return new MigrationTask(
        source,
        moving.stream().collect(Collectors.toMap(SlotMapping::slotId, slot -> target)),
        moving.stream()
            .filter(MigrationScheduler::isReturning)
            .map(SlotMapping::slotId)
            .collect(Collectors.toSet()),
        moving.stream()
            .filter(slot -> proofOf(slot) != 0)
            .collect(Collectors.toMap(SlotMapping::slotId, SlotBatch::proofOf)),
        moving.stream().flatMap(slot -> PinnedMoves.pinned(slot).stream()).toList(),
        method);
  }

  private static long proofOf(SlotMapping slot) {
    return slot.action() instanceof SlotAction.Moving moving ? moving.proof() : 0;
  }

  private List<Integer> slotsIn(Topology topology, Class<? extends SlotAction> state) {
    return rows(topology)
        .filter(slot -> state.isInstance(slot.action()))
        .map(SlotMapping::slotId)
        .toList();
  }

  /** Only proxies that lag are hindered while this waits: all others serve the slots. */
  private void awaitProxies(long epoch) {
    while (true) {
      List<String> missing = work.resync().awaitAcknowledged(epoch, PATIENCE);
      if (missing.isEmpty()) {
        waitingFor = "";
        return;
      }
      waitingFor = "acknowledgement of " + String.join(", ", missing);
      work.term().requireNotEnded();
    }
  }

  private void awaitNoPromotion() {
    while (isPromoting()) {
      waitingFor = "the promotion of its source or target group";
      work.term().pause(Duration.ofMillis(50));
    }
    waitingFor = "";
  }

  private boolean isPromoting() {
    return SweepGuard.isPromoting(work.topology().current(), batch.way());
  }

  /** Commits the event for every slot of the batch to which it means something. */
  private void advance(SlotEvent event) {
    advance(slot -> event);
  }

  private void advance(Function<SlotMapping, SlotEvent> event) {
    advance(event, slot -> true, Topology.SLOT_COUNT);
  }

  private void advance(SlotEvent event, Predicate<SlotMapping> which, int slotsMax) {
    advance(slot -> event, which, slotsMax);
  }

  private void advance(
      Function<SlotMapping, SlotEvent> event, Predicate<SlotMapping> which, int slotsMax) {
    work.topology()
        .change(
            topology -> {
              List<StoreChange> changes = new ArrayList<>();
              rows(topology)
                  .forEach(
                      slot -> {
                        if (changes.size() < slotsMax
                            && which.test(slot)
                            && SlotTransitions.decide(slot, event.apply(slot))
                                instanceof Decision.Next<SlotMapping> next) {
                          changes.add(new StoreChange.PutSlot(next.row()));
                        }
                      });
              return changes;
            });
  }

  /** The batch's slots that still are on this way. */
  private Stream<SlotMapping> rows(Topology topology) {
    return batch.slotIds().stream()
        .map(topology::slot)
        .filter(slot -> !slot.isIdle())
        .filter(slot -> MigrationScheduler.wayOf(slot).equals(batch.way()));
  }

  private List<HostAndPort> servers(Topology topology) {
    return Stream.of(batch.sourceGroupId(), batch.targetGroupId())
        .flatMap(groupId -> topology.primaryOf(groupId).stream())
        .toList();
  }
}

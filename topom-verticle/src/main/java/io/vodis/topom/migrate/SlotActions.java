package io.vodis.topom.migrate;

import io.vodis.lifecycle.Periodic;
import io.vodis.lifecycle.Threads;
import io.vodis.lifecycle.VodisException;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.store.StoreException;
import io.vodis.topom.TopomView.ActionProgress;
import io.vodis.topom.plan.MigrationLimits;
import io.vodis.topom.plan.MigrationScheduler;
import io.vodis.topom.plan.MigrationScheduler.Batch;
import io.vodis.topom.plan.MigrationScheduler.Way;
import io.vodis.topom.transition.SlotTransitions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the slot actions of a term: starts the batches that may run, each on a virtual thread, and
 * tries again later what could not go on. What is found unfinished in the store is gone on with.
 */
public final class SlotActions implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(SlotActions.class);
  private static final Duration PERIOD = Duration.ofMillis(500);
  private static final long HOLD_MIN_MILLIS = 500;
  private static final long HOLD_MAX_MILLIS = 10_000;

  /** A way that failed: why, how often in a row, and until when it is left alone. */
  private record Hold(String reason, int failures, long untilNanos) {}

  private final SlotWork work;
  private final LongAdder movedKeys;
  private final Map<Way, SlotBatch> running = new ConcurrentHashMap<>();
  private final Map<Way, Hold> holds = new ConcurrentHashMap<>();
  private volatile double lastKeysPerSecond;
  private @Nullable Periodic loop;

  /**
   * Actions that do not run yet.
   *
   * @param movedKeys counts the keys moved by all batches
   */
  public SlotActions(SlotWork work, LongAdder movedKeys) {
    this.work = work;
    this.movedKeys = movedKeys;
  }

  public void start() {
    loop = Periodic.start("topom-slot-actions", PERIOD, this::schedule);
  }

  /** Something has changed that may let an action run. */
  public void wake() {
    Periodic started = loop;
    if (started != null) {
      started.wake();
    }
  }

  /** Whether a batch that involves the group is being worked on now. */
  public boolean isRunning(int groupId) {
    return running.values().stream().anyMatch(run -> run.batch().involves(groupId));
  }

  /** How fast keys were moved by the last batch that moved some; 0 if none has. */
  public double lastKeysPerSecond() {
    return lastKeysPerSecond;
  }

  /** Every action of the topology, in order. */
  public List<ActionProgress> progress(Topology topology) {
    List<ActionProgress> actions = new ArrayList<>();
    for (SlotMapping slot : topology.slots()) {
      if (slot.action() instanceof SlotAction.Moving moving) {
        actions.add(progress(topology, slot, moving));
      }
    }
    actions.sort(Comparator.comparingInt(ActionProgress::index));
    return actions;
  }

  /** The actions as a topom sees them that does not lead. */
  public static List<ActionProgress> progressUnknown(Topology topology) {
    return topology.slots().stream()
        .filter(slot -> slot.action() instanceof SlotAction.Moving)
        .map(slot -> action(slot, (SlotAction.Moving) slot.action(), "", null))
        .sorted(Comparator.comparingInt(ActionProgress::index))
        .toList();
  }

  /** The batches end at their next step, because the term has. */
  @Override
  public void close() {
    Periodic started = loop;
    if (started != null) {
      started.close();
    }
  }

  private void schedule() {
    if (!work.term().isCurrent()) {
      return;
    }
    long now = work.clock().nanoTime();
    Set<Way> held =
        holds.entrySet().stream()
            .filter(entry -> now - entry.getValue().untilNanos() < 0)
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    Topology topology = work.topology().current();
    List<Batch> active = active();
    for (Batch batch :
        MigrationScheduler.next(
            topology, active, held, work.goingOn(), work.limits().parallelSlots())) {
      SlotBatch run = new SlotBatch(work, batch, new SlotProgress(work.clock(), movedKeys));
      running.put(batch.way(), run);
      var unused = Threads.current().start("topom-slots " + batch.way(), () -> run(run));
    }
  }

  private List<Batch> active() {
    return running.values().stream().map(SlotBatch::batch).toList();
  }

  private void run(SlotBatch run) {
    Batch batch = run.batch();
    Way way = batch.way();
    LOGGER.info(
        "{} slots from group {} to group {} go on",
        batch.slotIds().size(),
        way.sourceGroupId(),
        way.targetGroupId());
    try {
      run.run();
      holds.remove(way);
      run.progress().measuredKeysPerSecond().ifPresent(rate -> lastKeysPerSecond = rate);
      LOGGER.info(
          "slots from group {} to group {} are done, or stand still",
          way.sourceGroupId(),
          way.targetGroupId());
    } catch (StoreException e) {
      if (e.reason() == StoreException.Reason.NOT_LEADER) {
        work.term().end();
      } else {
        hold(way, e);
      }
    } catch (VodisException e) {
      hold(way, e);
    } catch (RuntimeException e) {
      LOGGER.error("slots from group {} failed", way.sourceGroupId(), e);
      hold(way, e);
    } finally {
      running.remove(way);
      wake();
    }
  }

  private void hold(Way way, RuntimeException error) {
    String reason = String.valueOf(error.getMessage());
    Hold hold =
        holds.compute(
            way,
            (key, before) -> {
              int failures = before == null ? 1 : before.failures() + 1;
              long millis = HOLD_MIN_MILLIS << Math.min(failures - 1, 5);
              return new Hold(
                  reason,
                  failures,
                  work.clock().nanoTime() + Math.min(millis, HOLD_MAX_MILLIS) * 1_000_000);
            });
    LOGGER.warn(
        "slots from group {} to group {} wait (attempt {}): {}",
        way.sourceGroupId(),
        way.targetGroupId(),
        hold.failures(),
        reason);
  }

  private ActionProgress progress(Topology topology, SlotMapping slot, SlotAction.Moving moving) {
    Way way = MigrationScheduler.wayOf(slot);
    MigrationLimits limits = work.configured().under(topology.control());
    Optional<String> still = limits.hold(slot, work.clock().now());
    SlotBatch run = running.get(way);
    if (run != null && run.batch().slotIds().contains(slot.slotId())) {
      return action(slot, moving, still.orElseGet(run::waitingFor), run.progress());
    }
    Hold hold = holds.get(way);
    String waitingFor =
        still.orElseGet(
            () ->
                hold != null
                    ? hold.reason()
                    : MigrationScheduler.waitingFor(
                        topology, active(), slot, limits.parallelSlots()));
    return action(slot, moving, waitingFor, null);
  }

  private static ActionProgress action(
      SlotMapping slot,
      SlotAction.Moving moving,
      String waitingFor,
      @Nullable SlotProgress progress) {
    return new ActionProgress(
        slot.slotId(),
        slot.groupId(),
        moving.targetGroupId(),
        moving.index(),
        SlotTransitions.stateName(moving),
        MigrationScheduler.isReturning(slot),
        waitingFor,
        progress == null ? 0 : progress.movedKeys(slot.slotId()),
        progress == null ? 0 : progress.keysPerSecond(),
        progress == null ? null : progress.eta(),
        progress == null ? List.of() : progress.bigKeys(slot.slotId()));
  }
}

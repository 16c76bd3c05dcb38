package io.vodis.topom.sweep;

import io.vodis.model.HostAndPort;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import io.vodis.slot.SlotProof;
import io.vodis.topom.sweep.KeyPage.MovingKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that no key of slots is on both servers when they are opened, and writes that down on
 * the target ({@link SlotProof}). In two steps: a pass over the target while the slots are still
 * served as before, which takes its time, and behind the fence what can have changed since.
 *
 * <p>What can have changed: nobody brings keys of a slot to its target before it is opened there.
 * But a key that was there alone, left from long ago, may have been created on the source
 * meanwhile. Of a slot that turns round, movers go on until the fence; what they leave on both
 * servers is twice the same. And the target may have been replaced or started anew: then the check
 * is void.
 */
public final class OpeningCheck {

  private static final Logger LOGGER = LoggerFactory.getLogger(OpeningCheck.class);

  /** Keys that are looked at again behind the fence. */
  private static final int LONE_MAX = 10_000;

  private static final Duration FENCED_TIMEOUT = Duration.ofSeconds(1);

  /** A key that is on the target and not on the source, though the slot has not been there. */
  private record Lone(int database, MovingKey key) {}

  private final RedisAdmin admin;
  private final MigrationTask task;
  private final HostAndPort target;
  private final LeftoverCleaner cleaner;
  private final List<Lone> lone = new ArrayList<>();
  private String targetRunId = "";
  private boolean tooMany;

  private OpeningCheck(RedisAdmin admin, MigrationTask task, HostAndPort target) {
    this.admin = admin;
    this.task = task;
    this.target = target;
    this.cleaner = new LeftoverCleaner(admin, FENCED_TIMEOUT);
  }

  /**
   * Looks at every key of the task's slots on its target. Of one that is on both servers it removes
   * the copy that does not count: the target's, or as the way there says for a slot that turns
   * round, which has the source of the way there for a target now.
   *
   * @param task one way, all slots to the same target; {@code returning} are those that turn round,
   *     {@code proofs} the numbers of their way there
   * @param step called between pages; throws if the check is to end
   */
  public static OpeningCheck of(
      RedisAdmin admin, MigrationSettings settings, MigrationTask task, Runnable step) {
    HostAndPort target = task.targetBySlot().values().iterator().next();
    OpeningCheck check = new OpeningCheck(admin, task, target);
    var status = admin.status(target, settings.migrationTimeout());
    check.targetRunId = status.runId();
    for (int database : status.keysByDatabase().keySet()) {
      check.pass(new SourceServer(admin, settings, target, database), settings, step);
    }
    if (!check.lone.isEmpty()) {
      LOGGER.warn(
          "{} has {} keys of slots that are moved to it which their owner {} does not have",
          target,
          check.tooMany ? "more than " + LONE_MAX : check.lone.size(),
          task.source());
    }
    return check;
  }

  /** Whether both servers are those that were looked at. */
  public boolean isAbout(HostAndPort from, HostAndPort to) {
    return task.source().equals(from) && target.equals(to);
  }

  private void pass(SourceServer scanned, MigrationSettings settings, Runnable step) {
    scanned.eachPage(
        task,
        page -> {
          List<MovingKey> keys = page.keysByTarget().getOrDefault(target, List.of());
          List<Reply> there = exist(scanned.database(), keys, settings.migrationTimeout());
          for (int i = 0; i < keys.size(); i++) {
            onKey(scanned.database(), keys.get(i), Replies.number(there.get(i), 0) > 0);
          }
          step.run();
        });
  }

  private List<Reply> exist(int database, List<MovingKey> keys, Duration timeout) {
    if (keys.isEmpty()) {
      return List.of();
    }
    return admin.callAll(
        task.source(),
        database,
        timeout,
        keys.stream().map(key -> List.of(ascii("EXISTS"), key.name())).toList());
  }

  private void onKey(int database, MovingKey key, boolean onSourceToo) {
    boolean turns = task.returning().contains(key.slotId());
    if (onSourceToo && turns) {
      long proof = task.proofs().getOrDefault(key.slotId(), 0L);
      cleaner.removeSecondCopy(target, task.source(), database, key.name(), proof, false);
    } else if (onSourceToo) {
      cleaner.removeLeftover(task.source(), target, database, key.name());
    } else if (!turns && lone.size() < LONE_MAX) {
      lone.add(new Lone(database, key));
    } else if (!turns) {
      tooMany = true;
    }
  }

  /**
   * Ends the check for slots that are fenced.
   *
   * @param number one that these slots were never opened under
   * @return the number if it is written down, 0 if that cannot be; negative if the check is void
   * @throws io.vodis.redis.RedisAdminException if a server does not answer as it should
   */
  public long prove(Collection<Integer> slotIds, long number) {
    if (!task.targetBySlot().keySet().containsAll(slotIds)) {
      return -1;
    }
    if (tooMany) {
      return 0;
    }
    for (Lone one : lone) {
      if (slotIds.contains(one.key().slotId())) {
        cleaner.removeLeftover(task.source(), target, one.database(), one.key().name());
      }
    }
    List<byte[]> write = new ArrayList<>(List.of(ascii("HMSET"), SlotProof.key()));
    for (int slotId : slotIds) {
      write.add(SlotProof.field(slotId));
      write.add(SlotProof.value(number));
    }
    admin.call(target, SlotProof.DATABASE, FENCED_TIMEOUT, write);
    // Asked afterwards: so it was written by the process that was looked at.
    boolean same = admin.status(target, FENCED_TIMEOUT).runId().equals(targetRunId);
    return same ? number : -1;
  }

  /** Removes what was written down about slots whose move is over. */
  public static void forget(RedisAdmin admin, HostAndPort server, Collection<Integer> slotIds) {
    List<byte[]> command = new ArrayList<>(List.of(ascii("HDEL"), SlotProof.key()));
    slotIds.forEach(slotId -> command.add(SlotProof.field(slotId)));
    admin.call(server, SlotProof.DATABASE, FENCED_TIMEOUT, command);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

package io.vodis.topom.promote;

import io.vodis.lifecycle.Later;
import io.vodis.lifecycle.Periodic;
import io.vodis.lifecycle.Threads;
import io.vodis.lifecycle.VodisException;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Promotion;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.ServerStatus;
import io.vodis.store.StoreChange;
import io.vodis.store.StoreException;
import io.vodis.topom.TopomException;
import io.vodis.topom.TopomException.Code;
import io.vodis.topom.audit.Auditor;
import io.vodis.topom.edit.GroupEdits;
import io.vodis.topom.transition.Decision;
import io.vodis.topom.transition.PromotionEvent;
import io.vodis.topom.transition.PromotionTransitions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the promotions of a term, each on a virtual thread: those asked for, and those found
 * unfinished in the store.
 */
public final class GroupPromotions implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(GroupPromotions.class);
  private static final Duration PERIOD = Duration.ofMillis(500);
  private static final Duration SERVER_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration PROXY_PATIENCE = Duration.ofSeconds(1);

  private final PromotionWork work;
  private final Map<Integer, Later<String>> running = new ConcurrentHashMap<>();
  private @Nullable Periodic loop;

  public GroupPromotions(PromotionWork work) {
    this.work = work;
  }

  public void start() {
    loop = Periodic.start("topom-promotions", PERIOD, this::resumeUnfinished);
  }

  /**
   * Starts a failover. Returns once it is committed; it goes on by itself.
   *
   * @param primary that is to be replaced
   * @throws TopomException {@code CONFLICT} if it is not the primary or the group is promoting
   *     otherwise
   */
  public void failOver(
      int groupId, HostAndPort primary, HostAndPort firstCandidate, Auditor auditor) {
    work.topology()
        .change(
            topology -> {
              Group group = GroupEdits.existing(topology, groupId);
              if (isReplacing(group, primary)) {
                return List.of();
              }
              if (!group.primary().map(s -> s.address().equals(primary)).orElse(false)) {
                throw new TopomException(
                    Code.CONFLICT, primary + " is not the primary of group " + groupId);
              }
              return auditor.audited(
                  "fail over group " + groupId + " from " + primary,
                  request(group, new PromotionEvent.Requested(firstCandidate, false)));
            });
    resumeUnfinished();
  }

  /**
   * Makes a replica primary, with a living primary and nothing lost. Blocks until every proxy uses
   * it.
   *
   * @throws TopomException if it was not done; then nothing has changed
   */
  public void switchOver(int groupId, HostAndPort replica, Duration timeout, Auditor auditor) {
    requireReady(groupId, replica);
    work.topology()
        .change(
            topology -> {
              requireNoMove(topology, groupId);
              return auditor.audited(
                  "begin to promote " + replica + " in group " + groupId,
                  request(
                      GroupEdits.existing(topology, groupId),
                      new PromotionEvent.Requested(replica, true)));
            });
    await(groupId, run(groupId), timeout);
    if (!work.topology().current().primaryOf(groupId).equals(Optional.of(replica))) {
      throw new TopomException(Code.CONFLICT, "the promotion was given up; the log says why");
    }
  }

  /** Nothing is fenced for a switchover that can be seen to fail. */
  private void requireReady(int groupId, HostAndPort replica) {
    GroupEdits.existing(work.topology().current(), groupId);
    try {
      ServerStatus status = work.admin().status(replica, SERVER_TIMEOUT);
      if (status.primary()) {
        throw new TopomException(
            Code.CONFLICT,
            replica + " is a primary itself, not yet a replica; nothing has changed");
      }
      if (!status.linkUp()) {
        throw new TopomException(
            Code.CONFLICT, replica + " is not connected to its primary; nothing has changed");
      }
    } catch (RedisAdminException e) {
      throw new TopomException(Code.UNAVAILABLE, e.getMessage() + "; nothing has changed", e);
    }
    List<String> silent = work.resync().awaitAnswers(PROXY_PATIENCE);
    if (!silent.isEmpty()) {
      throw new TopomException(
          Code.CONFLICT, "nothing has changed: no answer from " + String.join(", ", silent));
    }
  }

  private static void await(int groupId, Later<String> outcome, Duration timeout) {
    Optional<String> reason;
    try {
      reason = outcome.await(timeout);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TopomException(Code.UNAVAILABLE, "interrupted; the promotion goes on", e);
    } catch (VodisException | IllegalStateException e) {
      throw new TopomException(Code.UNAVAILABLE, "the promotion goes on: " + e.getMessage(), e);
    }
    if (reason.isEmpty()) {
      throw new TopomException(
          Code.UNAVAILABLE, "the promotion in group " + groupId + " still goes on");
    }
    if (!reason.get().isEmpty()) {
      throw new TopomException(Code.CONFLICT, "nothing has changed: " + reason.get());
    }
  }

  @Override
  public void close() {
    Periodic started = loop;
    if (started != null) {
      started.close();
    }
  }

  private void resumeUnfinished() {
    if (!work.term().isCurrent()) {
      return;
    }
    for (Group group : work.topology().current().groups().values()) {
      if (!group.promotion().equals(Promotion.NONE)) {
        var unused = run(group.groupId());
      }
    }
  }

  private Later<String> run(int groupId) {
    Later<String> outcome = new Later<>();
    Later<String> before = running.putIfAbsent(groupId, outcome);
    if (before != null) {
      return before;
    }
    var unused = Threads.current().start("topom-promotion " + groupId, () -> run(groupId, outcome));
    return outcome;
  }

  private void run(int groupId, Later<String> outcome) {
    try {
      String reason = new GroupPromotion(work, groupId).run();
      if (reason.isEmpty()) {
        LOGGER.info(
            "group {} has {} as its primary now",
            groupId,
            work.topology().current().primaryOf(groupId).map(Object::toString).orElse("none"));
      }
      running.remove(groupId);
      outcome.complete(reason);
    } catch (VodisException e) {
      if (e instanceof StoreException store && store.reason() == StoreException.Reason.NOT_LEADER) {
        work.term().end();
      }
      LOGGER.warn("promotion in group {} will be gone on with: {}", groupId, e.getMessage());
      running.remove(groupId);
      outcome.fail(e);
    } finally {
      // Also after an error that nobody expects: the promotion is taken up again.
      running.remove(groupId, outcome);
      outcome.fail(new IllegalStateException("failed, see the log"));
    }
  }

  private static boolean isReplacing(Group group, HostAndPort primary) {
    return switch (group.promotion()) {
      case Promotion.None none -> false;
      case Promotion.Preparing preparing -> isPrimary(group, primary) && !preparing.planned();
      case Promotion.Prepared prepared -> isPrimary(group, primary) && !prepared.planned();
      case Promotion.Finished finished -> false;
    };
  }

  private static boolean isPrimary(Group group, HostAndPort server) {
    return group.primary().map(s -> s.address().equals(server)).orElse(false);
  }

  /** A switchover waits for nobody, so it does not begin while keys are on their way. */
  private static void requireNoMove(Topology topology, int groupId) {
    for (SlotMapping slot : topology.slots()) {
      if (slot.action() instanceof SlotAction.Moving moving
          && !(moving instanceof SlotAction.Pending)
          && (slot.groupId() == groupId || moving.targetGroupId() == groupId)) {
        throw new TopomException(
            Code.CONFLICT, "slots of group " + groupId + " are being moved; wait for them");
      }
    }
  }

  private static List<StoreChange> request(Group group, PromotionEvent.Requested event) {
    return switch (PromotionTransitions.decide(group, event)) {
      case Decision.Next<Group> next -> List.of(new StoreChange.PutGroup(next.row()));
      case Decision.Rejected<Group> rejected ->
          throw new TopomException(Code.CONFLICT, rejected.reason());
    };
  }
}

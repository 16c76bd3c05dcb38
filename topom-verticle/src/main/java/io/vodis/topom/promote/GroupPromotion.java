package io.vodis.topom.promote;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Promotion;
import io.vodis.model.Server;
import io.vodis.model.Topology;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.ServerStatus;
import io.vodis.store.StoreChange;
import io.vodis.topom.sweep.LeftoverCleaner;
import io.vodis.topom.transition.Decision;
import io.vodis.topom.transition.PromotionEvent;
import io.vodis.topom.transition.PromotionTransitions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One group on its way to another primary, in whatever state it was found. Each turn looks at the
 * stored state, does the work of that state, and commits the next.
 *
 * <p>A planned switchover gives up, and the old primary serves again, as soon as anything takes too
 * long. A failover goes on until a replica can be promoted or the old primary is back.
 */
final class GroupPromotion {

  private static final Logger LOGGER = LoggerFactory.getLogger(GroupPromotion.class);
  private static final Duration SERVER_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration DEAD_SERVER_TIMEOUT = Duration.ofMillis(300);
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration PROOFS_PATIENCE = Duration.ofSeconds(5);
  private static final Duration SOURCES_PATIENCE = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration RETRY = Duration.ofMillis(300);
  private static final int PROMOTE_ATTEMPTS_MAX = 3;

  private final PromotionWork work;
  private final int groupId;
  private String reason = "";

  GroupPromotion(PromotionWork work, int groupId) {
    this.work = work;
    this.groupId = groupId;
  }

  /**
   * Walks to the end.
   *
   * @return why the promotion was given up; empty if the candidate is primary now
   */
  String run() {
    while (true) {
      work.term().requireNotEnded();
      Optional<Group> group = work.topology().current().group(groupId);
      if (group.isEmpty()) {
        return "group " + groupId + " is gone";
      }
      switch (group.get().promotion()) {
        case Promotion.None none -> {
          return reason;
        }
        case Promotion.Preparing preparing -> fence(group.get(), preparing);
        case Promotion.Prepared prepared -> promote(group.get(), prepared);
        case Promotion.Finished finished -> settle();
      }
    }
  }

  private void fence(Group group, Promotion.Preparing preparing) {
    boolean planned = preparing.planned();
    HostAndPort oldPrimary = group.primary().orElseThrow().address();
    long epoch = work.topology().current().epoch();
    List<String> missing = work.resync().awaitAcknowledged(epoch, work.fenceMax());
    if (!missing.isEmpty()) {
      String text = "not fenced in time by " + String.join(", ", missing);
      if (planned || isServing(oldPrimary)) {
        abort(text);
      } else {
        LOGGER.warn("failover of group {} waits: {}", groupId, text);
      }
      return;
    }
    if (!endStrangers(oldPrimary, epoch, planned) || !awaitNoMove(planned)) {
      return;
    }
    endTransfers(oldPrimary);
    if (!planned) {
      endMovesTo();
    }
    Optional<HostAndPort> candidate = planned ? Optional.of(preparing.candidate()) : choose(group);
    if (candidate.isPresent()) {
      advance(new PromotionEvent.Fenced(candidate.get()));
    } else if (isServing(oldPrimary)) {
      abort("no replica can be promoted and the old primary answers again");
    } else {
      LOGGER.warn("failover of group {} waits: no replica can be promoted", groupId);
      work.term().pause(RETRY);
    }
  }

  /** False if the switchover was given up for it; a dead server cannot be asked. */
  private boolean endStrangers(HostAndPort oldPrimary, long epoch, boolean planned) {
    try {
      work.strangers()
          .end(
              oldPrimary,
              work.resync().acknowledged(epoch),
              planned ? SERVER_TIMEOUT : DEAD_SERVER_TIMEOUT);
      return true;
    } catch (RedisAdminException e) {
      if (planned) {
        abort(String.valueOf(e.getMessage()));
      }
      return !planned;
    }
  }

  /**
   * A sweep sees the promotion and stops by itself; one call of it may still be under way, for ever
   * if the old primary hangs.
   */
  private boolean awaitNoMove(boolean planned) {
    long deadline = work.clock().nanoTime() + PATIENCE.toNanos();
    while (work.isMoving().test(groupId)) {
      if (work.clock().nanoTime() - deadline >= 0) {
        if (planned) {
          abort("keys of the group are being moved");
        }
        return !planned;
      }
      work.term().pause(POLL);
    }
    return true;
  }

  /**
   * What the old primary has sent of keys that move may still be on its way to their target. Nobody
   * asks it for more; its successor is asked for the same keys next, they are used on the target,
   * and perhaps deleted there: then what is late must not arrive any more. A target that does not
   * answer has no time to lose either.
   */
  private void endTransfers(HostAndPort oldPrimary) {
    Topology topology = work.topology().current();
    // Nor anything that it finds before it when it goes on after standing still.
    work.users().settle(OpenWays.othersOf(topology, groupId));
    for (HostAndPort target : OpenWays.othersOf(topology, groupId)) {
      try {
        new LeftoverCleaner(work.admin(), SERVER_TIMEOUT).killRestores(oldPrimary.host(), target);
      } catch (RedisAdminException e) {
        LOGGER.warn(
            "what {} may have sent to {} is not ended: {}", oldPrimary, target, e.getMessage());
      }
    }
  }

  /**
   * If the old primary only stands still, and goes on before it is told who has replaced it, it
   * takes in keys that are still sent to it, and they would be deleted on their sources and lost
   * with it. So nobody is named in its place before the sources have nothing to send any more. One
   * that stands still itself is waited for, but not for ever: it is about to be replaced too.
   */
  private void endMovesTo() {
    long deadline = work.clock().nanoTime() + SOURCES_PATIENCE.toNanos();
    Set<HostAndPort> settled = new HashSet<>();
    while (true) {
      Set<HostAndPort> sources =
          new LinkedHashSet<>(OpenWays.sourcesTo(work.topology().current(), groupId));
      sources.removeAll(settled);
      if (sources.isEmpty()) {
        return;
      }
      String silent = "";
      for (HostAndPort source : sources) {
        try {
          work.strangers().endMoves(source, SERVER_TIMEOUT);
          settled.add(source);
        } catch (RedisAdminException e) {
          silent = String.valueOf(e.getMessage());
        }
      }
      if (!silent.isEmpty() && work.clock().nanoTime() - deadline >= 0) {
        LOGGER.warn("what is sent to group {} may get lost with its primary: {}", groupId, silent);
        return;
      }
      if (!silent.isEmpty()) {
        work.term().pause(RETRY);
      }
    }
  }

  private Optional<HostAndPort> choose(Group group) {
    List<ServerStatus> answers = new ArrayList<>();
    for (Server replica : group.replicas()) {
      try {
        answers.add(work.admin().status(replica.address(), SERVER_TIMEOUT));
      } catch (RedisAdminException e) {
        LOGGER.info("{} is no candidate: {}", replica.address(), e.getMessage());
      }
    }
    PrimaryData data = work.dataOf().apply(group.primary().orElseThrow().address());
    Optional<ServerStatus> best = CandidateRanking.best(answers, data);
    if (best.isEmpty() && !answers.isEmpty()) {
      LOGGER.warn(
          "no replica of group {} has the data of its primary (replication ids {}): {}",
          groupId,
          data.ids().isEmpty() ? "unknown" : data.ids(),
          answers);
    }
    best.ifPresent(
        status ->
            LOGGER.info(
                "{} is the best of {} replicas of group {}, offset {}",
                status.server(),
                answers.size(),
                groupId,
                status.offset()));
    return best.map(ServerStatus::server);
  }

  private void promote(Group group, Promotion.Prepared prepared) {
    HostAndPort candidate = prepared.candidate();
    HostAndPort oldPrimary = group.primary().orElseThrow().address();
    if (prepared.planned() && !catchUp(oldPrimary, candidate)) {
      return;
    }
    if (!makePrimary(candidate)) {
      if (prepared.planned() || isServing(oldPrimary)) {
        abort(candidate + " cannot be promoted");
      } else {
        advance(new PromotionEvent.CandidateLost());
      }
      return;
    }
    repoint(group, candidate, prepared.planned());
    completeProofs(candidate);
    advance(new PromotionEvent.Promoted());
  }

  /** Nobody writes any more: the candidate has all when it has what the primary has now. */
  private boolean catchUp(HostAndPort primary, HostAndPort candidate) {
    long deadline = work.clock().nanoTime() + work.fenceMax().toNanos();
    String problem = "";
    while (work.clock().nanoTime() - deadline < 0) {
      try {
        ServerStatus ahead = work.admin().status(primary, SERVER_TIMEOUT);
        ServerStatus behind = work.admin().status(candidate, SERVER_TIMEOUT);
        if (CaughtUp.has(behind, ahead)) {
          return true;
        }
        problem = CaughtUp.problem(behind, ahead);
      } catch (RedisAdminException e) {
        problem = String.valueOf(e.getMessage());
      }
      work.term().pause(POLL);
    }
    abort(problem);
    return false;
  }

  private boolean makePrimary(HostAndPort candidate) {
    for (int attempt = 1; attempt <= PROMOTE_ATTEMPTS_MAX; attempt++) {
      work.term().confirm();
      try {
        work.admin().promote(candidate, SERVER_TIMEOUT);
        return true;
      } catch (RedisAdminException e) {
        LOGGER.warn("promoting {} failed: {}", candidate, e.getMessage());
        work.term().pause(RETRY);
      }
    }
    return false;
  }

  /**
   * Waits for the other servers of slots that move, which may be about to be replaced themselves;
   * but not for ever, as this group has other slots too.
   */
  private void completeProofs(HostAndPort successor) {
    SuccessorProofs proofs = new SuccessorProofs(work.admin(), SERVER_TIMEOUT);
    long deadline = work.clock().nanoTime() + PROOFS_PATIENCE.toNanos();
    while (true) {
      try {
        proofs.complete(
            work.topology().current(), groupId, successor, work.term()::requireNotEnded);
        return;
      } catch (RedisAdminException e) {
        LOGGER.warn(
            "which copies count of keys that are moved to {}: {}", successor, e.getMessage());
        if (work.clock().nanoTime() - deadline >= 0) {
          return;
        }
        work.term().pause(RETRY);
      }
    }
  }

  /** What fails here is repaired by reconciliation; a dead old primary is left to it at once. */
  private void repoint(Group group, HostAndPort primary, boolean planned) {
    List<Server> others = planned ? group.servers() : group.replicas();
    for (Server server : others) {
      if (server.address().equals(primary)) {
        continue;
      }
      try {
        work.admin().replicate(server.address(), primary, DEAD_SERVER_TIMEOUT);
      } catch (RedisAdminException e) {
        LOGGER.info("{} does not follow {} yet: {}", server.address(), primary, e.getMessage());
      }
    }
  }

  private void settle() {
    settleUsers();
    long epoch = work.topology().current().epoch();
    while (!work.resync().awaitAcknowledged(epoch, PATIENCE).isEmpty()) {
      work.term().requireNotEnded();
    }
    advance(new PromotionEvent.Settled());
  }

  private boolean isServing(HostAndPort server) {
    try {
      ServerStatus status = work.admin().status(server, DEAD_SERVER_TIMEOUT);
      return status.primary() && !status.loading();
    } catch (RedisAdminException e) {
      return false;
    }
  }

  private void abort(String why) {
    LOGGER.warn("promotion in group {} is given up: {}", groupId, why);
    reason = why;
    advance(new PromotionEvent.Aborted());
    settleUsers();
  }

  /** Whoever is primary now may restore keys where they move, and others may on it. */
  private void settleUsers() {
    Topology topology = work.topology().current();
    Set<HostAndPort> ends = new LinkedHashSet<>(OpenWays.othersOf(topology, groupId));
    topology.primaryOf(groupId).ifPresent(ends::add);
    work.users().settle(ends);
  }

  private void advance(PromotionEvent event) {
    work.topology()
        .change(
            topology ->
                topology
                    .group(groupId)
                    .flatMap(
                        group ->
                            PromotionTransitions.decide(group, event)
                                    instanceof Decision.Next<Group> next
                                ? Optional.of(next.row())
                                : Optional.empty())
                    .<List<StoreChange>>map(group -> List.of(new StoreChange.PutGroup(group)))
                    .orElse(List.of()));
  }
}

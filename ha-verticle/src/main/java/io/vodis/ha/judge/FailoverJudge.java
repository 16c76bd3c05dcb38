package io.vodis.ha.judge;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Server;
import java.util.List;
import java.util.Optional;

/**
 * Decides about one group: safety valve first, then the quorum, then whether anybody can take over.
 * Called once without votes to see whom to ask about, and again with them.
 */
public final class FailoverJudge {

  /** The valve needs at least this many failing servers: one is no mass failure of anything. */
  private static final int FREEZE_SERVERS_MIN = 2;

  private final FailoverPolicy policy;

  public FailoverJudge(FailoverPolicy policy) {
    this.policy = policy;
  }

  /**
   * The verdict on the group's primary.
   *
   * @param cutOff why this member cannot trust its own view; empty if it can
   */
  public FailoverVerdict judge(
      Group group, FailureDetector health, Optional<String> cutOff, Votes votes) {
    Optional<HostAndPort> primary = group.primary().map(Server::address);
    if (primary.isEmpty()) {
      return new FailoverVerdict.Healthy("group has no server");
    }
    Optional<ServerHealth> known = health.of(primary.get());
    if (known.isEmpty()) {
      return new FailoverVerdict.Healthy("not probed yet");
    }
    if (!known.get().suspected(policy.downAfter())) {
      return new FailoverVerdict.Healthy(note(known.get()));
    }
    return judgeSuspected(group, known.get(), health, cutOff, votes);
  }

  private FailoverVerdict judgeSuspected(
      Group group,
      ServerHealth primary,
      FailureDetector health,
      Optional<String> cutOff,
      Votes votes) {
    Candidates candidates = Candidates.of(group, health);
    int votesNeeded = policy.votesNeeded(votes.live().size());
    Evidence evidence =
        new Evidence(
            primary.server(),
            primary.silence().toMillis(),
            primary.last().detail(),
            votes,
            votesNeeded,
            candidates.able());
    Optional<String> freeze = cutOff.or(() -> valve(health));
    if (freeze.isPresent()) {
      return new FailoverVerdict.Frozen(freeze.get(), evidence);
    }
    if (votes.agreeing().size() < votesNeeded) {
      return new FailoverVerdict.Suspected(evidence);
    }
    List<String> reasons = candidates.reasons();
    return candidates.able().isEmpty()
        ? new FailoverVerdict.NoCandidate(reasons, evidence)
        : new FailoverVerdict.Down(evidence);
  }

  private Optional<String> valve(FailureDetector health) {
    if (!policy.enabled()) {
      return Optional.of("failover is switched off (failover_enabled)");
    }
    int failing = health.failingCount();
    int all = health.all().size();
    if (failing >= FREEZE_SERVERS_MIN && failing * 100L > (long) policy.freezePercent() * all) {
      return Optional.of(
          failing
              + " of "
              + all
              + " servers fail at once, more than "
              + policy.freezePercent()
              + " percent (failover_freeze_percent)");
    }
    return Optional.empty();
  }

  private static String note(ServerHealth primary) {
    if (primary.failing()) {
      return "silent for " + primary.silence().toMillis() + " ms: " + primary.last().detail();
    }
    return switch (primary.last().outcome()) {
      case LOADING -> "loading its data set";
      case REFUSED -> "refuses: " + primary.last().detail();
      default -> "";
    };
  }
}

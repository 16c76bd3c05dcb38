package io.vodis.ha.act;

import io.vodis.bus.BusFailure;
import io.vodis.bus.TopomCommand.FailoverGroup;
import io.vodis.ha.judge.Evidence;
import io.vodis.model.HostAndPort;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the leader to replace a primary, again and again with growing pauses, until somebody calls
 * {@link #settle}: an accepted request may still come to nothing when the leader dies. Repeating is
 * harmless, because the leader checks that the primary still is the primary.
 *
 * <p>Confined to one thread but for the counters, which answers raise.
 */
public final class FailoverCaller {

  private static final Logger LOGGER = LoggerFactory.getLogger(FailoverCaller.class);
  private static final Duration PAUSE_MIN = Duration.ofMillis(250);
  private static final Duration PAUSE_MAX = Duration.ofSeconds(4);
  private static final int DOUBLINGS_MAX = 10;

  /** How a request ended. */
  public enum Outcome {
    ACCEPTED,
    /** The leader is busy, or does not agree. */
    REFUSED,
    /** There is no leader, or it did not answer. */
    UNANSWERED
  }

  /** Requests about one primary so far. */
  private record Attempts(HostAndPort primary, int count, long nextNanos) {}

  private final Topom topom;
  private final Map<Integer, Attempts> attempts = new HashMap<>();
  private final Map<Outcome, LongAdder> outcomes = new EnumMap<>(Outcome.class);

  public FailoverCaller(Topom topom) {
    this.topom = topom;
    for (Outcome outcome : Outcome.values()) {
      outcomes.put(outcome, new LongAdder());
    }
  }

  /**
   * Sends a request, if one is due, and does not wait for the answer.
   *
   * @param epoch of the topology that names the primary
   */
  public void call(int groupId, long epoch, Evidence evidence, long nowNanos) {
    HostAndPort primary = evidence.primary();
    Attempts sofar = attempts.get(groupId);
    if (sofar == null || !sofar.primary().equals(primary)) {
      sofar = new Attempts(primary, 0, nowNanos);
    }
    if (sofar.nextNanos() - nowNanos > 0) {
      return;
    }
    int count = sofar.count() + 1;
    attempts.put(groupId, new Attempts(primary, count, nowNanos + pause(count).toNanos()));
    FailoverGroup command =
        new FailoverGroup(
            groupId, primary, epoch, evidence.votes().agreeing(), evidence.toString());
    topom
        .failover(command)
        .onSuccess(accepted -> onAccepted(command))
        .onFailure(error -> onRefused(command, error));
  }

  /** The group needs nothing any more: its primary answers, or it has another one. */
  public void settle(int groupId) {
    attempts.remove(groupId);
  }

  /** Requests sent about the group's present primary. */
  public int attempts(int groupId) {
    Attempts sofar = attempts.get(groupId);
    return sofar == null ? 0 : sofar.count();
  }

  /** Requests since the start that ended like this. */
  public long count(Outcome outcome) {
    LongAdder count = outcomes.get(outcome);
    return count == null ? 0 : count.sum();
  }

  static Duration pause(int count) {
    Duration pause = PAUSE_MIN.multipliedBy(1L << Math.min(count - 1, DOUBLINGS_MAX));
    return pause.compareTo(PAUSE_MAX) < 0 ? pause : PAUSE_MAX;
  }

  private void onAccepted(FailoverGroup command) {
    add(Outcome.ACCEPTED);
    LOGGER.info(
        "the leader took the failover of group {}: {}", command.groupId(), command.evidence());
  }

  private void onRefused(FailoverGroup command, Throwable error) {
    add(BusFailure.of(error).isPresent() ? Outcome.REFUSED : Outcome.UNANSWERED);
    LOGGER.info(
        "the failover of group {} was not taken: {}", command.groupId(), error.getMessage());
  }

  private void add(Outcome outcome) {
    outcomes.computeIfAbsent(outcome, key -> new LongAdder()).increment();
  }
}

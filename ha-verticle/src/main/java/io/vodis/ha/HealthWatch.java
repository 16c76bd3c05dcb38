package io.vodis.ha;

import io.vodis.bus.BusReply.Opinion;
import io.vodis.ha.act.Ballot;
import io.vodis.ha.act.FailoverCaller;
import io.vodis.ha.judge.FailoverJudge;
import io.vodis.ha.judge.FailoverPolicy;
import io.vodis.ha.judge.FailoverVerdict;
import io.vodis.ha.judge.FailureDetector;
import io.vodis.ha.judge.ProbeResult;
import io.vodis.ha.judge.Votes;
import io.vodis.ha.probe.Prober;
import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.Threads;
import io.vodis.metric.Sample;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Server;
import io.vodis.model.Topology;
import io.vodis.store.StoreException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop of this role: probe all servers, judge all groups, ask about the suspected primaries,
 * and call the leader about those that are down. Everything but the published snapshot is confined
 * to its thread.
 */
final class HealthWatch implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(HealthWatch.class);
  private static final Duration SUSPECT_PERIOD = Duration.ofMillis(250);
  private static final Duration PAUSE_MIN = Duration.ofMillis(50);
  private static final int CHANGES_MAX = 64;

  private final Prober prober;
  private final StoreView store;
  private final Ballot ballot;
  private final FailoverCaller caller;
  private final FailoverJudge judge;
  private final Clock clock;
  private final Duration interval;
  private final WakeUp wakeUp = new WakeUp();
  private final ProbeCounters counters = new ProbeCounters();
  private final Deque<Snapshot.Change> changes = new ArrayDeque<>();
  private volatile Threads.@Nullable Task thread;
  private FailureDetector health;
  private Map<Integer, GroupState> groups = Map.of();
  private volatile Snapshot snapshot;
  private volatile List<Sample> samples = List.of();
  private volatile boolean closed;

  /** What the watch needs of the world. */
  record Rim(Prober prober, StoreView store, Ballot ballot, FailoverCaller caller, Clock clock) {}

  HealthWatch(FailoverPolicy policy, Rim rim) {
    this.prober = rim.prober();
    this.store = rim.store();
    this.ballot = rim.ballot();
    this.caller = rim.caller();
    this.clock = rim.clock();
    this.judge = new FailoverJudge(policy);
    this.interval = policy.probeInterval();
    this.health = FailureDetector.initial(policy);
    this.snapshot = new Snapshot(store.topology(), health, Map.of(), List.of(), clock.nanoTime());
  }

  void start() {
    thread = Threads.current().start("ha watch", this::run);
  }

  Snapshot snapshot() {
    return snapshot;
  }

  /** What this member, of that incarnation, thinks of a server. */
  Opinion opinion(String incarnation, HostAndPort server) {
    FailureDetector latest = snapshot.health();
    long silentMillis = latest.of(server).map(h -> h.silence().toMillis()).orElse(0L);
    return new Opinion(incarnation, server, latest.suspected(server), silentMillis);
  }

  List<Sample> samples() {
    return samples;
  }

  private void run() {
    while (!closed) {
      long startNanos = clock.nanoTime();
      try {
        round();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOGGER.error("a round of probes failed, trying again", e);
      }
      try {
        wakeUp.await(pause(startNanos));
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** One round; ends when every verdict is made and every due request is on its way. */
  void round() throws InterruptedException {
    Topology topology = store.topology();
    List<ProbeResult> results = prober.probe(servers(topology));
    health = health.after(results);
    counters.count(results);
    Map<Integer, FailoverVerdict> verdicts =
        judgeAll(topology.groups().values(), store.cutOff(), Map.of());
    List<Integer> suspected = ofKind(FailoverVerdict.Suspected.class, verdicts);
    if (!suspected.isEmpty()) {
      topology = decide(topology, suspected, verdicts);
    }
    publish(topology, verdicts);
  }

  /**
   * Judges the suspected groups again, with the latest topology and the votes of all members, and
   * calls the leader where the verdict is down. Returns the topology it was based on.
   */
  private Topology decide(
      Topology known, List<Integer> suspected, Map<Integer, FailoverVerdict> verdicts) {
    List<Group> groupsKnown = suspected.stream().flatMap(id -> known.group(id).stream()).toList();
    Topology latest;
    Map<HostAndPort, Votes> votes;
    try {
      latest = store.refresh();
      votes = ballot.about(primaries(latest, suspected));
    } catch (StoreException e) {
      Optional<String> cutOff = Optional.of("the store does not answer: " + e.getMessage());
      verdicts.putAll(judgeAll(groupsKnown, cutOff, Map.of()));
      return known;
    }
    List<Group> groupsLatest = suspected.stream().flatMap(id -> latest.group(id).stream()).toList();
    verdicts.putAll(judgeAll(groupsLatest, store.cutOff(), votes));
    for (int groupId : suspected) {
      if (verdicts.get(groupId) instanceof FailoverVerdict.Down down) {
        caller.call(groupId, latest.epoch(), down.evidence(), clock.nanoTime());
      }
    }
    return latest;
  }

  private Map<Integer, FailoverVerdict> judgeAll(
      Collection<Group> some, Optional<String> cutOff, Map<HostAndPort, Votes> votes) {
    Map<Integer, FailoverVerdict> verdicts = new LinkedHashMap<>();
    for (Group group : some) {
      Votes about =
          group
              .primary()
              .map(primary -> votes.getOrDefault(primary.address(), Votes.NONE))
              .orElse(Votes.NONE);
      verdicts.put(group.groupId(), judge.judge(group, health, cutOff, about));
    }
    return verdicts;
  }

  private void publish(Topology topology, Map<Integer, FailoverVerdict> verdicts) {
    Map<Integer, GroupState> next = new HashMap<>();
    verdicts.forEach(
        (groupId, verdict) -> {
          if (verdict instanceof FailoverVerdict.Healthy) {
            caller.settle(groupId);
          }
          GroupState before = groups.get(groupId);
          boolean same = before != null && before.sameKind(verdict);
          if (!same && (before != null || !(verdict instanceof FailoverVerdict.Healthy))) {
            onChange(groupId, verdict);
          }
          next.put(
              groupId,
              new GroupState(
                  verdict,
                  same && before != null ? before.since() : clock.now(),
                  caller.attempts(groupId)));
        });
    groups = next;
    snapshot = new Snapshot(topology, health, next, List.copyOf(changes), clock.nanoTime());
    samples = HaSamples.of(snapshot, counters, caller, store.silence());
  }

  private void onChange(int groupId, FailoverVerdict verdict) {
    if (verdict instanceof FailoverVerdict.Healthy) {
      LOGGER.info("group {} is healthy {}", groupId, verdict.text());
    } else {
      LOGGER.warn("group {} is {}: {}", groupId, verdict.id(), verdict.text());
    }
    changes.addLast(new Snapshot.Change(clock.now(), groupId, verdict));
    if (changes.size() > CHANGES_MAX) {
      changes.removeFirst();
    }
  }

  /**
   * Until the next round: shorter while a primary is suspected, and such that a probe falls on the
   * moment at which a failing server will have been silent for long enough.
   */
  private Duration pause(long startNanos) {
    boolean suspicious =
        groups.values().stream().anyMatch(g -> !(g.verdict() instanceof FailoverVerdict.Healthy));
    Duration period =
        suspicious && SUSPECT_PERIOD.compareTo(interval) < 0 ? SUSPECT_PERIOD : interval;
    long nowNanos = clock.nanoTime();
    long waitNanos = startNanos + period.toNanos() - nowNanos;
    long decisionNanos = health.nextDecisionNanos().orElse(nowNanos + waitNanos) - nowNanos;
    return Duration.ofNanos(Math.max(Math.min(waitNanos, decisionNanos), PAUSE_MIN.toNanos()));
  }

  private static List<HostAndPort> servers(Topology topology) {
    return topology.groups().values().stream()
        .flatMap(group -> group.servers().stream())
        .map(Server::address)
        .distinct()
        .toList();
  }

  private static List<HostAndPort> primaries(Topology topology, List<Integer> groupIds) {
    return groupIds.stream().flatMap(id -> topology.primaryOf(id).stream()).toList();
  }

  private static List<Integer> ofKind(
      Class<? extends FailoverVerdict> kind, Map<Integer, FailoverVerdict> verdicts) {
    return verdicts.entrySet().stream()
        .filter(entry -> kind.isInstance(entry.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  @Override
  public void close() {
    closed = true;
    wakeUp.raise();
    Threads.Task running = thread;
    if (running != null) {
      running.interrupt();
    }
    prober.close();
  }
}

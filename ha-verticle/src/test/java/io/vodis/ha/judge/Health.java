package io.vodis.ha.judge;

import io.vodis.ha.judge.ProbeResult.Outcome;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Server;
import io.vodis.redis.ServerStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds the health of a product second by second: one round of probes per second. */
final class Health {

  static final FailoverPolicy POLICY =
      new FailoverPolicy(true, Duration.ofSeconds(5), Duration.ofSeconds(1), 0, 50);

  private final Map<HostAndPort, Outcome> outcomes = new LinkedHashMap<>();
  private final Map<HostAndPort, Integer> priorities = new LinkedHashMap<>();
  private final FailoverPolicy policy;
  private FailureDetector detector;
  private long nowMillis;

  Health(FailoverPolicy policy, String... servers) {
    this.policy = policy;
    this.detector = FailureDetector.initial(policy);
    for (String server : servers) {
      set(Outcome.ANSWERED, server);
    }
  }

  static Group group(int groupId, String... servers) {
    List<Server> declared = new ArrayList<>();
    for (String server : servers) {
      declared.add(Server.of(address(server)));
    }
    return Group.empty(groupId).withServers(declared);
  }

  static HostAndPort address(String server) {
    return new HostAndPort(server, 6379);
  }

  Health set(Outcome outcome, String... servers) {
    for (String server : servers) {
      outcomes.put(address(server), outcome);
    }
    return this;
  }

  Health priority(String server, int priority) {
    priorities.put(address(server), priority);
    return this;
  }

  Health seconds(int seconds) {
    for (int i = 0; i < seconds; i++) {
      nowMillis += 1000;
      round();
    }
    return this;
  }

  /** Time passes without a probe, as when the process is stopped. */
  Health pause(int seconds) {
    nowMillis += seconds * 1000L;
    return this;
  }

  Health round() {
    List<ProbeResult> results = new ArrayList<>();
    outcomes.forEach((server, outcome) -> results.add(result(server, outcome)));
    detector = detector.after(results);
    return this;
  }

  FailureDetector detector() {
    return detector;
  }

  FailoverJudge judge() {
    return new FailoverJudge(policy);
  }

  private ProbeResult result(HostAndPort server, Outcome outcome) {
    long nanos = nowMillis * 1_000_000;
    String detail =
        switch (outcome) {
          case FAILED -> "connection refused";
          case REFUSED -> "NOAUTH Authentication required.";
          default -> "";
        };
    return new ProbeResult(server, outcome, nanos, nanos, detail, status(server, outcome));
  }

  private @Nullable ServerStatus status(HostAndPort server, Outcome outcome) {
    if (outcome == Outcome.FAILED || outcome == Outcome.REFUSED) {
      return null;
    }
    int priority = priorities.getOrDefault(server, 100);
    boolean loading = outcome == Outcome.LOADING;
    return new ServerStatus(
        server, "7.0.15", "id", false, 1, null, true, 0, true, false, "", "", priority, 1, 0, 0,
        loading, 1, Map.of());
  }
}

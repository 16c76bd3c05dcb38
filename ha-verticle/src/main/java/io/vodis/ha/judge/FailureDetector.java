package io.vodis.ha.judge;

import io.vodis.model.HostAndPort;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The health of every server of the product after a round of probes; never edited. */
public final class FailureDetector {

  private final FailoverPolicy policy;
  private final Map<HostAndPort, ServerHealth> servers;

  private FailureDetector(FailoverPolicy policy, Map<HostAndPort, ServerHealth> servers) {
    this.policy = policy;
    this.servers = servers;
  }

  /** Knows nothing yet. */
  public static FailureDetector initial(FailoverPolicy policy) {
    return new FailureDetector(policy, Map.of());
  }

  /** The health after one more round, which names every server that is still declared. */
  public FailureDetector after(Collection<ProbeResult> round) {
    Map<HostAndPort, ServerHealth> next = new TreeMap<>();
    for (ProbeResult result : round) {
      ServerHealth before = servers.get(result.server());
      next.put(
          result.server(),
          before == null
              ? ServerHealth.first(result)
              : before.after(result, policy.probeInterval()));
    }
    return new FailureDetector(policy, next);
  }

  public Optional<ServerHealth> of(HostAndPort server) {
    return Optional.ofNullable(servers.get(server));
  }

  public Collection<ServerHealth> all() {
    return servers.values();
  }

  /** Whether this member's own probes have failed for down_after. */
  public boolean suspected(HostAndPort server) {
    return of(server).map(health -> health.suspected(policy.downAfter())).orElse(false);
  }

  /** Servers whose last probe failed. */
  public int failingCount() {
    return (int) servers.values().stream().filter(ServerHealth::failing).count();
  }

  /**
   * When the next failing server will have been silent for down_after: the moment for a probe that
   * decides.
   */
  public OptionalLong nextDecisionNanos() {
    Duration downAfter = policy.downAfter();
    return servers.values().stream()
        .filter(health -> health.failing() && !health.suspected(downAfter))
        .mapToLong(health -> health.silentSinceNanos() + downAfter.toNanos())
        .reduce((a, b) -> a - b < 0 ? a : b);
  }
}

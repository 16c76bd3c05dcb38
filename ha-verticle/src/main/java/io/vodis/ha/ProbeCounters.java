package io.vodis.ha;

import io.vodis.ha.judge.ProbeResult;
import io.vodis.metric.LatencyHistogram;
import io.vodis.model.HostAndPort;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Counts probes for the metrics. Servers that are no longer declared are forgotten. */
final class ProbeCounters {

  private final LatencyHistogram latency = new LatencyHistogram();
  private final Map<HostAndPort, Long> failures = new HashMap<>();

  void count(List<ProbeResult> results) {
    Set<HostAndPort> probed = new HashSet<>();
    for (ProbeResult result : results) {
      probed.add(result.server());
      latency.record(result.doneNanos() - result.sentNanos());
      failures.merge(result.server(), result.alive() ? 0L : 1L, Long::sum);
    }
    failures.keySet().retainAll(probed);
  }

  LatencyHistogram latency() {
    return latency;
  }

  long failures(HostAndPort server) {
    return failures.getOrDefault(server, 0L);
  }
}

package io.vodis.testsupport.workload;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What happened to a load, over all connections or those to one address.
 *
 * @param acknowledged operations answered without error
 * @param errors how often each error text came; digits are masked so that like counts with like
 * @param unknown operations whose fate is unknown
 * @param connectionsLost how often a connection broke, could not be made, or did not answer in time
 * @param worst the longest that any operation waited for its reply
 * @param findings wrong replies seen on the way
 */
public record WorkloadReport(
    Duration duration,
    long acknowledged,
    Map<String, Long> errors,
    long unknown,
    long connectionsLost,
    Duration p50,
    Duration p99,
    Duration worst,
    List<Finding> findings) {

  public WorkloadReport {
    errors = new TreeMap<>(errors);
    findings = List.copyOf(findings);
  }

  public long operationsPerSecond() {
    return acknowledged * 1000 / Math.max(1, duration.toMillis());
  }

  @Override
  public String toString() {
    return "%d ops in %.1f s (%d/s), p50 %.2f ms, p99 %.2f ms, worst %.1f ms, unknown %d, lost connections %d, errors %s, findings %d%s"
        .formatted(
            acknowledged,
            duration.toMillis() / 1e3,
            operationsPerSecond(),
            p50.toNanos() / 1e6,
            p99.toNanos() / 1e6,
            worst.toNanos() / 1e6,
            unknown,
            connectionsLost,
            errors,
            findings.size(),
            findings.isEmpty() ? "" : " " + findings.subList(0, Math.min(5, findings.size())));
  }
}

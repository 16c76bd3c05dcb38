package io.vodis.ha.judge;

import io.vodis.model.HostAndPort;
import java.time.Duration;

/**
 * The recent past of one server, as far as this member has seen it.
 *
 * <p>Silence is counted from the first to the last failed probe, never to "now": a member that was
 * stopped and continued has measured nothing meanwhile, so it may not conclude anything from it.
 *
 * @param silentSinceNanos when the silence began; of no meaning while {@code failures} is 0
 * @param failures failed probes since the last answer
 */
public record ServerHealth(ProbeResult last, long silentSinceNanos, int failures) {

  /** One lost probe is never enough. */
  private static final int FAILURES_MIN = 2;

  static ServerHealth first(ProbeResult result) {
    return new ServerHealth(result, result.sentNanos(), result.alive() ? 0 : 1);
  }

  /**
   * The server after one more probe. Silence begins at the last answer, but no earlier than one
   * probe interval before the first failed probe.
   */
  ServerHealth after(ProbeResult result, Duration probeInterval) {
    if (result.alive()) {
      return new ServerHealth(result, result.doneNanos(), 0);
    }
    if (failures > 0) {
      return new ServerHealth(result, silentSinceNanos, failures + 1);
    }
    long earliestNanos = result.sentNanos() - probeInterval.toNanos();
    long sinceNanos = Math.max(last.doneNanos() - earliestNanos, 0) + earliestNanos;
    return new ServerHealth(result, sinceNanos, 1);
  }

  public HostAndPort server() {
    return last.server();
  }

  /** Whether the last probe failed. */
  public boolean failing() {
    return failures > 0;
  }

  /** How long the server is known to have been silent. */
  public Duration silence() {
    return failing() ? Duration.ofNanos(last.doneNanos() - silentSinceNanos) : Duration.ZERO;
  }

  /** Whether it has been silent long enough for this member to suspect that it is down. */
  public boolean suspected(Duration downAfter) {
    return failures >= FAILURES_MIN && silence().compareTo(downAfter) >= 0;
  }
}

package io.vodis.topom.resync;

import io.vodis.bus.TopomCommand.ReportWarnings;
import io.vodis.lifecycle.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What proxies have told this leader to be wrong with them. Forgotten when they do not repeat it,
 * and bounded: of more proxies than that, those are forgotten that have not said so for longest.
 */
public final class ProxyWarnings {

  private static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(30);
  private static final int PROXIES_MAX = 1000;

  private record Told(List<String> warnings, long nanos) {}

  private final Clock clock;

  /** By incarnation, the latest last. */
  private final Map<String, Told> told = new LinkedHashMap<>();

  /** Nothing is wrong. */
  public ProxyWarnings(Clock clock) {
    this.clock = clock;
  }

  public synchronized void onReport(ReportWarnings report) {
    told.remove(report.incarnation());
    if (!report.warnings().isEmpty()) {
      if (told.size() == PROXIES_MAX) {
        told.remove(told.keySet().iterator().next());
      }
      told.put(report.incarnation(), new Told(report.warnings(), clock.nanoTime()));
    }
  }

  /** By incarnation. */
  public synchronized Map<String, List<String>> present() {
    long now = clock.nanoTime();
    told.values().removeIf(one -> now - one.nanos() > FORGOTTEN_AFTER.toNanos());
    Map<String, List<String>> present = new LinkedHashMap<>();
    told.forEach((incarnation, one) -> present.put(incarnation, one.warnings()));
    return present;
  }
}

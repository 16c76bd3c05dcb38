package io.vodis.metric;

import static io.vodis.metric.MetricDefinition.counter;
import static io.vodis.metric.MetricDefinition.gauge;

/** What the metrics role says of its own work and of who reports to it. */
public final class CollectorMetrics {

  public static final MetricDefinition MEMBER_UP =
      gauge("member_up", "1 while the member reports, 0 once it is silent but still listed.");
  public static final MetricDefinition REPORT_AGE_SECONDS =
      gauge("member_report_age_seconds", "Time since the member's last report.");
  public static final MetricDefinition REPORTS =
      counter("collector_reports_total", "Reports of members, by what became of them.", "outcome");
  public static final MetricDefinition SERIES =
      gauge("collector_series", "Series kept for the whole product.");

  private CollectorMetrics() {}
}

package io.vodis.metric;

import static io.vodis.metric.MetricDefinition.counter;
import static io.vodis.metric.MetricDefinition.gauge;
import static io.vodis.metric.MetricDefinition.histogram;

/**
 * What ha members see and do. Each member reports its own view of every server, so take {@code max
 * by (server)} of the figures that servers tell of themselves.
 */
public final class HaMetrics {

  public static final MetricDefinition SERVER_UP =
      gauge("ha_server_up", "Whether the server answered the last probe.", "group", "server");
  public static final MetricDefinition SERVER_SILENT_SECONDS =
      gauge("ha_server_silent_seconds", "Time without an answer.", "group", "server");
  public static final MetricDefinition PROBE_SECONDS =
      histogram("ha_probe_seconds", "Time until a server answered a probe, or it was given up.");
  public static final MetricDefinition PROBE_FAILURES =
      counter("ha_probe_failures_total", "Probes that failed.", "group", "server");
  public static final MetricDefinition GROUP_VERDICT =
      gauge(
          "ha_group_verdict",
          "1 for the verdict on the group that is in force.",
          "group",
          "verdict");
  public static final MetricDefinition FAILOVER_REQUESTS =
      counter(
          "ha_failover_requests_total", "Requests to the leader, by how they ended.", "outcome");
  public static final MetricDefinition STORE_SILENT_SECONDS =
      gauge("ha_store_silent_seconds", "Time since the store last answered this member.");

  public static final MetricDefinition SERVER_PRIMARY =
      gauge("ha_server_primary", "Whether the server itself says primary.", "group", "server");
  public static final MetricDefinition SERVER_LOADING =
      gauge("ha_server_loading", "Whether the server is loading its data set.", "group", "server");
  public static final MetricDefinition SERVER_LINK_UP =
      gauge(
          "ha_server_link_up", "Whether a replica is connected to its primary.", "group", "server");
  public static final MetricDefinition SERVER_OFFSET_BYTES =
      gauge("ha_server_replication_offset_bytes", "Replication offset.", "group", "server");
  public static final MetricDefinition SERVER_MEMORY_USED_BYTES =
      gauge("ha_server_memory_used_bytes", "Memory used by the server.", "group", "server");
  public static final MetricDefinition SERVER_MEMORY_MAX_BYTES =
      gauge(
          "ha_server_memory_max_bytes", "maxmemory of the server; 0: no limit.", "group", "server");
  public static final MetricDefinition SERVER_KEYS =
      gauge("ha_server_keys", "Keys of the server, over all databases.", "group", "server");
  public static final MetricDefinition SERVER_CLIENTS =
      gauge("ha_server_connected_clients", "Connections to the server.", "group", "server");

  private HaMetrics() {}
}

package io.vodis.metric;

import static io.vodis.metric.MetricDefinition.counter;
import static io.vodis.metric.MetricDefinition.gauge;

/** What a topom tells; all but the first three only while it leads. */
public final class TopomMetrics {

  public static final MetricDefinition LEADER =
      gauge("topom_leader", "1 if this topom leads, else 0.");
  public static final MetricDefinition TERM =
      gauge("topom_term", "Term of the leader as this topom knows it.");
  public static final MetricDefinition EPOCH =
      gauge("topom_epoch", "Epoch of the topology as this topom knows it.");
  public static final MetricDefinition SLOTS =
      gauge(
          "topom_slots", "Slots by what they are doing; offline ones belong to no group.", "state");
  public static final MetricDefinition KEYS_MOVED =
      counter("topom_keys_moved_total", "Keys moved by the sweeps of this topom.");
  public static final MetricDefinition KEYS_SAMPLED =
      counter(
          "topom_keys_sampled_total", "Random keys looked at by the leader, each minute a few.");
  public static final MetricDefinition KEYS_ASTRAY =
      counter(
          "topom_keys_astray_total",
          "Of these, keys on a server that does not own their slot; then run fsck.");
  public static final MetricDefinition SERVERS =
      gauge("topom_servers", "Servers by whether they answered the last time.", "state");
  public static final MetricDefinition SERVER_UP =
      gauge(
          "topom_server_up",
          "1 if the server answered the last time.",
          "group",
          "server",
          "server_role");
  public static final MetricDefinition SERVER_KEYS =
      gauge("topom_server_keys", "Keys of the server.", "group", "server", "server_role");
  public static final MetricDefinition SERVER_MEMORY_BYTES =
      gauge(
          "topom_server_memory_bytes",
          "Memory used by the server.",
          "group",
          "server",
          "server_role");
  public static final MetricDefinition PROXIES_BEHIND =
      gauge("topom_proxies_behind", "Live proxies that have not acknowledged the newest table.");
  public static final MetricDefinition GROUPS_PROMOTING =
      gauge("topom_groups_promoting", "Groups whose primary is being replaced.");

  private TopomMetrics() {}
}

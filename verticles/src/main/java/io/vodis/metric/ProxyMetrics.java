package io.vodis.metric;

import static io.vodis.metric.MetricDefinition.counter;
import static io.vodis.metric.MetricDefinition.gauge;
import static io.vodis.metric.MetricDefinition.histogram;

/** What proxies count. Figures of all event loops of a process are added up. */
public final class ProxyMetrics {

  public static final MetricDefinition COMMANDS =
      counter("proxy_commands_total", "Requests answered.", "command");
  public static final MetricDefinition COMMAND_ERRORS =
      counter("proxy_command_errors_total", "Requests answered with an error.", "command");
  public static final MetricDefinition COMMAND_SECONDS =
      histogram(
          "proxy_command_seconds",
          "From the read of a request to the read of its server's reply.",
          "command");
  public static final MetricDefinition SESSIONS = gauge("proxy_sessions", "Clients connected.");
  public static final MetricDefinition SESSIONS_ACCEPTED =
      counter("proxy_sessions_accepted_total", "Clients accepted.");
  public static final MetricDefinition SESSIONS_REJECTED =
      counter("proxy_sessions_rejected_total", "Clients refused by proxy_max_clients.");
  public static final MetricDefinition SESSIONS_CLOSED_BY_LIMIT =
      counter("proxy_sessions_closed_by_limit_total", "Clients closed by a time-out or a limit.");
  public static final MetricDefinition SESSION_STOPS =
      counter(
          "proxy_session_stops_total",
          "How often a client was not read: pipeline, output, slot or backend was full.",
          "reason");
  public static final MetricDefinition PROTOCOL_ERRORS =
      counter("proxy_protocol_errors_total", "Clients that broke the protocol.");
  public static final MetricDefinition UNKNOWN_COMMANDS =
      counter("proxy_unknown_commands_total", "Requests with a command nobody knows.");
  public static final MetricDefinition LARGE_REQUESTS =
      counter("proxy_large_requests_total", "Requests passed on as they came.");
  public static final MetricDefinition TRANSACTIONS =
      counter("proxy_transactions_total", "Transactions that EXEC was asked to carry out.");
  public static final MetricDefinition BLOCKED =
      gauge("proxy_blocked_sessions", "Clients that wait for an element or for replicas.");
  public static final MetricDefinition BLOCKED_CARRIED_OVER =
      counter(
          "proxy_blocked_carried_over_total",
          "Requests that wait, sent again because their slot or its server changed.");
  public static final MetricDefinition WATCHES_BROKEN =
      counter(
          "proxy_watches_broken_total",
          "Watches ended because their slot was fenced or moved, or their connection was lost.");
  public static final MetricDefinition CLIENT_BYTES =
      counter("proxy_client_bytes_total", "Bytes from (in) and to (out) clients.", "direction");
  public static final MetricDefinition LISTENERS =
      gauge(
          "proxy_listeners",
          "Clients that get messages beside replies: subscriber, monitor or tracking.",
          "kind");
  public static final MetricDefinition MESSAGES =
      counter("proxy_messages_total", "Pub/Sub messages passed on to clients.");
  public static final MetricDefinition LISTENERS_CUT =
      counter(
          "proxy_listeners_cut_total",
          "Subscribers and monitors disconnected because they took too little.");
  public static final MetricDefinition SUBSCRIBER_CONNECTIONS_LOST =
      counter(
          "proxy_subscriber_connections_lost_total",
          "Connections of subscribers to servers that broke; messages may have been lost.");
  public static final MetricDefinition WAITING_REQUESTS =
      gauge("proxy_waiting_requests", "Requests that wait for a slot.");
  public static final MetricDefinition WAITED_REQUESTS =
      counter("proxy_waited_requests_total", "Requests that had to wait for a slot.");
  public static final MetricDefinition WAIT_TIMEOUTS =
      counter("proxy_wait_timeouts_total", "Requests that waited too long and got TRYAGAIN.");
  public static final MetricDefinition MOVED_KEYS =
      counter("proxy_moved_keys_total", "Keys moved or looked for because a request needed them.");
  public static final MetricDefinition EPOCH =
      gauge("proxy_epoch", "Epoch of the table in force; -1 without one.");
  public static final MetricDefinition SERVING =
      gauge("proxy_serving", "1 while the proxy may serve, 0 while it is fenced.");
  public static final MetricDefinition LEASE_SECONDS =
      gauge("proxy_lease_seconds", "What is left of the lease.");
  public static final MetricDefinition KEPT_FILE_OK =
      gauge(
          "proxy_kept_file_ok",
          "1 while a file that the proxy keeps can be written, 0 while not: table or witnesses.",
          "file");
  public static final MetricDefinition BACKEND_REQUESTS =
      counter("proxy_backend_requests_total", "Requests sent to a server.", "server");
  public static final MetricDefinition BACKEND_FAILURES =
      counter("proxy_backend_failures_total", "Requests that got no reply.", "server");
  public static final MetricDefinition BACKEND_CONNECTS =
      counter("proxy_backend_connects_total", "Connections begun.", "server");
  public static final MetricDefinition BACKEND_CONNECT_FAILURES =
      counter("proxy_backend_connect_failures_total", "Connections not made.", "server");
  public static final MetricDefinition BACKEND_BYTES =
      counter(
          "proxy_backend_bytes_total",
          "Bytes from (in) and to (out) a server.",
          "server",
          "direction");
  public static final MetricDefinition BACKEND_IN_FLIGHT =
      gauge("proxy_backend_in_flight", "Requests that wait for a server's reply.", "server");
  public static final MetricDefinition BACKEND_UP =
      gauge("proxy_backend_up", "1 unless a loop failed to connect to the server.", "server");

  private ProxyMetrics() {}
}

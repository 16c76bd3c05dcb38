package io.vodis.proxy.session;

import io.vodis.proxy.command.LiveCommands;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The text of INFO, in the sections and words of Redis where they fit, plus one of our own. */
final class InfoText {

  private final ProcessView process;
  private final LiveCommands commands;

  InfoText(ProcessView process, LiveCommands commands) {
    this.process = process;
    this.commands = commands;
  }

  /** The sections asked for; none means all but the long ones. */
  String of(Set<String> sections, List<LoopSnapshot> loops) {
    LoopStats stats = LoopSnapshot.sum(loops);
    StringBuilder out = new StringBuilder();
    if (wanted(sections, "server", true)) {
      server(out);
    }
    if (wanted(sections, "clients", true)) {
      clients(out, loops, stats);
    }
    if (wanted(sections, "memory", true)) {
      memory(out);
    }
    if (wanted(sections, "stats", true)) {
      stats(out, stats);
    }
    if (wanted(sections, "replication", true)) {
      section(out, "Replication");
      line(out, "role", "master");
      line(out, "connected_slaves", 0);
    }
    if (wanted(sections, "commandstats", false)) {
      commandStats(out, stats);
    }
    if (wanted(sections, "cluster", true)) {
      section(out, "Cluster");
      line(out, "cluster_enabled", 0);
    }
    if (wanted(sections, "proxy", true)) {
      proxy(out, loops, stats);
    }
    return out.toString();
  }

  private static boolean wanted(Set<String> sections, String name, boolean byDefault) {
    return sections.contains(name)
        || sections.contains("all")
        || sections.contains("everything")
        || byDefault && (sections.isEmpty() || sections.contains("default"));
  }

  private void server(StringBuilder out) {
    long uptime = Duration.between(process.startedAt(), Instant.now()).toSeconds();
    section(out, "Server");
    line(out, "redis_version", ConnectionCommands.REDIS_VERSION);
    line(out, "redis_mode", "standalone");
    line(out, "server_name", "vodis");
    line(out, "os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    line(out, "process_id", ProcessHandle.current().pid());
    line(out, "run_id", process.incarnation());
    line(out, "tcp_port", process.proxyPort());
    line(out, "uptime_in_seconds", uptime);
    line(out, "uptime_in_days", uptime / 86_400);
  }

  private static void clients(StringBuilder out, List<LoopSnapshot> loops, LoopStats stats) {
    section(out, "Clients");
    line(out, "connected_clients", loops.stream().mapToInt(LoopSnapshot::sessions).sum());
    line(out, "blocked_clients", 0);
    line(out, "rejected_clients", stats.sessionsRejected());
  }

  private static void memory(StringBuilder out) {
    Runtime runtime = Runtime.getRuntime();
    section(out, "Memory");
    line(out, "used_memory", runtime.totalMemory() - runtime.freeMemory());
    line(out, "maxmemory", 0);
  }

  private static void stats(StringBuilder out, LoopStats stats) {
    section(out, "Stats");
    line(out, "total_connections_received", stats.sessionsTotal());
    line(out, "total_commands_processed", stats.callsTotal());
    line(out, "total_net_input_bytes", stats.bytesIn());
    line(out, "total_net_output_bytes", stats.bytesOut());
    line(out, "rejected_connections", stats.sessionsRejected());
    line(out, "total_error_replies", stats.errorsTotal());
  }

  private void commandStats(StringBuilder out, LoopStats stats) {
    section(out, "Commandstats");
    int known = Math.min(stats.commandCount(), commands.table().size());
    for (int id = 0; id < known; id++) {
      long calls = stats.calls(id);
      if (calls > 0) {
        long micros = stats.nanos(id) / 1000;
        line(
            out,
            "cmdstat_" + commands.table().byId(id).name(),
            String.format(
                Locale.ROOT,
                "calls=%d,usec=%d,usec_per_call=%.2f,rejected_calls=0,failed_calls=%d",
                calls,
                micros,
                (double) micros / calls,
                stats.errors(id)));
      }
    }
  }

  private void proxy(StringBuilder out, List<LoopSnapshot> loops, LoopStats stats) {
    section(out, "Proxy");
    line(out, "proxy_loops", loops.size());
    line(out, "proxy_epoch", loops.stream().mapToLong(LoopSnapshot::epoch).min().orElse(-1));
    line(out, "proxy_serving", process.serving());
    line(out, "proxy_waiting_requests", loops.stream().mapToInt(l -> l.waiting().requests()).sum());
    line(out, "proxy_moved_keys", loops.stream().mapToLong(l -> l.waiting().keysMoved()).sum());
    line(out, "proxy_protocol_errors", stats.protocolErrors());
    line(out, "proxy_unknown_commands", stats.unknownCommands());
    line(out, "proxy_large_requests", stats.largeRequests());
  }

  private static void section(StringBuilder out, String name) {
    if (!out.isEmpty()) {
      out.append("\r\n");
    }
    out.append("# ").append(name).append("\r\n");
  }

  private static void line(StringBuilder out, String name, Object value) {
    out.append(name).append(':').append(value).append("\r\n");
  }
}

package io.vodis.proxy.local;

import io.vodis.metric.LatencyBuckets;
import io.vodis.proxy.command.LiveCommands;
import io.vodis.proxy.info.ClientFields;
import io.vodis.proxy.info.MergedSection;
import io.vodis.proxy.info.ServerReport;
import io.vodis.proxy.info.ServerReports;
import io.vodis.proxy.info.ServerVersion;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.session.SessionGate;
import io.vodis.proxy.stats.LoopRates;
import io.vodis.proxy.stats.LoopSnapshot;
import io.vodis.proxy.stats.LoopStats;
import io.vodis.proxy.stats.ServerSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The text of INFO in the sections and words of Redis, plus one of our own. What is about data is
 * the servers', all primaries together; what is about clients and commands is the proxy's.
 */
public final class InfoText {

  /** Sections that must be asked for. */
  private static final Set<String> LONG = Set.of("commandstats", "latencystats");

  /** Sections in which there is something of the servers. */
  private static final List<String> OF_SERVERS =
      List.of(
          "clients",
          "memory",
          "persistence",
          "stats",
          "replication",
          "keyspace",
          "keysizes",
          "modules",
          "proxy");

  private static final String NO_ID = "0".repeat(40);

  /** What the text is made of. */
  record Facts(
      List<LoopSnapshot> loops, LoopCounts clients, ServerReports servers, ServerSettings server) {}

  private final ProcessView process;
  private final LiveCommands commands;

  InfoText(ProcessView process, LiveCommands commands) {
    this.process = process;
    this.commands = commands;
  }

  /** The sections asked for; none means all but the long ones. */
  String of(Set<String> wanted, Facts facts) {
    LoopStats stats = LoopSnapshot.sum(facts.loops());
    Collection<ServerReport> servers = facts.servers().all();
    StringBuilder out = new StringBuilder();
    section(out, wanted, "Server", () -> server(facts));
    section(out, wanted, "Clients", () -> clients(facts, stats));
    section(out, wanted, "Memory", () -> memory(facts));
    section(out, wanted, "Persistence", () -> persistence(facts));
    section(out, wanted, "Stats", () -> stats(facts, stats));
    section(out, wanted, "Replication", () -> replication(facts));
    section(out, wanted, "CPU", InfoText::cpu);
    section(out, wanted, "Modules", () -> Map.of());
    if (isWanted(wanted, "modules")) {
      MergedSection.modules(servers)
          .forEach(module -> out.append("module:").append(module).append("\r\n"));
    }
    section(out, wanted, "Commandstats", () -> commandStats(stats));
    section(out, wanted, "Errorstats", () -> errorStats(stats));
    section(out, wanted, "Latencystats", () -> latencyStats(stats));
    section(out, wanted, "Cluster", () -> cluster(facts));
    section(out, wanted, "Keyspace", () -> MergedSection.keyspace(servers));
    if (servers.stream().anyMatch(server -> server.sections().containsKey("keysizes"))) {
      section(out, wanted, "Keysizes", () -> MergedSection.keySizes(servers));
    }
    section(out, wanted, "Proxy", () -> proxy(facts, stats));
    return out.toString();
  }

  private interface Fields {
    Map<String, String> get();
  }

  private static void section(StringBuilder out, Set<String> wanted, String name, Fields fields) {
    if (!isWanted(wanted, name.toLowerCase(Locale.ROOT))) {
      return;
    }
    if (!out.isEmpty()) {
      out.append("\r\n");
    }
    out.append("# ").append(name).append("\r\n");
    fields.get().forEach((key, value) -> out.append(key).append(':').append(value).append("\r\n"));
  }

  static boolean isWanted(Set<String> wanted, String name) {
    return wanted.contains(name)
        || wanted.contains("all")
        || wanted.contains("everything")
        || !LONG.contains(name) && (wanted.isEmpty() || wanted.contains("default"));
  }

  /** Whether any of what is wanted has to be asked of the servers. */
  static boolean concernsServers(Set<String> wanted) {
    return OF_SERVERS.stream().anyMatch(section -> isWanted(wanted, section));
  }

  private static Map<String, String> fields(Object... keysAndValues) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      fields.put(String.valueOf(keysAndValues[i]), String.valueOf(keysAndValues[i + 1]));
    }
    return fields;
  }

  private Map<String, String> server(Facts facts) {
    Instant now = Instant.now();
    long uptime = Duration.between(process.startedAt(), now).toSeconds();
    Map<String, String> server =
        fields(
            "redis_version",
            facts.servers().lowestVersion().orElse(ServerVersion.ASSUMED),
            "redis_git_sha1",
            "00000000",
            "redis_git_dirty",
            0,
            "redis_build_id",
            "0",
            "redis_mode",
            facts.server().mode(),
            "server_name",
            "vodis",
            "os",
            System.getProperty("os.name") + " " + System.getProperty("os.arch"),
            "arch_bits",
            64,
            "multiplexing_api",
            "epoll",
            "process_id",
            ProcessHandle.current().pid(),
            "process_supervised",
            "no",
            "run_id",
            runId(),
            "tcp_port",
            process.proxyPort(),
            "server_time_usec",
            now.getEpochSecond() * 1_000_000 + now.getNano() / 1000,
            "uptime_in_seconds",
            uptime,
            "uptime_in_days",
            uptime / 86_400,
            "hz",
            10,
            "configured_hz",
            10,
            "lru_clock",
            now.getEpochSecond() & 0xff_ffff,
            "executable",
            ProcessHandle.current().info().command().orElse(""),
            "config_file",
            "",
            "io_threads_active",
            0);
    // Beside the fields of Redis, so that who looks for Valkey finds it.
    facts
        .servers()
        .lowestValkeyVersion()
        .ifPresent(
            version -> {
              server.put("valkey_version", version.toString());
              server.put("server_mode", facts.server().mode());
            });
    return server;
  }

  /** 40 hexadecimal digits, as tools expect, different at every start. */
  private String runId() {
    String hex = process.incarnation().replaceAll("[^0-9a-f]", "");
    return (hex + NO_ID).substring(0, NO_ID.length());
  }

  private static Map<String, String> clients(Facts facts, LoopStats stats) {
    Map<String, String> fields =
        fields(
            "connected_clients", facts.loops().stream().mapToInt(LoopSnapshot::sessions).sum(),
            "cluster_connections", 0,
            "maxclients", facts.server().maxClients(),
            "client_recent_max_input_buffer", 0,
            "client_recent_max_output_buffer", 0,
            "blocked_clients", blocked(facts) + facts.clients().paused(),
            "tracking_clients", facts.clients().tracking(),
            "pubsub_clients", facts.clients().subscribed(),
            "watching_clients", facts.clients().watching(),
            "clients_in_timeout_table", 0,
            "rejected_clients", stats.sessionsRejected());
    // total_blocking_keys and its like: only servers know for which keys clients wait.
    merged("clients", facts)
        .forEach(
            (key, value) -> {
              if (key.startsWith("total_")) {
                fields.putIfAbsent(key, value);
              }
            });
    if (ClientFields.of(facts.servers()).valkey()) {
      fields.putAll(pause(facts.clients()));
    }
    return fields;
  }

  private static Map<String, String> pause(LoopCounts clients) {
    boolean paused = clients.pause() != SessionGate.Pause.NONE;
    return fields(
        "paused_reason", paused ? "client_pause" : "none",
        "paused_actions", clients.pause().name().toLowerCase(Locale.ROOT),
        "paused_timeout_milliseconds", clients.pauseLeftMillis());
  }

  /**
   * Those who wait at a server. A client on its way there is not counted yet: whoever sees it here
   * may rely on it that what he does next wakes it.
   */
  private static long blocked(Facts facts) {
    if (facts.servers().all().size() < facts.servers().asked()) {
      return facts.clients().blocked();
    }
    String there = merged("clients", facts).getOrDefault("blocked_clients", "0");
    return Math.min(facts.clients().blocked(), Long.parseLong(there));
  }

  private static Map<String, String> merged(String section, Facts facts) {
    return MergedSection.of(section, facts.servers().all());
  }

  /** As above; tools read these fields even while no server has answered. */
  private static Map<String, String> merged(
      String section, Facts facts, Map<String, String> ifUnknown) {
    Map<String, String> fields = merged(section, facts);
    return fields.isEmpty() ? ifUnknown : fields;
  }

  private static Map<String, String> memory(Facts facts) {
    return merged(
        "memory",
        facts,
        fields(
            "used_memory", 0,
            "used_memory_human", "0B",
            "used_memory_rss", 0,
            "used_memory_peak", 0,
            "maxmemory", 0));
  }

  private static Map<String, String> persistence(Facts facts) {
    return merged(
        "persistence", facts, fields("loading", 0, "rdb_bgsave_in_progress", 0, "aof_enabled", 0));
  }

  private static Map<String, String> stats(Facts facts, LoopStats stats) {
    LoopRates rates = facts.loops().stream().map(LoopSnapshot::rates).reduce(LoopRates::plus).get();
    Map<String, String> own =
        fields(
            "total_connections_received", stats.sessionsTotal(),
            "total_commands_processed", stats.callsTotal(),
            "instantaneous_ops_per_sec", rates.callsPerSecond(),
            "total_net_input_bytes", stats.bytesIn(),
            "total_net_output_bytes", stats.bytesOut(),
            "instantaneous_input_kbps", kilobytes(rates.bytesInPerSecond()),
            "instantaneous_output_kbps", kilobytes(rates.bytesOutPerSecond()),
            "rejected_connections", stats.sessionsRejected());
    Map<String, String> all = new LinkedHashMap<>(own);
    all.putAll(merged("stats", facts));
    all.putAll(own);
    all.put("total_error_replies", Long.toString(stats.errorReplies().total()));
    return all;
  }

  private static String kilobytes(long bytes) {
    return String.format(Locale.ROOT, "%.2f", bytes / 1024.0);
  }

  private Map<String, String> replication(Facts facts) {
    Map<String, String> servers = merged("replication", facts);
    Map<String, String> own =
        fields(
            "role",
            "master",
            "connected_slaves",
            servers.getOrDefault("connected_slaves", "0"),
            "master_failover_state",
            "no-failover",
            "master_replid",
            runId(),
            "master_replid2",
            NO_ID,
            "master_repl_offset",
            servers.getOrDefault("master_repl_offset", "0"),
            "second_repl_offset",
            -1);
    servers.forEach(
        (key, value) -> {
          if (key.startsWith("repl_backlog")) {
            own.put(key, value);
          }
        });
    return own;
  }

  /** Of this process; Java does not tell system time apart. */
  private static Map<String, String> cpu() {
    Duration used = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    return fields(
        "used_cpu_sys", "0.000000",
        "used_cpu_user", String.format(Locale.ROOT, "%.6f", used.toNanos() / 1e9),
        "used_cpu_sys_children", "0.000000",
        "used_cpu_user_children", "0.000000");
  }

  private Map<String, String> commandStats(LoopStats stats) {
    Map<String, String> lines = new LinkedHashMap<>();
    for (int id = 0; id < stats.commandCount(); id++) {
      long calls = stats.calls(id);
      if (calls > 0 || stats.rejected(id) > 0) {
        long micros = stats.nanos(id) / 1000;
        lines.put(
            "cmdstat_" + commands.table().byId(id).name(),
            String.format(
                Locale.ROOT,
                "calls=%d,usec=%d,usec_per_call=%.2f,rejected_calls=%d,failed_calls=%d",
                calls,
                micros,
                calls == 0 ? 0.0 : (double) micros / calls,
                stats.rejected(id),
                stats.errors(id)));
      }
    }
    return lines;
  }

  private static Map<String, String> errorStats(LoopStats stats) {
    Map<String, String> lines = new LinkedHashMap<>();
    stats
        .errorReplies()
        .counts()
        .forEach((code, count) -> lines.put("errorstat_" + code, "count=" + count));
    return lines;
  }

  private Map<String, String> latencyStats(LoopStats stats) {
    Map<String, String> lines = new LinkedHashMap<>();
    for (int id = 0; id < stats.commandCount(); id++) {
      if (stats.calls(id) > 0) {
        lines.put(
            "latency_percentiles_usec_" + commands.table().byId(id).name(),
            String.format(
                Locale.ROOT,
                "p50=%.3f,p99=%.3f,p99.9=%.3f",
                percentile(stats, id, 0.5),
                percentile(stats, id, 0.99),
                percentile(stats, id, 0.999)));
      }
    }
    return lines;
  }

  /** The bound, in microseconds, that this share of the calls stayed below. */
  private static double percentile(LoopStats stats, int id, double share) {
    long rank = (long) Math.ceil(share * stats.calls(id));
    long seen = 0;
    for (int bucket = 0; bucket < LatencyBuckets.COUNT - 1; bucket++) {
      seen += stats.bucket(id, bucket);
      if (seen >= rank) {
        return LatencyBuckets.boundSeconds(bucket) * 1e6;
      }
    }
    return LatencyBuckets.boundSeconds(LatencyBuckets.COUNT - 2) * 1e6;
  }

  private static Map<String, String> cluster(Facts facts) {
    return fields("cluster_enabled", facts.server().clusterCompatible() ? 1 : 0);
  }

  private Map<String, String> proxy(Facts facts, LoopStats stats) {
    List<LoopSnapshot> loops = facts.loops();
    Runtime runtime = Runtime.getRuntime();
    return fields(
        "proxy_loops", loops.size(),
        "proxy_epoch", loops.stream().mapToLong(LoopSnapshot::epoch).min().orElse(-1),
        "proxy_serving", process.serving(),
        "proxy_primaries", facts.servers().asked(),
        "proxy_primaries_answering", facts.servers().all().size(),
        "proxy_memory_used", runtime.totalMemory() - runtime.freeMemory(),
        "proxy_waiting_requests", loops.stream().mapToInt(l -> l.waiting().requests()).sum(),
        "proxy_moved_keys", loops.stream().mapToLong(l -> l.waiting().keysMoved()).sum(),
        "proxy_protocol_errors", stats.protocolErrors(),
        "proxy_unknown_commands", stats.unknownCommands(),
        "proxy_large_requests", stats.largeRequests());
  }
}

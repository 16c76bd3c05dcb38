package io.vodis.proxy.info;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One section of INFO for all servers together: figures are added up, switches and peaks are the
 * highest, states are good only if all are, shares are worked out anew, and other words are shown
 * if all agree.
 */
public final class MergedSection {

  private static final Set<String> HIGHEST =
      Set.of(
          "loading",
          "async_loading",
          "latest_fork_usec",
          "rdb_bgsave_in_progress",
          "rdb_last_bgsave_time_sec",
          "rdb_current_bgsave_time_sec",
          "aof_enabled",
          "aof_rewrite_in_progress",
          "aof_rewrite_scheduled",
          "aof_last_rewrite_time_sec",
          "aof_current_rewrite_time_sec",
          "module_fork_in_progress",
          "module_fork_last_cow_size",
          "current_cow_peak",
          "current_save_keys_processed",
          "repl_backlog_active",
          "active_defrag_running",
          "expired_stale_perc",
          "evicted_scripts",
          "instantaneous_eviction_exceeded_time",
          "current_eviction_exceeded_time");

  private static final Set<String> LOWEST = Set.of("rdb_last_save_time");

  /** Shares: what, of what, and with how many decimals as text. */
  private record Share(String part, String whole, String form) {}

  private static final Map<String, Share> SHARES =
      Map.of(
          "used_memory_peak_perc", new Share("used_memory", "used_memory_peak", "percent"),
          "used_memory_dataset_perc", new Share("used_memory_dataset", "used_memory", "percent"),
          "mem_fragmentation_ratio", new Share("used_memory_rss", "used_memory", "ratio"),
          "allocator_frag_ratio", new Share("allocator_active", "allocator_allocated", "ratio"),
          "allocator_rss_ratio", new Share("allocator_resident", "allocator_active", "ratio"),
          "rss_overhead_ratio", new Share("used_memory_rss", "allocator_resident", "ratio"));

  private MergedSection() {}

  /** The fields of that section in all reports, in the order of their first appearance. */
  public static Map<String, String> of(String section, Collection<ServerReport> reports) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (ServerReport report : reports) {
      report
          .section(section)
          .forEach((key, value) -> values.computeIfAbsent(key, k -> new ArrayList<>()).add(value));
    }
    Map<String, String> merged = new LinkedHashMap<>();
    values.forEach((key, all) -> merged.put(key, merge(key, all)));
    merged.replaceAll((key, value) -> derived(key, value, merged));
    return merged;
  }

  private static String merge(String key, List<String> values) {
    if (values.stream().allMatch(value -> value.matches("-?\\d{1,18}"))) {
      List<Long> numbers = values.stream().map(Long::valueOf).toList();
      if (key.equals("maxmemory") && numbers.contains(0L)) {
        return "0";
      }
      long result =
          HIGHEST.contains(key)
              ? numbers.stream().mapToLong(Long::longValue).max().orElse(0)
              : LOWEST.contains(key)
                  ? numbers.stream().mapToLong(Long::longValue).min().orElse(0)
                  : numbers.stream().mapToLong(n -> n).reduce(0, Long::sum);
      return Long.toString(result);
    }
    if (values.stream().allMatch(value -> value.matches("-?\\d{1,15}\\.\\d{1,9}"))) {
      int decimals = values.getFirst().length() - values.getFirst().indexOf('.') - 1;
      double sum = values.stream().mapToDouble(Double::parseDouble).sum();
      return String.format(Locale.ROOT, "%." + decimals + "f", sum);
    }
    String first = values.getFirst();
    if (key.endsWith("_status")) {
      return values.stream().filter(value -> !value.equals("ok")).findFirst().orElse(first);
    }
    return values.stream().allMatch(first::equals) ? first : "mixed";
  }

  private static String derived(String key, String value, Map<String, String> merged) {
    Share share = SHARES.get(key);
    if (share != null) {
      Double ratio = ratio(merged.get(share.part()), merged.get(share.whole()));
      return ratio == null
          ? value
          : share.form().equals("percent")
              ? String.format(Locale.ROOT, "%.2f%%", 100 * ratio)
              : String.format(Locale.ROOT, "%.2f", ratio);
    }
    if (key.endsWith("_human")) {
      String bytes = merged.get(key.substring(0, key.length() - "_human".length()));
      return bytes != null && bytes.matches("\\d{1,18}") ? human(Long.parseLong(bytes)) : value;
    }
    return value;
  }

  private static @Nullable Double ratio(@Nullable String part, @Nullable String whole) {
    if (part == null || whole == null || !(part + whole).matches("\\d{1,36}")) {
      return null;
    }
    long of = Long.parseLong(whole);
    return of == 0 ? null : (double) Long.parseLong(part) / of;
  }

  /** Bytes as Redis writes them for people. */
  public static String human(long bytes) {
    if (bytes < 1024) {
      return bytes + "B";
    }
    String units = "KMGTPE";
    double scaled = bytes / 1024.0;
    int unit = 0;
    while (scaled >= 1024 && unit < units.length() - 1) {
      scaled /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.2f%c", scaled, units.charAt(unit));
  }

  /** The section Keyspace: a line per database, keys added up. */
  public static Map<String, String> keyspace(Collection<ServerReport> reports) {
    Map<String, long[]> databases = new java.util.TreeMap<>(MergedSection::byNumber);
    for (ServerReport report : reports) {
      report
          .section("keyspace")
          .forEach(
              (database, text) -> {
                long[] sum = databases.computeIfAbsent(database, d -> new long[3]);
                long expires = field(text, "expires");
                sum[0] += field(text, "keys");
                sum[1] += expires;
                sum[2] += expires * field(text, "avg_ttl");
              });
    }
    Map<String, String> lines = new LinkedHashMap<>();
    databases.forEach(
        (database, sum) ->
            lines.put(
                database,
                "keys=%d,expires=%d,avg_ttl=%d"
                    .formatted(sum[0], sum[1], sum[1] == 0 ? 0 : sum[2] / sum[1])));
    return lines;
  }

  private static int byNumber(String one, String other) {
    return one.length() == other.length()
        ? one.compareTo(other)
        : Integer.compare(one.length(), other.length());
  }

  private static long field(String text, String name) {
    for (String pair : text.split(",")) {
      if (pair.startsWith(name + "=") && pair.matches("\\w+=\\d{1,18}")) {
        return Long.parseLong(pair.substring(name.length() + 1));
      }
    }
    return 0;
  }

  /** The modules that servers have, each once. */
  public static List<String> modules(Collection<ServerReport> reports) {
    return reports.stream()
        .map(report -> report.section("modules").getOrDefault("module", ""))
        .flatMap(String::lines)
        .distinct()
        .toList();
  }
}

package io.vodis.proxy.info;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
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
    if (part == null || whole == null || !isCount(part) || !isCount(whole)) {
      // Servers are known to show a difference below zero as a number of 20 digits.
      return null;
    }
    long of = Long.parseLong(whole);
    return of == 0 ? null : (double) Long.parseLong(part) / of;
  }

  private static boolean isCount(String text) {
    return text.matches("\\d{1,18}");
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
    Map<String, Map<String, Long>> databases = new TreeMap<>(MergedSection::byNumber);
    for (ServerReport report : reports) {
      report
          .section("keyspace")
          .forEach(
              (database, text) -> {
                Map<String, Long> sum =
                    databases.computeIfAbsent(database, d -> new LinkedHashMap<>());
                Map<String, Long> figures = figures(text);
                // An average counts as often as there are keys it is an average of.
                figures.computeIfPresent(
                    "avg_ttl", (name, ttl) -> ttl * figures.getOrDefault("expires", 0L));
                figures.forEach((name, figure) -> sum.merge(name, figure, Long::sum));
              });
    }
    databases
        .values()
        .forEach(
            sum ->
                sum.computeIfPresent(
                    "avg_ttl", (name, ttl) -> ttl / Math.max(1, sum.getOrDefault("expires", 0L))));
    return lines(databases);
  }

  /** The section Keysizes: for each database and type, how many keys are of which size. */
  public static Map<String, String> keySizes(Collection<ServerReport> reports) {
    Map<String, Map<String, Long>> sums = new LinkedHashMap<>();
    for (ServerReport report : reports) {
      report
          .section("keysizes")
          .forEach(
              (line, text) -> {
                Map<String, Long> sum =
                    sums.computeIfAbsent(line, l -> new TreeMap<>(MergedSection::bySize));
                figures(text).forEach((size, keys) -> sum.merge(size, keys, Long::sum));
              });
    }
    return lines(sums);
  }

  /** Figures as in {@code keys=5,expires=1}; what is no whole number is left out. */
  private static Map<String, Long> figures(String text) {
    Map<String, Long> figures = new LinkedHashMap<>();
    for (String pair : text.split(",")) {
      if (pair.matches("\\w+=\\d{1,18}")) {
        int equals = pair.indexOf('=');
        figures.put(pair.substring(0, equals), Long.valueOf(pair.substring(equals + 1)));
      }
    }
    return figures;
  }

  private static Map<String, String> lines(Map<String, Map<String, Long>> figures) {
    Map<String, String> lines = new LinkedHashMap<>();
    figures.forEach(
        (key, ofKey) ->
            lines.put(
                key,
                ofKey.entrySet().stream()
                    .map(entry -> entry.getKey() + "=" + entry.getValue())
                    .collect(Collectors.joining(","))));
    return lines;
  }

  /** Sizes as 16 or 4K. */
  private static int bySize(String one, String other) {
    int units = Integer.compare(unit(one), unit(other));
    return units != 0 ? units : byNumber(one, other);
  }

  private static int unit(String size) {
    return "KMGTPE".indexOf(size.charAt(size.length() - 1));
  }

  private static int byNumber(String one, String other) {
    return one.length() == other.length()
        ? one.compareTo(other)
        : Integer.compare(one.length(), other.length());
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

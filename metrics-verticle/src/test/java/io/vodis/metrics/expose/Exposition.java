package io.vodis.metrics.expose;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A strict reader of the Prometheus text format 0.0.4, written from its specification: whatever
 * Prometheus might misread is an error here.
 */
public final class Exposition {

  private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
  private static final Pattern LINE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)\\})? (\\S+)");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\\\\\"n])*)\"(,|$)");
  private static final Set<String> TYPES =
      Set.of("counter", "gauge", "histogram", "summary", "untyped");

  /** One line of values. */
  public record Series(String name, Map<String, String> labels, double value) {}

  private final Map<String, String> types = new LinkedHashMap<>();
  private final Set<String> helped = new HashSet<>();
  private final List<Series> series = new ArrayList<>();

  private Exposition() {}

  /** Reads and checks a whole page. */
  public static Exposition parse(String page) {
    Exposition exposition = new Exposition();
    check(page.isEmpty() || page.endsWith("\n"), "the last line must end", page);
    Set<String> closedFamilies = new HashSet<>();
    String current = "";
    for (String line : page.split("\n")) {
      check(!line.isBlank(), "blank line", line);
      String family = exposition.read(line);
      if (!family.equals(current)) {
        check(closedFamilies.add(family), "the lines of a family must be together", line);
        current = family;
      }
    }
    exposition.checkSeriesUnique();
    exposition.checkHistograms();
    return exposition;
  }

  public Map<String, String> types() {
    return types;
  }

  public List<Series> series() {
    return series;
  }

  /** The value of the one series with this name and at least these labels. */
  public double value(String name, Map<String, String> labels) {
    List<Series> found =
        series.stream()
            .filter(s -> s.name().equals(name))
            .filter(s -> s.labels().entrySet().containsAll(labels.entrySet()))
            .toList();
    check(found.size() == 1, "expected one series, found " + found, name + labels);
    return found.getFirst().value();
  }

  private String read(String line) {
    if (line.startsWith("# HELP ")) {
      String name = line.split(" ", 4)[2];
      check(helped.add(name), "second HELP", line);
      check(!types.containsKey(name), "HELP must come before TYPE", line);
      return name;
    }
    if (line.startsWith("# TYPE ")) {
      String[] parts = line.split(" ");
      check(parts.length == 4 && TYPES.contains(parts[3]), "TYPE", line);
      check(NAME.matcher(parts[2]).matches(), "name", line);
      check(types.put(parts[2], parts[3]) == null, "second TYPE", line);
      return parts[2];
    }
    check(!line.startsWith("#"), "unknown comment", line);
    Matcher matcher = LINE.matcher(line);
    check(matcher.matches(), "not a series", line);
    String labels = matcher.group(2) == null ? "" : matcher.group(2);
    Series read = new Series(matcher.group(1), labels(labels, line), number(matcher.group(3)));
    series.add(read);
    return family(read, line);
  }

  private String family(Series read, String line) {
    if (types.containsKey(read.name())) {
      check(!"histogram".equals(types.get(read.name())), "bare histogram", line);
      check(
          !"counter".equals(types.get(read.name())) || read.name().endsWith("_total"),
          "a counter without _total",
          line);
      return read.name();
    }
    String base = read.name().replaceAll("_(bucket|sum|count)$", "");
    check("histogram".equals(types.get(base)), "no TYPE", line);
    check(read.labels().containsKey("le") == read.name().endsWith("_bucket"), "le", line);
    return base;
  }

  private static Map<String, String> labels(String text, String line) {
    Map<String, String> labels = new TreeMap<>();
    Matcher matcher = LABEL.matcher(text);
    int end = 0;
    while (end < text.length()) {
      check(matcher.find(end) && matcher.start() == end, "labels", line);
      check(labels.put(matcher.group(1), matcher.group(2)) == null, "label twice", line);
      end = matcher.end();
    }
    return labels;
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      case "NaN" -> Double.NaN;
      default -> Double.parseDouble(text);
    };
  }

  private void checkSeriesUnique() {
    Set<String> seen = new HashSet<>();
    for (Series one : series) {
      check(seen.add(one.name() + one.labels()), "series twice", one.toString());
    }
  }

  /** Buckets grow, end at +Inf, and agree with the count. */
  private void checkHistograms() {
    Map<String, List<Series>> buckets = new LinkedHashMap<>();
    for (Series one : series) {
      if (one.name().endsWith("_bucket")) {
        buckets
            .computeIfAbsent(base(one) + without(one.labels()), key -> new ArrayList<>())
            .add(one);
      }
    }
    buckets.forEach(
        (key, list) -> {
          double bound = Double.NEGATIVE_INFINITY;
          double value = 0;
          for (Series bucket : list) {
            double le = number(bucket.labels().getOrDefault("le", "NaN"));
            check(le > bound, "bounds must grow", bucket.toString());
            check(bucket.value() >= value, "buckets must be cumulative", bucket.toString());
            bound = le;
            value = bucket.value();
          }
          check(Double.isInfinite(bound), "no +Inf bucket", key);
          Series first = list.getFirst();
          Map<String, String> labels = without(first.labels());
          check(value == value(base(first) + "_count", labels), "count", key);
          value(base(first) + "_sum", labels);
        });
  }

  private static String base(Series bucket) {
    return bucket.name().substring(0, bucket.name().length() - "_bucket".length());
  }

  private static Map<String, String> without(Map<String, String> labels) {
    Map<String, String> rest = new TreeMap<>(labels);
    rest.remove("le");
    return rest;
  }

  private static void check(boolean condition, String what, String where) {
    if (!condition) {
      throw new AssertionError(what + ": " + where);
    }
  }
}

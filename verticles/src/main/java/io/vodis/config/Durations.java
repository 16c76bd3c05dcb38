package io.vodis.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Codis reads and writes them: {@code 500ms}, {@code 30s}; no unit means seconds. */
public final class Durations {

  private static final Pattern SYNTAX =
      Pattern.compile("\\s*([0-9]+(?:\\.[0-9]+)?)\\s*([a-z]*)\\s*");

  /** Nanoseconds of each unit, largest first. */
  private static final Map<String, Long> UNITS = new LinkedHashMap<>();

  static {
    UNITS.put("h", 3_600_000_000_000L);
    UNITS.put("m", 60_000_000_000L);
    UNITS.put("s", 1_000_000_000L);
    UNITS.put("ms", 1_000_000L);
    UNITS.put("us", 1_000L);
    UNITS.put("ns", 1L);
  }

  private Durations() {}

  /**
   * Reads a duration.
   *
   * @throws IllegalArgumentException if the text is not of that form
   */
  public static Duration parse(String text) {
    Matcher matcher = SYNTAX.matcher(text.toLowerCase(Locale.ROOT));
    if (matcher.matches()) {
      Long unit = UNITS.get(matcher.group(2).isEmpty() ? "s" : matcher.group(2));
      if (unit != null) {
        BigDecimal nanos = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit));
        if (nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0) {
          return Duration.ofNanos(nanos.longValue());
        }
      }
    }
    throw new IllegalArgumentException(
        "invalid duration '" + text + "', expected e.g. 500ms, 30s, 5m or 1h");
  }

  /** The largest unit that divides the duration: 1800 seconds are {@code 30m}. */
  public static String render(Duration duration) {
    long nanos = duration.toNanos();
    if (nanos == 0) {
      return "0";
    }
    for (Map.Entry<String, Long> unit : UNITS.entrySet()) {
      if (nanos % unit.getValue() == 0) {
        return nanos / unit.getValue() + unit.getKey();
      }
    }
    throw new IllegalStateException("every duration is a whole number of nanoseconds");
  }
}

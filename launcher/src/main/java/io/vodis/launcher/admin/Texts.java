package io.vodis.launcher.admin;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Figures as people read them; null stays null. */
final class Texts {

  private static final String[] BYTE_UNITS = {"B", "kB", "MB", "GB", "TB"};
  private static final int BYTE_UNIT_STEP = 1024;

  private Texts() {}

  static @Nullable String bytes(@Nullable Long bytes) {
    if (bytes == null) {
      return null;
    }
    double value = bytes;
    int unit = 0;
    while (value >= BYTE_UNIT_STEP && unit < BYTE_UNITS.length - 1) {
      value /= BYTE_UNIT_STEP;
      unit++;
    }
    return unit == 0
        ? bytes + " B"
        : String.format(Locale.ROOT, "%.1f %s", value, BYTE_UNITS[unit]);
  }

  /** {@code 0.4s}, {@code 12s}, {@code 3m05s}, {@code 2h07m}. */
  static @Nullable String duration(@Nullable Long millis) {
    if (millis == null) {
      return null;
    }
    Duration duration = Duration.ofMillis(millis);
    if (duration.toSeconds() < 10) {
      return String.format(Locale.ROOT, "%.1fs", millis / 1000.0);
    }
    if (duration.toMinutes() < 1) {
      return duration.toSeconds() + "s";
    }
    return duration.toHours() < 1
        ? String.format(Locale.ROOT, "%dm%02ds", duration.toMinutes(), duration.toSecondsPart())
        : String.format(Locale.ROOT, "%dh%02dm", duration.toHours(), duration.toMinutesPart());
  }

  /** To the second; what is no time is left as it is. */
  static String time(String isoTime) {
    try {
      return Instant.parse(isoTime).truncatedTo(ChronoUnit.SECONDS).toString();
    } catch (DateTimeParseException e) {
      return isoTime;
    }
  }

  static @Nullable String rate(@Nullable Double perSecond) {
    return perSecond == null ? null : Math.round(perSecond) + "/s";
  }

  /** {@code 7} or {@code 7-9}. */
  static String span(int first, int last) {
    return first == last ? Integer.toString(first) : first + "-" + last;
  }

  /** {@code 1 slot}, {@code 2 slots}. */
  static String count(int count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}

package io.vodis.topom.plan;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The times of day at which keys may be moved: {@code "22:00-06:00,12:00-13:00 Europe/Berlin"}, in
 * UTC where no zone is named. A window that ends before it begins goes over midnight; one that
 * begins and ends at the same time is the whole day. No window at all means always.
 */
public final class MigrationWindows {

  /** Keys may be moved at any time. */
  public static final MigrationWindows ALWAYS = new MigrationWindows("", List.of(), ZoneOffset.UTC);

  /** The form, for error messages. */
  public static final String FORM =
      "HH:MM-HH:MM, several separated by commas, then perhaps a time zone such as Europe/Berlin";

  private static final Pattern WINDOW =
      Pattern.compile("([01]\\d|2[0-3]):([0-5]\\d)-([01]\\d|2[0-3]):([0-5]\\d)");

  private record Window(LocalTime from, LocalTime to) {
    boolean contains(LocalTime time) {
      if (from.equals(to)) {
        return true;
      }
      return from.isBefore(to)
          ? !time.isBefore(from) && time.isBefore(to)
          : !time.isBefore(from) || time.isBefore(to);
    }
  }

  private final String text;
  private final List<Window> windows;
  private final ZoneId zone;

  private MigrationWindows(String text, List<Window> windows, ZoneId zone) {
    this.text = text;
    this.windows = windows;
    this.zone = zone;
  }

  /**
   * Reads windows.
   *
   * @throws IllegalArgumentException if the text is not of the {@link #FORM}
   */
  public static MigrationWindows parse(String text) {
    String trimmed = text.trim();
    if (trimmed.isEmpty()) {
      return ALWAYS;
    }
    int space = trimmed.lastIndexOf(' ');
    boolean zoned = space >= 0 && !WINDOW.matcher(trimmed.substring(space + 1)).matches();
    ZoneId zone = zoned ? zone(trimmed.substring(space + 1)) : ZoneOffset.UTC;
    List<Window> windows = new ArrayList<>();
    for (String part : (zoned ? trimmed.substring(0, space) : trimmed).split(",", -1)) {
      Matcher matcher = WINDOW.matcher(part.trim());
      if (!matcher.matches()) {
        throw new IllegalArgumentException("'" + part.trim() + "' is no window, expected " + FORM);
      }
      windows.add(
          new Window(
              LocalTime.of(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))),
              LocalTime.of(
                  Integer.parseInt(matcher.group(3)), Integer.parseInt(matcher.group(4)))));
    }
    return new MigrationWindows(trimmed, windows, zone);
  }

  private static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("'" + name + "' is no time zone, expected " + FORM, e);
    }
  }

  public boolean isOpen(Instant now) {
    LocalTime time = now.atZone(zone).toLocalTime();
    return windows.isEmpty() || windows.stream().anyMatch(window -> window.contains(time));
  }

  /** When the next window opens; empty while one is open. */
  public Optional<ZonedDateTime> opensAt(Instant now) {
    if (isOpen(now)) {
      return Optional.empty();
    }
    ZonedDateTime here = now.atZone(zone);
    return windows.stream()
        .map(
            window -> {
              ZonedDateTime today = here.with(window.from());
              return today.isAfter(here)
                  ? today
                  : here.plus(1, ChronoUnit.DAYS).with(window.from());
            })
        .min(ZonedDateTime::compareTo);
  }

  /** As given; empty for always. */
  @Override
  public String toString() {
    return text;
  }
}

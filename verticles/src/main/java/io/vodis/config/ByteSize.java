package io.vodis.config;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of bytes, read and written as Codis does: {@code 64kb}, {@code 1gb}, {@code 1.5m};
 * units are powers of 1024, no unit means bytes.
 */
public record ByteSize(long bytes) {

  private static final Pattern SYNTAX =
      Pattern.compile("\\s*(-?[0-9.]+)\\s*([kmgtp]?b|[kmgtp]|)\\s*");
  private static final String UNITS = "bkmgtp";

  /**
   * Reads a size.
   *
   * @throws IllegalArgumentException if the text is not of that form
   */
  public static ByteSize parse(String text) {
    Matcher matcher = SYNTAX.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException("invalid size '" + text + "', expected e.g. 64kb or 1gb");
    }
    String unit = matcher.group(2);
    int power = unit.isEmpty() ? 0 : UNITS.indexOf(unit.charAt(0));
    try {
      BigDecimal factor = BigDecimal.valueOf(1L << (10 * power));
      return new ByteSize(new BigDecimal(matcher.group(1)).multiply(factor).longValue());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("invalid size '" + text + "'", e);
    }
  }

  public static ByteSize ofKib(long kib) {
    return new ByteSize(kib << 10);
  }

  public static ByteSize ofMib(long mib) {
    return new ByteSize(mib << 20);
  }

  /**
   * The largest unit that divides the amount, as Codis prints it: {@code 1024mb} is {@code 1gb}.
   */
  @Override
  public String toString() {
    if (bytes == 0) {
      return "0";
    }
    int power = Math.min(5, Long.numberOfTrailingZeros(bytes) / 10);
    String unit = power == 0 ? "b" : UNITS.charAt(power) + "b";
    return (bytes >> (10 * power)) + unit;
  }
}

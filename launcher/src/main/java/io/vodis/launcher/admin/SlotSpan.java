package io.vodis.launcher.admin;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Slots {@code first} to {@code last}, both included, written {@code 7} or {@code 0-511}. */
record SlotSpan(int first, int last) {

  private static final int SLOT_ID_MAX = 1023;

  /** Reads what was typed. */
  static final class Converter implements ITypeConverter<SlotSpan> {

    @Override
    public SlotSpan convert(String text) {
      int dash = text.indexOf('-');
      try {
        int first = Integer.parseInt(dash < 0 ? text : text.substring(0, dash));
        int last = dash < 0 ? first : Integer.parseInt(text.substring(dash + 1));
        if (first >= 0 && first <= last && last <= SLOT_ID_MAX) {
          return new SlotSpan(first, last);
        }
      } catch (NumberFormatException e) {
        // Told below, in the same words.
      }
      throw new TypeConversionException(
          "'" + text + "' is no slot or range of slots, expected e.g. 7 or 0-511, up to 1023");
    }
  }

  @Override
  public String toString() {
    return Texts.span(first, last);
  }
}

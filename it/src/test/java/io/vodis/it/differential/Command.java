package io.vodis.it.differential;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * A command to send.
 *
 * @param inline whether to send it as a line of text
 * @param distorted whether it was made wrong on purpose
 */
record Command(List<byte[]> arguments, boolean inline, boolean distorted) {

  private static final int SHOWN_MAX = 60;

  /** The name, in capital letters. */
  String name() {
    return text(0).toUpperCase(Locale.ROOT);
  }

  /** An argument as text, one character per byte; empty if there is none. */
  String text(int argument) {
    return argument < arguments.size()
        ? new String(arguments.get(argument), StandardCharsets.ISO_8859_1)
        : "";
  }

  byte[] encoded() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (inline) {
      for (int i = 0; i < arguments.size(); i++) {
        ascii(out, i == 0 ? "" : " ");
        out.writeBytes(arguments.get(i));
      }
      ascii(out, "\r\n");
      return out.toByteArray();
    }
    ascii(out, "*" + arguments.size() + "\r\n");
    for (byte[] argument : arguments) {
      ascii(out, "$" + argument.length + "\r\n");
      out.writeBytes(argument);
      ascii(out, "\r\n");
    }
    return out.toByteArray();
  }

  private static void ascii(ByteArrayOutputStream out, String text) {
    out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Bytes as they can be read, and no more than fits a line. */
  static String shown(String bytes) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < bytes.length() && text.length() < SHOWN_MAX; i++) {
      char c = bytes.charAt(i);
      text.append(c > ' ' && c <= '~' ? String.valueOf(c) : String.format("\\x%02x", (int) c));
    }
    if (text.length() >= SHOWN_MAX) {
      text.append("…(").append(bytes.length()).append(')');
    }
    return text.isEmpty() ? "''" : text.toString();
  }

  @Override
  public String toString() {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < arguments.size(); i++) {
      line.append(i == 0 ? "" : " ").append(shown(text(i)));
    }
    return line.append(inline ? "   (inline)" : "").toString();
  }
}

package io.vodis.redis;

/** One field of the text that a server answers to INFO. Pure. */
public final class InfoField {

  private InfoField() {}

  /** A whole number; -1 if the text has no such field. */
  public static long number(String info, String name) {
    int at = info.indexOf("\n" + name + ":");
    if (at < 0) {
      return -1;
    }
    long value = 0;
    for (int i = at + name.length() + 2; i < info.length(); i++) {
      int digit = info.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  /** A word; empty if the text has no such field. */
  public static String text(String info, String name) {
    int at = info.indexOf("\n" + name + ":");
    return at < 0 ? "" : info.substring(at + name.length() + 2).lines().findFirst().orElse("");
  }
}

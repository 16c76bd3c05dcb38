package io.vodis.proxy.script;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What the first line of a script says of it, as {@code #!lua flags=no-writes}. Pure. */
public final class ScriptFlags {

  private static final int FIRST_LINE_MAX = 512;

  private ScriptFlags() {}

  /** Whether the server will refuse every write that the script asks for. */
  public static boolean neverWrites(byte[] body) {
    if (body.length < 2 || body[0] != '#' || body[1] != '!') {
      return false;
    }
    int end = 0;
    while (end < body.length && end < FIRST_LINE_MAX && body[end] != '\n') {
      end++;
    }
    String line = new String(body, 0, end, StandardCharsets.ISO_8859_1);
    return Arrays.stream(line.strip().split("\\s+"))
        .filter(word -> word.startsWith("flags="))
        .flatMap(word -> Arrays.stream(word.substring("flags=".length()).split(",")))
        .anyMatch("no-writes"::equals);
  }
}

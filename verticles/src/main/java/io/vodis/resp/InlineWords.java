package io.vodis.resp;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The words of an inline request, quoted as in {@code redis-cli}: blanks part words, {@code "a b"}
 * with C escapes and {@code \xHH}, {@code 'a b'} with {@code \'} only. A closing quote must be
 * followed by a blank or the end.
 */
final class InlineWords {

  private final byte[] line;
  private final ByteArrayOutputStream word = new ByteArrayOutputStream();
  private int at;

  private InlineWords(byte[] line) {
    this.line = line;
  }

  /** The words, or null when a quote is not closed or is closed in the middle of a word. */
  static @Nullable List<byte[]> split(byte[] line) {
    return new InlineWords(line).words();
  }

  private @Nullable List<byte[]> words() {
    List<byte[]> words = new ArrayList<>();
    while (true) {
      while (at < line.length && isBlank(line[at])) {
        at++;
      }
      if (at == line.length) {
        return words;
      }
      word.reset();
      if (!word()) {
        return null;
      }
      words.add(word.toByteArray());
    }
  }

  private boolean word() {
    while (at < line.length && !isBlank(line[at])) {
      byte b = line[at++];
      if (b == '"') {
        return doubleQuoted();
      }
      if (b == '\'') {
        return singleQuoted();
      }
      word.write(b);
    }
    return true;
  }

  private boolean doubleQuoted() {
    while (at < line.length) {
      byte b = line[at++];
      if (b == '"') {
        return atWordEnd();
      }
      if (b == '\\' && at < line.length) {
        escape();
      } else {
        word.write(b);
      }
    }
    return false;
  }

  private void escape() {
    byte b = line[at++];
    if (b == 'x' && line.length - at >= 2 && hex(line[at]) >= 0 && hex(line[at + 1]) >= 0) {
      word.write(hex(line[at]) << 4 | hex(line[at + 1]));
      at += 2;
      return;
    }
    word.write(
        switch (b) {
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          case 'b' -> '\b';
          case 'a' -> 7;
          default -> b;
        });
  }

  private boolean singleQuoted() {
    while (at < line.length) {
      byte b = line[at++];
      if (b == '\'') {
        return atWordEnd();
      }
      if (b == '\\' && at < line.length && line[at] == '\'') {
        at++;
        word.write('\'');
      } else {
        word.write(b);
      }
    }
    return false;
  }

  private boolean atWordEnd() {
    return at == line.length || isBlank(line[at]);
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b >= '\t' && b <= '\r';
  }

  private static int hex(byte b) {
    return Character.digit((char) b, 16);
  }
}

package io.vodis.testsupport.codis;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** RESP2 with blocking streams. Bytes are held in strings, one per character. */
final class Wire {

  /** An error reply, without its leading dash. */
  record Failure(String text) {}

  private Wire() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  static String bulk(String value) {
    return "$" + value.length() + "\r\n" + value + "\r\n";
  }

  static String number(long value) {
    return ":" + value + "\r\n";
  }

  static String error(String message) {
    return "-ERR " + message + "\r\n";
  }

  static String array(List<String> frames) {
    return "*" + frames.size() + "\r\n" + String.join("", frames);
  }

  static String command(List<String> arguments) {
    return array(arguments.stream().map(Wire::bulk).toList());
  }

  /** The next request; null at the end of the stream. */
  static @Nullable List<String> request(InputStream in) throws IOException {
    int first = in.read();
    if (first < 0) {
      return null;
    }
    String header = (char) first + line(in);
    if (!header.startsWith("*")) {
      return List.of(header.trim().split(" +"));
    }
    int count = Integer.parseInt(header.substring(1));
    List<String> arguments = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      arguments.add(body(in, Integer.parseInt(line(in).substring(1))));
    }
    return arguments;
  }

  /** One whole reply as it came. */
  static byte[] frame(InputStream in) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    copyFrame(in, out);
    return out.toByteArray();
  }

  private static void copyFrame(InputStream in, ByteArrayOutputStream out) throws IOException {
    String header = line(in);
    out.writeBytes(bytes(header + "\r\n"));
    int length =
        switch (header.charAt(0)) {
          case '$', '*' -> Integer.parseInt(header.substring(1));
          default -> -1;
        };
    if (header.charAt(0) == '$' && length >= 0) {
      out.writeBytes(bytes(body(in, length) + "\r\n"));
    }
    for (int i = 0; header.charAt(0) == '*' && i < length; i++) {
      copyFrame(in, out);
    }
  }

  /** The next reply: text, {@link Long}, {@link Failure}, list, or null. */
  static @Nullable Object reply(InputStream in) throws IOException {
    String header = line(in);
    String rest = header.substring(1);
    return switch (header.charAt(0)) {
      case '+' -> rest;
      case '-' -> new Failure(rest);
      case ':' -> Long.valueOf(rest);
      case '$' -> Integer.parseInt(rest) < 0 ? null : body(in, Integer.parseInt(rest));
      default -> items(in, Integer.parseInt(rest));
    };
  }

  private static @Nullable List<@Nullable Object> items(InputStream in, int count)
      throws IOException {
    if (count < 0) {
      return null;
    }
    List<@Nullable Object> items = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      items.add(reply(in));
    }
    return items;
  }

  private static String body(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length + 2);
    if (bytes.length < length + 2) {
      throw new EOFException();
    }
    return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException();
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }
}

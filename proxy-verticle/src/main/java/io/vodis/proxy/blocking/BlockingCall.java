package io.vodis.proxy.blocking;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A command that waits, as a value: where its time-out is, and which of its stream ids mean "from
 * now on", so that it can be asked for again elsewhere with the time and the ids that are left.
 *
 * @param args the request
 * @param timeoutArg the argument that says how long; 0 if there is none
 * @param millis whether that is in milliseconds; otherwise in seconds, perhaps with decimals
 * @param timeoutNanos {@link #FOR_EVER} if it has no end, or if the server will refuse it
 * @param newOnly pairs of a stream and the place of its id, for each id that is {@code $}
 */
public record BlockingCall(
    List<byte[]> args, int timeoutArg, boolean millis, long timeoutNanos, List<StreamId> newOnly) {

  static final long FOR_EVER = 0;

  private static final Set<String> TIMEOUT_FIRST = Set.of("blmpop", "bzmpop");
  private static final Set<String> STREAMS = Set.of("xread", "xreadgroup");
  private static final Set<String> TIMEOUT_LAST =
      Set.of("blpop", "brpop", "bzpopmin", "bzpopmax", "brpoplpush", "blmove");

  /** A stream and the place of the id behind which it is read. */
  record StreamId(byte[] stream, int arg) {}

  public BlockingCall {
    args = List.copyOf(args);
    newOnly = List.copyOf(newOnly);
  }

  /** Understands a request; {@code name} is its command in lower case. */
  static BlockingCall of(String name, List<byte[]> args) {
    if (STREAMS.contains(name)) {
      return ofStreams(name, args);
    }
    int timeoutArg =
        TIMEOUT_FIRST.contains(name) ? 1 : TIMEOUT_LAST.contains(name) ? args.size() - 1 : 0;
    long nanos = timeoutArg == 0 ? FOR_EVER : nanos(text(args.get(timeoutArg)), 1e9);
    return new BlockingCall(args, timeoutArg, false, nanos, List.of());
  }

  private static BlockingCall ofStreams(String name, List<byte[]> args) {
    int timeoutArg = 0;
    int arg = name.equals("xreadgroup") ? 4 : 1;
    for (; arg < args.size() && !isWord(args.get(arg), "streams"); arg++) {
      if (isWord(args.get(arg), "block") && arg + 1 < args.size()) {
        timeoutArg = ++arg;
      } else if (isWord(args.get(arg), "count")) {
        arg++;
      }
    }
    int first = arg + 1;
    int count = (args.size() - first) / 2;
    List<StreamId> newOnly = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int idArg = first + count + i;
      if (text(args.get(idArg)).equals("$")) {
        newOnly.add(new StreamId(args.get(first + i), idArg));
      }
    }
    long nanos = timeoutArg == 0 ? FOR_EVER : nanos(text(args.get(timeoutArg)), 1e6);
    return new BlockingCall(args, timeoutArg, true, nanos, newOnly);
  }

  private static boolean isWord(byte[] arg, String word) {
    return arg.length == word.length() && text(arg).toLowerCase(Locale.ROOT).equals(word);
  }

  private static String text(byte[] arg) {
    return new String(arg, StandardCharsets.ISO_8859_1);
  }

  private static long nanos(String text, double unit) {
    try {
      double nanos = Double.parseDouble(text) * unit;
      return nanos > 0 && nanos < Long.MAX_VALUE / 4 ? Math.max(1, (long) nanos) : FOR_EVER;
    } catch (NumberFormatException e) {
      // The server says what is wrong with it.
      return FOR_EVER;
    }
  }

  boolean endsSometime() {
    return timeoutNanos != FOR_EVER;
  }

  /** The request as it came. */
  byte[] frame() {
    return frame(args);
  }

  /**
   * The request for the time that is left.
   *
   * @param ids what has become of ids that meant "from now on", by their place
   */
  byte[] frame(long nanosLeft, Map<Integer, byte[]> ids) {
    List<byte[]> changed = new ArrayList<>(args);
    ids.forEach(changed::set);
    if (timeoutArg > 0 && endsSometime()) {
      long millisLeft = Math.max(1, (nanosLeft + 999_999) / 1_000_000);
      String left =
          millis || millisLeft % 1000 == 0
              ? Long.toString(millis ? millisLeft : millisLeft / 1000)
              : String.format(Locale.ROOT, "%d.%03d", millisLeft / 1000, millisLeft % 1000);
      changed.set(timeoutArg, left.getBytes(StandardCharsets.US_ASCII));
    }
    return frame(changed);
  }

  /** A request of these arguments. */
  static byte[] frame(List<byte[]> args) {
    int length = 16;
    for (byte[] arg : args) {
      length += arg.length + 16;
    }
    java.nio.ByteBuffer out = java.nio.ByteBuffer.allocate(length);
    out.put(("*" + args.size() + "\r\n").getBytes(StandardCharsets.US_ASCII));
    for (byte[] arg : args) {
      out.put(("$" + arg.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
      out.put(arg).put((byte) '\r').put((byte) '\n');
    }
    return java.util.Arrays.copyOf(out.array(), out.position());
  }

  /** A request of these words. */
  static byte[] frame(String... words) {
    return frame(
        java.util.Arrays.stream(words)
            .map(word -> word.getBytes(StandardCharsets.ISO_8859_1))
            .toList());
  }

  /** The last id a stream has given out, from the reply to XINFO STREAM; 0-0 if it has none. */
  static byte[] lastId(String reply) {
    String field = "last-generated-id\r\n";
    int at = reply.indexOf(field);
    if (at < 0) {
      return "0-0".getBytes(StandardCharsets.US_ASCII);
    }
    int from = reply.indexOf("\r\n", at + field.length()) + 2;
    int end = reply.indexOf("\r\n", from);
    return reply.substring(from, end).getBytes(StandardCharsets.US_ASCII);
  }
}

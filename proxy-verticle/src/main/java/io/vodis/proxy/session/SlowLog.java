package io.vodis.proxy.session;

import io.vodis.proxy.command.CommandSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The latest slow requests of one loop, the newest first. */
public final class SlowLog {

  /** As many arguments, and bytes of one, as Redis keeps. */
  private static final int ARGS_MAX = 32;

  private static final int ARG_BYTES_MAX = 128;

  /**
   * One slow request.
   *
   * @param id unique in the process; grows with time on a loop
   * @param args cut as Redis cuts them; the command alone if its arguments were not kept
   */
  public record Entry(
      long id, long unixSeconds, long micros, List<byte[]> args, String address, String name) {}

  private final int loopIndex;
  private final int loopCount;
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private long noted;

  public SlowLog(int loopIndex, int loopCount) {
    this.loopIndex = loopIndex;
    this.loopCount = loopCount;
  }

  /** Notes a request of a session; without arguments its name stands for them. */
  void note(
      Session session,
      CommandSpec spec,
      List<byte[]> args,
      long nanos,
      long unixSeconds,
      int most) {
    entries.addFirst(
        new Entry(
            noted++ * loopCount + loopIndex,
            unixSeconds,
            nanos / 1000,
            args.isEmpty() ? nameOf(spec.name()) : args,
            session.socket().remoteAddress(),
            session.client().name()));
    shrinkTo(most);
  }

  /** The words a subcommand's name is made of, as they would stand in a request. */
  private static List<byte[]> nameOf(String name) {
    List<byte[]> words = new ArrayList<>(2);
    for (String word : name.split("\\|")) {
      words.add(word.getBytes(StandardCharsets.ISO_8859_1));
    }
    return words;
  }

  void shrinkTo(int length) {
    while (entries.size() > length) {
      entries.removeLast();
    }
  }

  public void clear() {
    entries.clear();
  }

  public List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** How many arguments of a request are worth keeping. */
  static int argsKept(int argCount) {
    return Math.min(argCount, ARGS_MAX);
  }

  /** The last of the arguments kept, when there are more: a word about how many. */
  static byte[] moreArgs(int argCount) {
    return ascii("... (" + (argCount - ARGS_MAX + 1) + " more arguments)");
  }

  /** How many bytes of an argument are kept. */
  static int bytesKept(int argLength) {
    return Math.min(argLength, ARG_BYTES_MAX);
  }

  /** What stands for the bytes of an argument that are not kept; empty if all are. */
  static byte[] moreBytes(int argLength) {
    return argLength > ARG_BYTES_MAX
        ? ascii("... (" + (argLength - ARG_BYTES_MAX) + " more bytes)")
        : new byte[0];
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

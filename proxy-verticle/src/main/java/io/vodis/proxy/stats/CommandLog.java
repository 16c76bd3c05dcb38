package io.vodis.proxy.stats;

import io.vodis.proxy.command.CommandSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The latest requests of one loop that were remarkable in one way, the newest first. */
public final class CommandLog {

  /** The lists there are, as COMMANDLOG tells them apart; SLOWLOG shows the first. */
  public enum Kind {
    SLOW,
    LARGE_REQUEST,
    LARGE_REPLY
  }

  /**
   * One of these requests.
   *
   * @param id unique in the process; grows with time on a loop
   * @param value the microseconds it took, or its bytes, or those of its reply
   * @param args cut as Redis cuts them; the command alone if its arguments were not kept
   */
  public record Entry(
      long id, long unixSeconds, long value, List<byte[]> args, String address, String name) {}

  private final int loopIndex;
  private final int loopCount;
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private int most;
  private long noted;

  CommandLog(int loopIndex, int loopCount, int most) {
    this.loopIndex = loopIndex;
    this.loopCount = loopCount;
    this.most = most;
  }

  /** Notes a request; without arguments its name stands for them. */
  void note(
      CommandSpec spec,
      List<byte[]> args,
      long value,
      long unixSeconds,
      String address,
      String clientName) {
    entries.addFirst(
        new Entry(
            noted++ * loopCount + loopIndex,
            unixSeconds,
            value,
            args.isEmpty() ? nameOf(spec.name()) : args,
            address,
            clientName));
    keep(most);
  }

  /** The words a subcommand's name is made of, as they would stand in a request. */
  private static List<byte[]> nameOf(String name) {
    List<byte[]> words = new ArrayList<>(2);
    for (String word : name.split("\\|")) {
      words.add(word.getBytes(StandardCharsets.ISO_8859_1));
    }
    return words;
  }

  /** Keeps so many from now on. */
  void keep(int length) {
    most = length;
    while (entries.size() > length) {
      entries.removeLast();
    }
  }

  public void clear() {
    entries.clear();
  }

  public int size() {
    return entries.size();
  }

  public List<Entry> entries() {
    return List.copyOf(entries);
  }
}

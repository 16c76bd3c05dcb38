package io.vodis.it.differential;

import io.vodis.model.HostAndPort;
import io.vodis.testsupport.RespClient;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One connection to the proxy and one to the plain server, which are told the same. */
final class Conversation implements AutoCloseable {

  /** What the two have answered to a command, where it is not the same. */
  record Difference(Command command, String expected, String actual) {

    /** The same for differences that probably have one cause. */
    String kind() {
      return command.name() + beginning(expected) + beginning(actual);
    }

    private static String beginning(String reply) {
      return " " + reply.substring(0, Math.min(reply.length(), 12));
    }

    @Override
    public String toString() {
      return command
          + "\n  server: "
          + Command.shown(expected)
          + "\n  proxy:  "
          + Command.shown(actual);
    }
  }

  private static final Duration TIMEOUT = Duration.ofSeconds(8);
  private static final String QUEUED = "+QUEUED\r\n";

  private final ReplyRules rules;
  private final RespClient proxy;
  private final RespClient plain;
  private final Map<ReplyRules.Verdict, Long> verdicts = new EnumMap<>(ReplyRules.Verdict.class);
  private final List<Command> queued = new ArrayList<>();
  private List<Command> executed = List.of();
  private long crossSlot;
  private long errors;

  Conversation(ReplyRules rules, HostAndPort proxyAddress, HostAndPort plainAddress, int protocol) {
    this.rules = rules;
    proxy = RespClient.connect(proxyAddress, TIMEOUT);
    plain = RespClient.connect(plainAddress, TIMEOUT);
    if (protocol == 3) {
      proxy.expect("HELLO", "3");
      plain.expect("HELLO", "3");
    }
  }

  /**
   * Sends commands in one write to each, and compares the replies; the first difference is
   * returned. A distorted command has to be alone: what was an argument may be a key of another
   * slot now, which only the proxy minds, and then the server is not told.
   */
  @Nullable Difference exchange(List<Command> commands) {
    boolean distorted = commands.getFirst().distorted();
    byte[] request = encoded(commands);
    proxy.sendRaw(request);
    if (!distorted) {
      plain.sendRaw(request);
    }
    Difference first = null;
    for (Command command : commands) {
      String actual = receive(proxy);
      if (distorted) {
        if (actual.startsWith("-CROSSSLOT ")) {
          crossSlot++;
          return null;
        }
        plain.sendRaw(request);
      }
      String expected = receive(plain);
      ReplyRules.Verdict verdict = verdict(command, expected, actual);
      verdicts.merge(verdict, 1L, Long::sum);
      errors += expected.startsWith("-") ? 1 : 0;
      if (verdict == ReplyRules.Verdict.DIFFERENT && first == null) {
        first = difference(command, expected, actual);
      }
    }
    return first;
  }

  /** Of a transaction, the command in it whose reply differs. */
  private Difference difference(Command command, String expected, String actual) {
    int place =
        command.name().equals("EXEC") ? rules.firstDifferent(executed, expected, actual) : -1;
    return place < 0
        ? new Difference(command, expected, actual)
        : new Difference(
            executed.get(place),
            ReplyRules.items(expected).get(place),
            ReplyRules.items(actual).get(place));
  }

  private ReplyRules.Verdict verdict(Command command, String expected, String actual) {
    if (expected.equals(QUEUED) && actual.equals(QUEUED)) {
      queued.add(command);
      return ReplyRules.Verdict.EQUAL;
    }
    if (command.name().equals("EXEC")) {
      executed = List.copyOf(queued);
      queued.clear();
      return rules.compare(executed, expected, actual);
    }
    if (command.name().equals("DISCARD") || command.name().equals("RESET")) {
      queued.clear();
    }
    return rules.compare(command, expected, actual);
  }

  private static byte[] encoded(List<Command> commands) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    commands.forEach(command -> bytes.writeBytes(command.encoded()));
    return bytes.toByteArray();
  }

  private static String receive(RespClient client) {
    try {
      return client.receiveRaw();
    } catch (UncheckedIOException lost) {
      return "(no reply: " + lost.getMessage() + ")";
    }
  }

  Map<ReplyRules.Verdict, Long> verdicts() {
    return verdicts;
  }

  /** How many of the replies were errors. */
  long errors() {
    return errors;
  }

  /** How many distorted commands the proxy has refused because of their keys. */
  long crossSlot() {
    return crossSlot;
  }

  @Override
  public void close() {
    proxy.close();
    plain.close();
  }
}

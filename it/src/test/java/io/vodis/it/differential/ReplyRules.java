package io.vodis.it.differential;

import io.vodis.testsupport.ServerBinary;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What may differ between two servers that were told the same, and how. All else has to be equal
 * byte by byte.
 */
final class ReplyRules {

  /** In which way two replies are the same. */
  enum Verdict {
    EQUAL,
    EQUAL_BY_RULE,
    DIFFERENT
  }

  /** Hash tables have another order in each process: the items count, not their order. */
  private static final Set<String> UNORDERED =
      Set.of(
          "ACL",
          "KEYS",
          "PUBSUB",
          "SDIFF",
          "SINTER",
          "SMEMBERS",
          "SPOP",
          "SRANDMEMBER",
          "SSCAN",
          "SUNION",
          "HKEYS",
          "HVALS");

  /** The same for pairs. */
  private static final Set<String> UNORDERED_PAIRS =
      Set.of("HGETALL", "HRANDFIELD", "HSCAN", "ZRANDMEMBER", "ZSCAN");

  /** Figures that go on while the one server is asked after the other, in seconds or ms. */
  private static final Set<String> TIMES =
      Set.of(
          "EXPIRETIME",
          "HEXPIRETIME",
          "HPEXPIRETIME",
          "HPTTL",
          "HTTL",
          "OBJECT",
          "PEXPIRETIME",
          "PTTL",
          "TTL",
          "XINFO",
          "XPENDING");

  /** Sizes, and payloads of values whose inner order is a matter of chance. */
  private static final Set<String> TYPE_ONLY = Set.of("MEMORY", "DUMP");

  /**
   * A number of keys that is none is told by the proxy, in one wording for all. Commands of modules
   * (vector sets) are named in capital letters by the server. Valkey 9 names MULTI and WATCH when
   * it refuses them inside MULTI.
   */
  private static final Set<String> OTHER_WORDS =
      Set.of("FCALL", "FCALL_RO", "MSETEX", "MULTI", "WATCH");

  /** Of all groups: in a transaction they are carried out when the rest of it is done. */
  private static final Set<String> AFTER_EXEC = Set.of("DBSIZE", "KEYS");

  private static final long TIME_TOLERANCE = 5000;

  private final boolean newestWording;

  private final boolean severalGroups;

  /** The proxy's own errors have the words of Redis 7; those of older servers may differ. */
  ReplyRules(ServerBinary.Version version, int groups) {
    newestWording = version.isAtLeast(7, 0);
    severalGroups = groups > 1;
  }

  /** Whether the server has the words of Redis 7 too. */
  boolean areNewest() {
    return newestWording;
  }

  Verdict compare(Command command, String expected, String actual) {
    if (expected.equals(actual)) {
      return Verdict.EQUAL;
    }
    return byRule(command.name(), expected, actual) ? Verdict.EQUAL_BY_RULE : Verdict.DIFFERENT;
  }

  /** The replies to EXEC, each by the rule of its own command. */
  Verdict compare(List<Command> queued, String expected, String actual) {
    if (expected.equals(actual)) {
      return Verdict.EQUAL;
    }
    List<String> expectedItems = items(expected);
    List<String> actualItems = items(actual);
    if (expected.charAt(0) != actual.charAt(0)
        || expectedItems.size() != queued.size()
        || actualItems.size() != queued.size()) {
      return Verdict.DIFFERENT;
    }
    for (int i = 0; i < queued.size(); i++) {
      if (!sameItem(queued.get(i), expectedItems.get(i), actualItems.get(i))) {
        return Verdict.DIFFERENT;
      }
    }
    return Verdict.EQUAL_BY_RULE;
  }

  /** The place of the first reply to EXEC that differs; -1 if they are not one by one the same. */
  int firstDifferent(List<Command> queued, String expected, String actual) {
    List<String> left = items(expected);
    List<String> right = items(actual);
    if (left.size() != queued.size() || right.size() != queued.size()) {
      return -1;
    }
    return IntStream.range(0, queued.size())
        .filter(i -> !sameItem(queued.get(i), left.get(i), right.get(i)))
        .findFirst()
        .orElse(-1);
  }

  private boolean sameItem(Command command, String expected, String actual) {
    return severalGroups && AFTER_EXEC.contains(command.name())
        ? expected.charAt(0) == actual.charAt(0)
        : compare(command, expected, actual) != Verdict.DIFFERENT;
  }

  private boolean byRule(String name, String expected, String actual) {
    if (expected.charAt(0) != actual.charAt(0)) {
      return false;
    }
    if (expected.charAt(0) == '-') {
      return !newestWording
          || OTHER_WORDS.contains(name)
          || name.startsWith("V") && expected.equalsIgnoreCase(actual);
    }
    if (UNORDERED.contains(name)) {
      return sorted(expected, 1).equals(sorted(actual, 1));
    }
    if (UNORDERED_PAIRS.contains(name)) {
      // Not every form has pairs: HRANDFIELD without values, arrays of pairs in RESP3.
      return sorted(expected, 2).equals(sorted(actual, 2))
          || sorted(expected, 1).equals(sorted(actual, 1));
    }
    if (TIMES.contains(name)) {
      return near(expected, actual);
    }
    return TYPE_ONLY.contains(name);
  }

  private static boolean near(String expected, String actual) {
    String[] left = expected.split("\r\n", -1);
    String[] right = actual.split("\r\n", -1);
    if (left.length != right.length) {
      return false;
    }
    for (int i = 0; i < left.length; i++) {
      if (!left[i].equals(right[i]) && !nearNumbers(left[i], right[i])) {
        return false;
      }
    }
    return true;
  }

  private static boolean nearNumbers(String left, String right) {
    if (!left.matches(":\\d{1,18}") || !right.matches(":\\d{1,18}")) {
      return false;
    }
    long difference = Long.parseLong(left.substring(1)) - Long.parseLong(right.substring(1));
    return Math.abs(difference) <= TIME_TOLERANCE;
  }

  /** A reply with the items of all its arrays sorted, in groups of {@code together}. */
  private static String sorted(String reply, int together) {
    if (!isAggregate(reply)) {
      return reply;
    }
    List<String> items = new ArrayList<>();
    items(reply).forEach(item -> items.add(sorted(item, together)));
    int group = reply.charAt(0) == '%' ? 2 : together;
    if (items.size() % group != 0) {
      return reply;
    }
    List<String> groups = new ArrayList<>();
    for (int i = 0; i < items.size(); i += group) {
      groups.add(String.join("", items.subList(i, i + group)));
    }
    Collections.sort(groups);
    return reply.substring(0, reply.indexOf('\n') + 1) + String.join("", groups);
  }

  private static boolean isAggregate(String reply) {
    return "*~%>".indexOf(reply.charAt(0)) >= 0 && !reply.startsWith("*-1");
  }

  /** The items of an array, set, map or push, each as it came. */
  static List<String> items(String reply) {
    if (!isAggregate(reply)) {
      return List.of();
    }
    int at = reply.indexOf('\n') + 1;
    int count = count(reply, 0);
    List<String> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int end = endOf(reply, at);
      items.add(reply.substring(at, end));
      at = end;
    }
    return items;
  }

  private static int count(String reply, int at) {
    int count = Integer.parseInt(reply.substring(at + 1, reply.indexOf('\r', at)));
    return reply.charAt(at) == '%' ? 2 * count : count;
  }

  private static int endOf(String reply, int at) {
    int next = reply.indexOf('\n', at) + 1;
    char marker = reply.charAt(at);
    if (marker == '$' || marker == '=' || marker == '!') {
      int length = count(reply, at);
      return length < 0 ? next : next + length + 2;
    }
    if (isAggregate(reply.substring(at, next))) {
      int count = count(reply, at);
      for (int i = 0; i < count; i++) {
        next = endOf(reply, next);
      }
    }
    return next;
  }

  /** How often each kind of verdict was given. */
  static String summary(Map<Verdict, Long> verdicts) {
    return verdicts.getOrDefault(Verdict.EQUAL, 0L)
        + " replies byte-equal, "
        + verdicts.getOrDefault(Verdict.EQUAL_BY_RULE, 0L)
        + " equal by a rule";
  }
}

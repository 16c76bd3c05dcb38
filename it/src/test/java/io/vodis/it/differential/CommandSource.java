package io.vodis.it.differential;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * An endless stream of commands, the same for the same seed. Some are wrong on purpose. The keys of
 * a command have one hash tag, unless the proxy may split it; so have those of a transaction.
 */
final class CommandSource {

  static final Set<String> SPLIT = Set.of("MGET", "MSET", "DEL", "UNLINK", "EXISTS", "TOUCH");

  /** Right, they take all there is, so that chance has no part. */
  private static final Set<String> RANDOM =
      Set.of("SPOP", "SRANDMEMBER", "HRANDFIELD", "ZRANDMEMBER");

  /** These are chosen by the source itself, so that transactions hold something. */
  private static final Set<String> TRANSACTION =
      Set.of("MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH", "RESET");

  /** Another number in these may be a time to wait of minutes, or for ever. */
  private static final Set<String> WAITING =
      Set.of(
          "BLMOVE",
          "BLMPOP",
          "BLPOP",
          "BRPOP",
          "BRPOPLPUSH",
          "BZMPOP",
          "BZPOPMAX",
          "BZPOPMIN",
          "WAIT",
          "WAITAOF",
          "XREAD",
          "XREADGROUP");

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.:-]+");
  private static final int DISTORTED_ONE_IN = 9;
  private static final int INLINE_ONE_IN = 25;
  private static final int TRANSACTION_ONE_IN = 40;

  private final Random random;
  private final Values values;
  private final List<Grammar.Production> productions;
  private final List<Grammar.Production> transaction;
  private final Style style;
  private boolean queueing;
  private boolean watching;

  /**
   * What the stream is for.
   *
   * @param crossing each key has a tag of its own, and nothing is distorted
   * @param distortQueued whether to distort commands within transactions: servers before 7.0 queue
   *     some wrong ones
   */
  record Style(boolean crossing, boolean distortQueued) {}

  CommandSource(Random random, Values values, List<Grammar.Production> productions, Style style) {
    this.style = style;
    this.random = random;
    this.values = values;
    this.productions = productions.stream().filter(p -> !TRANSACTION.contains(p.name())).toList();
    this.transaction = productions.stream().filter(p -> TRANSACTION.contains(p.name())).toList();
  }

  /** A new connection: no transaction is open. */
  void reconnected() {
    queueing = false;
    watching = false;
  }

  Command next() {
    int oneIn = queueing || watching ? 6 : TRANSACTION_ONE_IN;
    if (!transaction.isEmpty() && random.nextInt(oneIn) == 0) {
      return next(pick(transaction));
    }
    return next(pick(productions));
  }

  private Command next(Grammar.Production production) {
    boolean distorted = random.nextInt(DISTORTED_ONE_IN) == 0 && !style.crossing();
    boolean mayBeWrong = style.distortQueued() || !queueing;
    // A distorted WATCH may watch a key of another slot than all that follows.
    boolean mayBeOf = !RANDOM.contains(production.name()) && !production.name().equals("WATCH");
    return of(production, distorted && mayBeWrong && mayBeOf);
  }

  /** A command as it should be. */
  Command right(Grammar.Production production) {
    return of(production, false);
  }

  private Command of(Grammar.Production production, boolean distorted) {
    boolean oneTag = queueing || watching;
    if (!oneTag) {
      values.nextTag();
    }
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(word(production.name()));
    boolean split = style.crossing() || SPLIT.contains(production.name()) && !oneTag;
    expand(production.arguments(), arguments, split);
    if (distorted) {
      distort(arguments, oneTag || WAITING.contains(production.name()));
    }
    follow(production.name(), arguments.size());
    boolean inline = random.nextInt(INLINE_ONE_IN) == 0 && arguments.stream().allMatch(this::plain);
    return new Command(arguments, inline, distorted);
  }

  /** What the connection is in after this command, if it is accepted. */
  private void follow(String name, int count) {
    switch (name) {
      case "MULTI" -> queueing |= count == 1;
      case "WATCH" -> watching |= count > 1 && !queueing;
      case "UNWATCH" -> watching &= count > 1 || queueing;
      case "EXEC", "DISCARD" -> {
        if (count == 1 && queueing) {
          reconnected();
        }
      }
      case "RESET" -> {
        if (count == 1) {
          reconnected();
        }
      }
      default -> {}
    }
  }

  private void expand(Node node, List<byte[]> out, boolean split) {
    switch (node) {
      case Node.Word word -> out.add(word(word.text()));
      case Node.Value value -> {
        if (split) {
          values.nextTag();
        }
        out.add(values.of(value.kind()));
      }
      case Node.Sequence sequence -> sequence.parts().forEach(part -> expand(part, out, split));
      case Node.Optional optional -> {
        if (random.nextInt(3) == 0) {
          expand(optional.part(), out, split);
        }
      }
      case Node.Choice choice -> expand(pick(choice.parts()), out, split);
      case Node.Repeated repeated -> repeat(1 + random.nextInt(4), repeated.part(), out, split);
      case Node.Counted counted -> {
        int count = 1 + random.nextInt(3);
        out.add(Integer.toString(count).getBytes(StandardCharsets.US_ASCII));
        repeat(count, counted.part(), out, split);
      }
    }
  }

  private void repeat(int times, Node node, List<byte[]> out, boolean split) {
    for (int i = 0; i < times; i++) {
      expand(node, out, split);
    }
  }

  private byte[] word(String text) {
    String written =
        switch (random.nextInt(4)) {
          case 0 -> text.toLowerCase(Locale.ROOT);
          case 1 -> text.charAt(0) + text.substring(1).toLowerCase(Locale.ROOT);
          default -> text;
        };
    return written.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * A queued command must not get other keys, nor one that waits another time: only its end may go.
   */
  private void distort(List<byte[]> arguments, boolean onlyShorter) {
    int last = arguments.size() - 1;
    switch (onlyShorter ? 0 : random.nextInt(5)) {
      case 0 -> {
        if (last > 0) {
          arguments.remove(last);
        }
      }
      case 1 -> arguments.add(values.of("value"));
      case 2 -> arguments.add(arguments.get(random.nextInt(last + 1)));
      case 3 -> {
        if (last > 0) {
          arguments.set(1 + random.nextInt(last), values.of("member"));
        }
      }
      default -> {
        while (arguments.size() > 1) {
          arguments.removeLast();
        }
      }
    }
  }

  private boolean plain(byte[] argument) {
    return PLAIN.matcher(new String(argument, StandardCharsets.ISO_8859_1)).matches();
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}

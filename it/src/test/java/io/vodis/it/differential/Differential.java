package io.vodis.it.differential;

import io.vodis.it.VodisCluster;
import io.vodis.model.HostAndPort;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Sends one stream of commands to a product and to a plain server, and compares. */
final class Differential {

  private static final int EPISODE = 250;
  private static final int EPISODES_PER_ROUND = 6;
  private static final int BATCH_MAX = 16;
  private static final int REPLAY_BATCH = 16;
  private static final Set<String> SINCE_7 =
      Set.of(
          "CLIENT|NO-EVICT",
          "CLIENT|NO-TOUCH",
          "CLIENT|TRACKINGINFO",
          "PUBSUB|SHARDCHANNELS",
          "PUBSUB|SHARDNUMSUB");
  private static final int DIFFERENCES_MAX = 100;
  private static final Duration SHRINK_LIMIT = Duration.ofSeconds(20);

  private final VodisCluster cluster;
  private final RedisProcess plain;
  private final ReplyRules rules;
  private final List<String> tags;
  private final boolean crossing;
  private final List<byte[]> dumps;
  private final Map<ReplyRules.Verdict, Long> verdicts = new EnumMap<>(ReplyRules.Verdict.class);
  private final TreeSet<String> unsupported = new TreeSet<>();
  private long crossSlot;
  private long errors;

  /** With {@code crossing}, commands have keys of several slots. */
  Differential(
      VodisCluster cluster,
      RedisProcess plain,
      ReplyRules rules,
      List<String> tags,
      boolean crossing) {
    this.rules = rules;
    this.crossing = crossing;
    this.cluster = cluster;
    this.plain = plain;
    this.tags = tags;
    this.dumps = dumpsOf(plain);
  }

  /** Payloads for RESTORE, right and wrong. */
  private static List<byte[]> dumpsOf(RedisProcess server) {
    List<byte[]> dumps = new ArrayList<>();
    try (RespClient client = server.client()) {
      client.expect("SET", "dump:s", "value");
      client.expect("RPUSH", "dump:l", "a", "b");
      client.expect("HSET", "dump:h", "f", "v");
      for (String key : List.of("dump:s", "dump:l", "dump:h")) {
        client.send("DUMP", key);
        client.flush();
        String raw = client.receiveRaw();
        String payload = raw.substring(raw.indexOf('\n') + 1, raw.length() - 2);
        dumps.add(payload.getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    dumps.add("no dump".getBytes(StandardCharsets.US_ASCII));
    return dumps;
  }

  /**
   * Runs so many rounds at least, and more until the time is over; a round ends at its first
   * difference.
   *
   * @return null, or what differs, with the shortest way to the first
   */
  @Nullable String run(long seed, int[] protocols, int rounds, Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    List<Grammar.Production> productions = supported(seed);
    Map<String, String> differences = new LinkedHashMap<>();
    for (int round = 0; round < rounds || System.nanoTime() < end; round++) {
      List<Step> steps = new ArrayList<>();
      Conversation.Difference difference =
          round(new Random(seed + round), protocols, productions, steps);
      if (difference != null && differences.size() < DIFFERENCES_MAX) {
        String first = "seed " + seed + ", round " + round + ": " + difference;
        differences.computeIfAbsent(
            difference.kind(),
            kind -> differences.isEmpty() ? first + shortest(steps, kind) : first);
      }
    }
    return differences.isEmpty() ? null : String.join("\n\n", differences.values());
  }

  private Conversation.@Nullable Difference round(
      Random random, int[] protocols, List<Grammar.Production> productions, List<Step> steps) {
    reset();
    CommandSource source =
        new CommandSource(random, new Values(random, tags, dumps), productions, style());
    for (int episode = 0; episode < EPISODES_PER_ROUND; episode++) {
      int protocol = protocols[random.nextInt(protocols.length)];
      source.reconnected();
      try (Conversation talk = talk(protocol)) {
        for (int sent = 0; sent < EPISODE; ) {
          List<Command> batch = batch(source, random);
          sent += batch.size();
          for (List<Command> part : parts(batch)) {
            for (Command command : part) {
              steps.add(new Step(episode, protocol, command));
            }
            Conversation.Difference difference = talk.exchange(part);
            if (difference != null) {
              return difference;
            }
          }
        }
        talk.verdicts().forEach((verdict, count) -> verdicts.merge(verdict, count, Long::sum));
        crossSlot += talk.crossSlot();
        errors += talk.errors();
      }
    }
    return null;
  }

  private CommandSource.Style style() {
    return new CommandSource.Style(crossing, rules.areNewest());
  }

  private Conversation talk(int protocol) {
    return new Conversation(rules, cluster.proxies().getFirst(), plain.address(), protocol);
  }

  private static List<Command> batch(CommandSource source, Random random) {
    int size = random.nextBoolean() ? 1 : 1 + random.nextInt(BATCH_MAX);
    List<Command> batch = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      batch.add(source.next());
    }
    return batch;
  }

  /** Distorted commands alone, the others together. */
  private static List<List<Command>> parts(List<Command> batch) {
    List<List<Command>> parts = new ArrayList<>();
    List<Command> part = new ArrayList<>();
    for (Command command : batch) {
      if (command.distorted() && !part.isEmpty()) {
        parts.add(part);
        part = new ArrayList<>();
      }
      part.add(command);
      if (command.distorted() || part.size() == REPLAY_BATCH) {
        parts.add(part);
        part = new ArrayList<>();
      }
    }
    if (!part.isEmpty()) {
      parts.add(part);
    }
    return parts;
  }

  private String shortest(List<Step> steps, String kind) {
    List<Step> shortest = Step.shrink(steps, fewer -> differs(fewer, kind), SHRINK_LIMIT);
    boolean repeatable = differs(shortest, kind);
    List<Step> shown =
        repeatable ? shortest : steps.subList(Math.max(0, steps.size() - 20), steps.size());
    return (repeatable
            ? "\nthe shortest way there:\n"
            : "\nnot seen again; the last commands were:\n")
        + shown.stream().map(Step::toString).collect(Collectors.joining("\n"));
  }

  /** Whether these steps, on empty servers, come to a difference of this kind first. */
  private boolean differs(List<Step> steps, String kind) {
    reset();
    int at = 0;
    while (at < steps.size()) {
      Step first = steps.get(at);
      List<Command> commands = new ArrayList<>();
      while (at < steps.size() && steps.get(at).connection() == first.connection()) {
        commands.add(steps.get(at++).command());
      }
      try (Conversation talk = talk(first.protocol())) {
        for (List<Command> part : parts(commands)) {
          Conversation.Difference difference = talk.exchange(part);
          if (difference != null) {
            return difference.kind().equals(kind);
          }
        }
      }
    }
    return false;
  }

  private void reset() {
    try {
      empty();
    } catch (UncheckedIOException lost) {
      throw new AssertionError("a server is gone; the log of the plain one:\n" + plain.log(), lost);
    }
  }

  private void empty() {
    List<HostAndPort> servers = new ArrayList<>(cluster.primaries());
    servers.add(plain.address());
    servers.add(cluster.proxies().getFirst());
    for (HostAndPort server : servers) {
      try (RespClient client = RespClient.connect(server)) {
        // Servers before 7.0 have no functions; the proxy keeps scripts of its own.
        client.call("FLUSHALL");
        client.call("SCRIPT", "FLUSH");
        client.call("FUNCTION", "FLUSH");
      }
    }
  }

  /** Without the commands that the proxy says it does not have: {@link #unsupported}. */
  private List<Grammar.Production> supported(long seed) {
    reset();
    Random random = new Random(seed);
    List<Grammar.Production> all = known(Grammar.load().productions());
    CommandSource source = new CommandSource(random, new Values(random, tags, dumps), all, style());
    List<Grammar.Production> supported = new ArrayList<>();
    for (Grammar.Production production : all) {
      source.reconnected();
      try (RespClient client = RespClient.connect(cluster.proxies().getFirst())) {
        List<byte[]> arguments = source.right(production).arguments();
        client.send(arguments.toArray(byte[][]::new));
        client.flush();
        if (client.receive() instanceof RespError error
            && error.toString().matches("(?s).*not (supported by|allowed through) this proxy.*")) {
          unsupported.add(production.label());
        } else {
          supported.add(production);
        }
      }
    }
    return supported;
  }

  /**
   * COPY and MOVE name databases, which a server in cluster mode has not. Keys that several WATCH
   * name are one transaction's to the proxy, which refuses at once. Valkey 9.1 does not look at the
   * slots of all keys of MSETEX.
   */
  private static boolean mayCross(Grammar.Production production) {
    return production.hasKeys()
        && !CommandSource.SPLIT.contains(production.name())
        && !List.of("COPY", "MOVE", "MSETEX", "WATCH").contains(production.name());
  }

  /** What this version of the server has, and one command that no version has. */
  private List<Grammar.Production> known(List<Grammar.Production> productions) {
    try (RespClient client = plain.client()) {
      return productions.stream()
          .filter(production -> !crossing || mayCross(production))
          .filter(production -> production.name().equals("NOSUCH") || has(client, production))
          .toList();
    }
  }

  private static boolean has(RespClient client, Grammar.Production production) {
    List<?> answer =
        (List<?>) Objects.requireNonNull(client.expect("COMMAND", "INFO", production.name()));
    if (!(answer.getFirst() instanceof List<?> row)) {
      return false;
    }
    if (row.size() < 10) {
      // Servers before 7.0 do not tell their subcommands.
      return !SINCE_7.contains(production.label());
    }
    List<?> subcommands = (List<?>) row.get(9);
    return subcommands.isEmpty()
        || subcommands.stream()
            .map(sub -> String.valueOf(((List<?>) sub).getFirst()))
            .anyMatch(production.label()::equalsIgnoreCase);
  }

  /** Commands of the grammar that the proxy does not offer. */
  TreeSet<String> unsupported() {
    return unsupported;
  }

  String summary() {
    return ReplyRules.summary(verdicts)
        + ", of all "
        + errors
        + " errors; "
        + crossSlot
        + " distorted commands refused for their keys";
  }
}

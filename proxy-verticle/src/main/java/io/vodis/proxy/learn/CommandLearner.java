package io.vodis.proxy.learn;

import io.vodis.lifecycle.OneLine;
import io.vodis.lifecycle.Periodic;
import io.vodis.model.HostAndPort;
import io.vodis.proxy.command.CommandDocs;
import io.vodis.proxy.command.CommandPolicy;
import io.vodis.proxy.command.CommandTable;
import io.vodis.proxy.command.PublishedCommands;
import io.vodis.proxy.command.PublishedCommandsParser;
import io.vodis.proxy.command.TableBuilder;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the command table of the process up to date with the servers in the route table. A server
 * that cannot be asked counts as it was when last asked; one that never could be, not at all.
 *
 * <p>Two virtual threads: one that looks after the servers, one that answers about single names, so
 * that a name does not wait behind a server that is slow. What both touch is guarded by this.
 */
public final class CommandLearner implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(CommandLearner.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final Duration NAME_TIMEOUT = Duration.ofMillis(500);
  private static final Duration NAMES_INTERVAL = Duration.ofMinutes(1);
  private static final int QUESTIONS_MAX = 1000;
  private static final int SERVERS_ASKED_MAX = 3;

  /** Somebody waits for what is known of a name. */
  private record Question(String name, Runnable onAnswered) {}

  /** What a server has said, and what it was then. */
  private record Known(ServerVersion version, PublishedCommands commands) {}

  private final RedisAdmin redis;
  private final Duration period;
  private final Consumer<CommandTable> onTable;
  private final BlockingQueue<Question> questions = new ArrayBlockingQueue<>(QUESTIONS_MAX);
  private final Map<HostAndPort, Known> known = new TreeMap<>();
  private CommandTable table = CommandTable.baseline();
  private CommandPolicy policy;
  private Set<String> unmatched = Set.of();
  private boolean stale = true;
  private volatile boolean refreshed;
  private volatile List<HostAndPort> servers = List.of();
  private volatile @Nullable Periodic refreshes;
  private volatile @Nullable Periodic answers;

  /**
   * Asks nobody yet.
   *
   * @param redis closed with this
   * @param onTable gets each new table, on a thread of this object
   */
  public CommandLearner(
      RedisAdmin redis, Duration period, CommandPolicy policy, Consumer<CommandTable> onTable) {
    this.redis = redis;
    this.period = period;
    this.policy = policy;
    this.onTable = onTable;
  }

  /** Begins; the first table follows even if there is no server, for the policy's sake. */
  public void start() {
    refreshes = Periodic.start("commands", period, this::refresh);
    answers = Periodic.start("unknown-commands", NAMES_INTERVAL, this::answer);
  }

  /** The servers there are from now on. */
  public void servers(Set<HostAndPort> routed) {
    List<HostAndPort> sorted = routed.stream().sorted().toList();
    if (!sorted.equals(servers)) {
      servers = sorted;
      wake();
    }
  }

  /** Puts another policy in force. */
  public synchronized void policy(CommandPolicy other) {
    if (!policy.equals(other)) {
      policy = other;
      stale = true;
      wake();
    }
  }

  /** Something may have changed: the servers are asked now. Never blocks. */
  public void wake() {
    wake(refreshes);
  }

  private static void wake(@Nullable Periodic task) {
    if (task != null) {
      task.wake();
    }
  }

  /** Asks a server about that name; never blocks, and always answers. */
  public void ask(String name, Runnable onAnswered) {
    Periodic answering = answers;
    if (answering == null || !questions.offer(new Question(name, onAnswered))) {
      onAnswered.run();
    } else {
      answering.wake();
    }
  }

  private void answer() {
    for (Question next = questions.poll(); next != null; next = questions.poll()) {
      try {
        if (!refreshed) {
          // The servers are just being asked for all they have, which may be the answer.
          refresh();
        }
        if (!isInTable(next.name()) && isKnownToServers(next.name())) {
          learnNow();
        }
      } finally {
        next.onAnswered().run();
      }
    }
  }

  /** Asks one server, or the next ones if it does not answer. */
  private boolean isKnownToServers(String name) {
    int asked = 0;
    for (HostAndPort server : servers) {
      if (asked++ == SERVERS_ASKED_MAX) {
        break;
      }
      try {
        Reply reply =
            redis.call(
                server,
                0,
                NAME_TIMEOUT,
                List.of(
                    bytes("COMMAND"), bytes("INFO"), name.getBytes(StandardCharsets.ISO_8859_1)));
        return PublishedCommandsParser.parse("", reply).has(name);
      } catch (RedisAdminException | IllegalArgumentException e) {
        LOGGER.debug("{} was asked about a command: {}", server, OneLine.of(e));
      }
    }
    return false;
  }

  private static byte[] bytes(String word) {
    return word.getBytes(StandardCharsets.US_ASCII);
  }

  private synchronized boolean isInTable(String name) {
    return table.has(name);
  }

  private synchronized void learnNow() {
    known.replaceAll((server, was) -> new Known(new ServerVersion("", "", -1), was.commands()));
    refresh();
  }

  private synchronized void refresh() {
    List<HostAndPort> now = servers;
    stale |= known.keySet().retainAll(now);
    for (HostAndPort server : now) {
      try {
        stale |= learn(server);
      } catch (RedisAdminException | IllegalArgumentException e) {
        LOGGER.debug("{} does not say which commands it has: {}", server, OneLine.of(e));
      }
    }
    if (stale) {
      stale = false;
      build();
    }
    refreshed |= !known.isEmpty();
  }

  private boolean learn(HostAndPort server) {
    List<Reply> replies =
        redis.callAll(
            server,
            0,
            TIMEOUT,
            List.of(Replies.command("INFO", "server"), Replies.command("COMMAND", "COUNT")));
    ServerVersion version =
        ServerVersion.of(Replies.text(replies.get(0)), Replies.number(replies.get(1), 0));
    Known before = known.get(server);
    if (before != null && before.version().equals(version)) {
      return false;
    }
    Reply all = redis.call(server, 0, TIMEOUT, Replies.command("COMMAND"));
    PublishedCommands commands =
        PublishedCommandsParser.parse(server + " (" + version.name() + ")", all);
    if (commands.names().isEmpty()) {
      throw new IllegalArgumentException("it lists no command at all");
    }
    if (commands.keySpecs()) {
      commands = commands.withDocs(docs(server));
    }
    known.put(server, new Known(version, commands));
    LOGGER.info(
        "{} is {}: {} commands and subcommands", server, version.name(), commands.names().size());
    return true;
  }

  private CommandDocs docs(HostAndPort server) {
    try {
      return CommandDocs.parse(redis.call(server, 0, TIMEOUT, Replies.command("COMMAND", "DOCS")));
    } catch (RedisAdminException | IllegalArgumentException e) {
      LOGGER.debug("{} does not document its commands: {}", server, OneLine.of(e));
      return CommandDocs.NONE;
    }
  }

  private void build() {
    TableBuilder.Result result =
        TableBuilder.build(table, known.values().stream().map(Known::commands).toList(), policy);
    table = result.table();
    // Before the first server has been asked, much is unknown that will not stay so.
    if (!known.isEmpty() && !result.unmatched().equals(unmatched)) {
      unmatched = new TreeSet<>(result.unmatched());
      if (!unmatched.isEmpty()) {
        LOGGER.warn("command_policy names what nobody knows: {}", String.join(", ", unmatched));
      }
    }
    onTable.accept(table);
  }

  @Override
  public void close() {
    Periodic refreshing = refreshes;
    Periodic answering = answers;
    redis.close();
    if (refreshing != null) {
      refreshing.close();
    }
    if (answering != null) {
      answering.close();
    }
  }
}

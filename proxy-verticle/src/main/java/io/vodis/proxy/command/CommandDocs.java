package io.vodis.proxy.command;

import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What servers answer to {@code COMMAND DOCS}: per command a map of fields, as names and values in
 * turn. The texts are the servers' own; none of them is part of this product.
 */
public record CommandDocs(Map<String, List<Reply>> byCommand) {

  private static final Map<String, String> GROUPS =
      Map.ofEntries(
          Map.entry("bitmap", "bitmap"),
          Map.entry("connection", "connection"),
          Map.entry("geo", "geo"),
          Map.entry("hash", "hash"),
          Map.entry("hyperloglog", "hyperloglog"),
          Map.entry("keyspace", "generic"),
          Map.entry("list", "list"),
          Map.entry("pubsub", "pubsub"),
          Map.entry("scripting", "scripting"),
          Map.entry("set", "set"),
          Map.entry("sortedset", "sorted-set"),
          Map.entry("stream", "stream"),
          Map.entry("string", "string"),
          Map.entry("transaction", "transactions"));

  public static final CommandDocs NONE = new CommandDocs(Map.of());

  public CommandDocs {
    byCommand = Map.copyOf(byCommand);
  }

  /**
   * Reads the reply.
   *
   * @throws IllegalArgumentException if the reply is of another form
   */
  public static CommandDocs parse(Reply reply) {
    Map<String, List<Reply>> byCommand = new LinkedHashMap<>();
    addAll(Replies.items(reply), byCommand);
    return new CommandDocs(byCommand);
  }

  /** Subcommands can be asked for by their own names as well. */
  private static void addAll(List<Reply> pairs, Map<String, List<Reply>> byCommand) {
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
      List<Reply> fields = Replies.items(pairs.get(i + 1));
      byCommand.put(Replies.text(pairs.get(i)).toLowerCase(Locale.ROOT), fields);
      for (int at = 0; at + 1 < fields.size(); at += 2) {
        if (Replies.text(fields.get(at)).equals("subcommands")) {
          addAll(Replies.items(fields.get(at + 1)), byCommand);
        }
      }
    }
  }

  /** What either says, this one first. */
  CommandDocs or(CommandDocs other) {
    if (byCommand.isEmpty() || other.byCommand.isEmpty()) {
      return byCommand.isEmpty() ? other : this;
    }
    Map<String, List<Reply>> both = new LinkedHashMap<>(other.byCommand);
    both.putAll(byCommand);
    return new CommandDocs(both);
  }

  /** The fields of a command; null if no server has documented it. */
  @Nullable List<Reply> of(String command) {
    return byCommand.get(command);
  }

  /** The module that a command is of; null if it is of none, or nobody says. */
  @Nullable String moduleOf(String command) {
    List<Reply> fields = byCommand.getOrDefault(command, List.of());
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      if (Replies.text(fields.get(i)).equals("module")) {
        return Replies.text(fields.get(i + 1));
      }
    }
    return null;
  }

  /** The group of a command by its ACL categories, for one that no server has documented. */
  static String groupOf(CommandRow row) {
    return row.categories().stream()
        .flatMap(category -> Stream.ofNullable(GROUPS.get(category)))
        .findFirst()
        .orElse(row.flags().contains("module") ? "module" : "server");
  }
}

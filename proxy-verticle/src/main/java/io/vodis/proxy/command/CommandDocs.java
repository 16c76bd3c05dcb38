package io.vodis.proxy.command;

import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What servers answer to {@code COMMAND DOCS}: per command a map of fields, as names and values in
 * turn. The texts are the servers' own; none of them is part of this product.
 */
public record CommandDocs(Map<String, List<Reply>> byCommand) {

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
    List<Reply> pairs = Replies.items(reply);
    Map<String, List<Reply>> byCommand = new LinkedHashMap<>();
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
      byCommand.put(
          Replies.text(pairs.get(i)).toLowerCase(Locale.ROOT), Replies.items(pairs.get(i + 1)));
    }
    return new CommandDocs(byCommand);
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
}

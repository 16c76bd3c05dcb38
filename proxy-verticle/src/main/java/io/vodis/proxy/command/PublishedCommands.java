package io.vodis.proxy.command;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What one server answers to {@code COMMAND}: every command and subcommand it has.
 *
 * @param server its address and version, for messages
 * @param keySpecs whether it publishes key specifications and subcommands (Redis 7 and later)
 * @param rows by name
 * @param docs what it answers to {@code COMMAND DOCS}
 */
public record PublishedCommands(
    String server, boolean keySpecs, Map<String, CommandRow> rows, CommandDocs docs) {

  public PublishedCommands {
    rows = Map.copyOf(rows);
  }

  /** The same commands with their documentation. */
  public PublishedCommands withDocs(CommandDocs newDocs) {
    return new PublishedCommands(server, keySpecs, rows, newDocs);
  }

  /** Whether the server has a command of that name, in lower case. */
  public boolean has(String name) {
    return rows.containsKey(name);
  }

  /** All names, sorted. */
  public Set<String> names() {
    return new TreeSet<>(rows.keySet());
  }

  /** Whether it lacks that command for sure; a server that publishes no subcommands may have it. */
  boolean lacks(CommandRow row) {
    if (rows.containsKey(row.name())) {
      return false;
    }
    return !row.isSubcommand() || keySpecs || !rows.containsKey(row.container());
  }
}

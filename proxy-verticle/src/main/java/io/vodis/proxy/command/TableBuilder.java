package io.vodis.proxy.command;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Puts a command table together: baseline, what the servers publish, the operator's policy. */
public final class TableBuilder {

  /**
   * A table and what the operator may want to hear about it.
   *
   * @param unmatched names and categories of the policy that are in no row
   */
  public record Result(CommandTable table, Set<String> unmatched) {}

  private TableBuilder() {}

  /** A table that keeps the ids of {@code previous}. */
  public static Result build(
      CommandTable previous, Collection<PublishedCommands> servers, CommandPolicy policy) {
    List<CommandRow> rows = CommandOverlay.rows(CommandTable.baseline().rows(), servers);
    CommandDocs docs = CommandDocs.NONE;
    for (PublishedCommands server : servers) {
      docs = docs.or(server.docs());
    }
    return new Result(previous.successor(policy.apply(rows), docs), policy.unmatched(rows));
  }
}

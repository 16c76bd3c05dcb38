package io.vodis.proxy.command;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * The compiled-in table together with what the live servers publish.
 *
 * <ul>
 *   <li>What this release knows of a command's routing is never overruled: a server cannot make the
 *       proxy forward what it answers itself, merges or denies.
 *   <li>Where keys are is the servers' to say, if they all say the same.
 *   <li>A command that a server lacks is not offered, and the error names that server; one that all
 *       lack has no row.
 *   <li>A command that no release has seen is routed by its key specifications, see {@link
 *       RoutingRule}.
 * </ul>
 */
final class CommandOverlay {

  private static final String NO_MULTI = "no_multi";

  /** Answered by the proxy itself, but not known to all releases of servers. */
  private static final Set<String> AS_BY_SERVERS = Set.of("commandlog", "client|capa");

  /** Older servers want the command they are asked about to have arguments. */
  private static final String GET_KEYS = "command|getkeys";

  private final Collection<PublishedCommands> servers;

  private CommandOverlay(Collection<PublishedCommands> servers) {
    this.servers = servers;
  }

  /** The rows of a table for these servers; without any, those of the baseline. */
  static List<CommandRow> rows(List<CommandRow> baseline, Collection<PublishedCommands> servers) {
    if (servers.isEmpty()) {
      return baseline;
    }
    CommandOverlay overlay = new CommandOverlay(servers);
    Map<String, CommandRow> rows = new LinkedHashMap<>();
    Set<String> folded = new HashSet<>();
    for (CommandRow row : baseline) {
      folded.add(NameIndex.fold(row.name()));
      overlay.known(row).ifPresent(known -> rows.put(row.name(), known));
    }
    for (String name : overlay.names()) {
      if (!rows.containsKey(name) && folded.add(NameIndex.fold(name))) {
        overlay.learned(name).ifPresent(row -> rows.put(name, row));
      }
    }
    for (CommandRow row : List.copyOf(rows.values())) {
      if (row.isSubcommand() && rows.get(row.container()) instanceof CommandRow container) {
        rows.put(container.name(), container(container));
      }
    }
    return List.copyOf(rows.values());
  }

  /** Names that the servers publish, containers before their subcommands. */
  private Set<String> names() {
    Set<String> names = new TreeSet<>();
    servers.forEach(server -> names.addAll(server.rows().keySet()));
    return names;
  }

  /** A server has given subcommands to what this release knows as a command without any. */
  private static CommandRow container(CommandRow row) {
    return row.routing() == Routing.UNSUPPORTED ? row.withRouting(Routing.CONTAINER, "") : row;
  }

  private Optional<CommandRow> known(CommandRow row) {
    return switch (row.routing()) {
      case LOCAL, CONTAINER -> local(row);
      case DENIED, UNSUPPORTED, CROSS_PROTOCOL -> Optional.of(row);
      case ONE_KEY, SAME_SLOT, BLOCKING -> offered(withPublishedKeys(row));
      case TRANSACTION -> offered(withBar(row));
      default -> offered(row);
    };
  }

  /** Answered here whatever the servers know, but for what only some releases know at all. */
  private Optional<CommandRow> local(CommandRow row) {
    if (AS_BY_SERVERS.contains(row.name()) || AS_BY_SERVERS.contains(row.container())) {
      return offered(row);
    }
    List<CommandRow> published =
        row.name().startsWith(GET_KEYS) ? published(row.name()) : List.of();
    return Optional.of(withBar(published.isEmpty() ? row : row.withArity(loosestArity(published))));
  }

  /** Valkey bars MULTI and WATCH from transactions; Redis does not, and has errors for them. */
  private CommandRow withBar(CommandRow row) {
    boolean barred =
        published(row.name()).stream().anyMatch(server -> server.flags().contains(NO_MULTI));
    return barred && !row.flags().contains(NO_MULTI) ? row.withFlag(NO_MULTI) : row;
  }

  private Optional<CommandRow> learned(String name) {
    List<CommandRow> published = published(name);
    CommandRow first = published.get(0);
    List<KeySpec> specs = new ArrayList<>();
    for (CommandRow row : published) {
      for (KeySpec spec : row.keySpecs()) {
        if (specs.stream().noneMatch(spec::findsAs)) {
          specs.add(spec);
        }
      }
    }
    // Where servers differ, all that any of them takes for keys must be in one slot.
    CommandRow joined = first.withKeySpecs(specs).withArity(loosestArity(published));
    boolean container = published.stream().anyMatch(row -> row.routing() == Routing.CONTAINER);
    return offered(RoutingRule.decide(joined, container));
  }

  private CommandRow withPublishedKeys(CommandRow row) {
    List<CommandRow> published = published(row.name());
    if (published.isEmpty()) {
      return row;
    }
    int arity = loosestArity(published);
    List<CommandRow> detailed =
        servers.stream()
            .filter(PublishedCommands::keySpecs)
            .map(server -> server.rows().get(row.name()))
            .filter(Objects::nonNull)
            .toList();
    if (detailed.isEmpty() || !agreeOnKeys(detailed)) {
      return row.withArity(arity);
    }
    CommandRow joined = row.published(detailed.get(0), arity);
    return row.routing() == Routing.BLOCKING
        ? joined
        : joined.withRouting(
            RoutingRule.hasOneKey(joined.keySpecs()) ? Routing.ONE_KEY : Routing.SAME_SLOT, "");
  }

  private List<CommandRow> published(String name) {
    return servers.stream()
        .map(server -> server.rows().get(name))
        .filter(Objects::nonNull)
        .toList();
  }

  private static boolean agreeOnKeys(List<CommandRow> rows) {
    List<KeySpec> first = rows.get(0).keySpecs();
    return !first.isEmpty()
        && first.stream().allMatch(KeySpec::isComplete)
        && rows.stream()
            .allMatch(
                row ->
                    row.keySpecs().size() == first.size()
                        && IntStream.range(0, first.size())
                            .allMatch(i -> row.keySpecs().get(i).findsAs(first.get(i))));
  }

  /** What the strictest accepts the others do too; what only some accept they refuse themselves. */
  private static int loosestArity(List<CommandRow> rows) {
    int least = rows.stream().mapToInt(row -> Math.abs(row.arity())).min().orElseThrow();
    boolean fixed =
        rows.stream().allMatch(row -> row.arity() >= 0)
            && rows.stream().mapToInt(CommandRow::arity).distinct().count() == 1;
    return fixed ? least : -least;
  }

  private Optional<CommandRow> offered(CommandRow row) {
    List<PublishedCommands> lacking = servers.stream().filter(s -> s.lacks(row)).toList();
    if (lacking.isEmpty()) {
      return Optional.of(row);
    }
    if (lacking.size() == servers.size()) {
      return Optional.empty();
    }
    return Optional.of(
        row.withRouting(
            Routing.UNSUPPORTED,
            "ERR command '"
                + row.name()
                + "' is not offered, because server "
                + lacking.get(0).server()
                + " does not know it"));
  }
}

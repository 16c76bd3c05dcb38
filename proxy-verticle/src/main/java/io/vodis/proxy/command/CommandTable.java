package io.vodis.proxy.command;

import io.netty.buffer.ByteBuf;
import io.vodis.resp.RequestDecoder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All commands the proxy knows. Immutable, shared by all loops.
 *
 * <p>A table that replaces another keeps its ids: a command has the same one in every table of a
 * process, whether it is in all of them or not.
 */
public final class CommandTable {

  /** Most commands, subcommands included, that a process gives an id to. */
  public static final int SIZE_MAX = 4096;

  /** What the baseline is read from; no command is in two of them. */
  static final List<String> RESOURCES = List.of("baseline.txt", "newer.txt", "byhand.txt");

  private static final class Baseline {
    private static final CommandTable TABLE =
        new CommandTable(
            List.of(),
            RESOURCES.stream()
                .flatMap(resource -> CommandTableParser.read(resource).stream())
                .toList(),
            CommandDocs.NONE);
  }

  private final List<CommandSpec> byId;
  private final List<CommandSpec> topLevel;
  private final NameIndex<CommandSpec> index;
  private final Set<String> names;
  private final CommandDocs docs;

  private CommandTable(
      List<CommandSpec> predecessors, Collection<CommandRow> rows, CommandDocs docs) {
    Map<String, CommandRow> containers = new LinkedHashMap<>();
    Map<String, Map<String, CommandRow>> children = new LinkedHashMap<>();
    for (CommandRow row : rows) {
      Object before =
          row.isSubcommand()
              ? children
                  .computeIfAbsent(row.container(), name -> new LinkedHashMap<>())
                  .put(row.name().substring(row.container().length() + 1), row)
              : containers.put(row.name(), row);
      if (before != null) {
        throw new IllegalStateException("command listed twice: " + row.name());
      }
    }
    Ids ids = new Ids(predecessors);
    Map<String, CommandSpec> byName = new LinkedHashMap<>();
    containers.forEach(
        (name, row) -> {
          Map<String, CommandSpec> subcommands = new LinkedHashMap<>();
          children
              .getOrDefault(name, Map.of())
              .forEach((subname, subrow) -> ids.add(subrow, Map.of(), subname, subcommands));
          ids.add(row, subcommands, name, byName);
        });
    byId = List.copyOf(ids.specs);
    topLevel = List.copyOf(byName.values());
    index = new NameIndex<>(byName);
    names = rows().stream().map(CommandRow::name).collect(Collectors.toUnmodifiableSet());
    this.docs = docs;
  }

  /** Hands out ids; those of commands that are no more stay taken. */
  private static final class Ids {
    private final List<CommandSpec> specs;
    private final Map<String, Integer> known = new LinkedHashMap<>();

    Ids(List<CommandSpec> predecessors) {
      specs = new ArrayList<>(predecessors);
      predecessors.forEach(spec -> known.put(spec.name(), spec.id()));
    }

    void add(
        CommandRow row,
        Map<String, CommandSpec> subcommands,
        String key,
        Map<String, CommandSpec> siblings) {
      Integer id = known.get(row.name());
      if (id != null) {
        CommandSpec spec = new CommandSpec(id, row, subcommands);
        specs.set(id, spec);
        siblings.put(key, spec);
      } else if (specs.size() < SIZE_MAX) {
        CommandSpec spec = new CommandSpec(specs.size(), row, subcommands);
        known.put(row.name(), spec.id());
        specs.add(spec);
        siblings.put(key, spec);
      }
    }
  }

  /** The compiled-in table. */
  public static CommandTable baseline() {
    return Baseline.TABLE;
  }

  /** A table of these rows; commands that this one has keep their ids. */
  CommandTable successor(Collection<CommandRow> rows, CommandDocs newDocs) {
    return new CommandTable(byId, rows, newDocs);
  }

  /** The command of that name, in any letter case; the offset is an absolute index. */
  public @Nullable CommandSpec find(ByteBuf in, int offset, int length) {
    return index.find(in, offset, length);
  }

  /**
   * What a decoded request asks for: its command, or the subcommand if that has a specification of
   * its own. Null means unknown; a {@link Routing#CONTAINER} that its subcommand is missing or
   * unknown.
   */
  public @Nullable CommandSpec resolve(ByteBuf in, RequestDecoder request) {
    return resolve(index, in, request);
  }

  static @Nullable CommandSpec resolve(
      NameIndex<CommandSpec> index, ByteBuf in, RequestDecoder request) {
    int base = in.readerIndex();
    CommandSpec spec = index.find(in, base + request.argOffset(0), request.argLength(0));
    if (spec == null || !spec.hasSubcommands() || request.argCount() < 2) {
      return spec;
    }
    CommandSpec subcommand = spec.subcommand(in, base + request.argOffset(1), request.argLength(1));
    return subcommand == null ? spec : subcommand;
  }

  /** Whether it has a command or {@code container|subcommand} of that name, in lower case. */
  public boolean has(String name) {
    return names.contains(name);
  }

  /** Names of the commands and subcommands of an ACL category that are offered. */
  public List<String> namesOfCategory(String category) {
    return byId.stream()
        .filter(spec -> spec.supported() && spec.row().categories().contains(category))
        .map(CommandSpec::name)
        .toList();
  }

  /** One more than the largest id. */
  public int size() {
    return byId.size();
  }

  /** The command that has, or last had, that id. */
  public CommandSpec byId(int id) {
    return byId.get(id);
  }

  NameIndex<CommandSpec> index() {
    return index;
  }

  /** Commands without their subcommands, in the order of the table. */
  List<CommandSpec> topLevel() {
    return topLevel;
  }

  /** The rows of all commands and subcommands. */
  List<CommandRow> rows() {
    return topLevel.stream()
        .flatMap(spec -> Stream.concat(Stream.of(spec), spec.subcommands().stream()))
        .map(CommandSpec::row)
        .toList();
  }

  CommandDocs docs() {
    return docs;
  }
}

package io.vodis.proxy.command;

import io.netty.buffer.ByteBuf;
import io.vodis.resp.RequestDecoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All commands the proxy knows. Immutable, shared by all loops. */
public final class CommandTable {

  private static final class Baseline {
    private static final CommandTable TABLE =
        new CommandTable(
            List.of(CommandTableParser.read("baseline.txt"), CommandTableParser.read("newer.txt")));
  }

  private final List<CommandSpec> byId;
  private final List<CommandSpec> topLevel;
  private final NameIndex<CommandSpec> index;

  private CommandTable(List<List<CommandSpec.Row>> parts) {
    Map<String, CommandSpec.Row> containers = new LinkedHashMap<>();
    Map<String, Map<String, CommandSpec.Row>> children = new LinkedHashMap<>();
    for (List<CommandSpec.Row> rows : parts) {
      for (CommandSpec.Row row : rows) {
        int bar = row.name().indexOf('|');
        Object before =
            bar < 0
                ? containers.put(row.name(), row)
                : children
                    .computeIfAbsent(row.name().substring(0, bar), name -> new LinkedHashMap<>())
                    .put(row.name().substring(bar + 1), row);
        if (before != null) {
          throw new IllegalStateException("command listed twice: " + row.name());
        }
      }
    }
    List<CommandSpec> all = new ArrayList<>();
    Map<String, CommandSpec> byName = new LinkedHashMap<>();
    containers.forEach(
        (name, row) -> {
          Map<String, CommandSpec> subcommands = new LinkedHashMap<>();
          children
              .getOrDefault(name, Map.of())
              .forEach(
                  (subname, subrow) -> {
                    CommandSpec spec = new CommandSpec(all.size(), subrow, Map.of());
                    all.add(spec);
                    subcommands.put(subname, spec);
                  });
          CommandSpec spec = new CommandSpec(all.size(), row, subcommands);
          all.add(spec);
          byName.put(name, spec);
        });
    byId = List.copyOf(all);
    topLevel = List.copyOf(byName.values());
    index = new NameIndex<>(byName);
  }

  /** The compiled-in table. */
  public static CommandTable baseline() {
    return Baseline.TABLE;
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
    int base = in.readerIndex();
    CommandSpec spec = index.find(in, base + request.argOffset(0), request.argLength(0));
    if (spec == null || !spec.hasSubcommands() || request.argCount() < 2) {
      return spec;
    }
    CommandSpec subcommand = spec.subcommand(in, base + request.argOffset(1), request.argLength(1));
    return subcommand == null ? spec : subcommand;
  }

  /** Commands and subcommands. */
  public int size() {
    return byId.size();
  }

  public CommandSpec byId(int id) {
    return byId.get(id);
  }

  /** Commands without their subcommands, in the order of the table. */
  List<CommandSpec> topLevel() {
    return topLevel;
  }
}

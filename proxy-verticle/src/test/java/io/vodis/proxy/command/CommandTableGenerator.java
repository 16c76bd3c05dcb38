package io.vodis.proxy.command;

import io.vodis.model.HostAndPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes a resource of the command table anew from what live servers answer to {@code COMMAND}. The
 * routing is not theirs: a command that the table has keeps the one it has there, a new one gets
 * what {@link RoutingRule} makes of it, to be looked at by a person.
 *
 * <p>To run: start servers, then call {@code main} with the name of the resource, the directory it
 * is in, and their ports; of equal commands the first server's counts. For example, from the
 * module's directory with its test class path:
 *
 * <pre>
 *   CommandTableGenerator newer.txt src/main/resources/io/vodis/proxy/command 6379 6380
 * </pre>
 *
 * <p>{@code baseline.txt} is made from one Redis 7.0 server, {@code newer.txt} from Redis 8.0 and
 * Valkey 9.1; {@code byhand.txt} is written by hand.
 */
final class CommandTableGenerator {

  private static final Map<String, String> TITLES =
      Map.of(
          "baseline.txt",
          "# The command table, written by CommandTableGenerator from a Redis 7.0.15 server's"
              + " COMMAND.",
          "newer.txt",
          "# Commands that baseline.txt lacks, written by CommandTableGenerator from the COMMAND of"
              + "\n# Redis 8.0.6 and Valkey 9.1.2 servers.");

  private static final String COLUMNS =
      """
      # Columns: name, arity, routing, first:last:step, flags, ACL categories, tips, key specs.
      # A bar parts a command from its subcommand; a dash means none. Key specs are parted by ";",
      # each being begin+find:flags, where
      #   begin  index(argument) | keyword(WORD,startFrom) | unknown()
      #   find   range(lastKey,step,limit) | keynum(numberIndex,firstKey,step) | unknown()
      # Routing is ours, and kept when the table is written anew.
      """;

  private CommandTableGenerator() {}

  public static void main(String[] args) throws IOException {
    Set<String> elsewhere = new HashSet<>();
    for (String resource : CommandTable.RESOURCES) {
      if (!resource.equals(args[0])) {
        CommandTableParser.read(resource).forEach(row -> elsewhere.add(row.name()));
      }
    }
    Map<String, CommandRow> rows = new TreeMap<>();
    for (String port : Arrays.asList(args).subList(2, args.length)) {
      HostAndPort server = new HostAndPort("127.0.0.1", Integer.parseInt(port));
      PublishedByServer.of(server).rows().forEach(rows::putIfAbsent);
    }
    rows.keySet().removeAll(elsewhere);
    Map<String, Routing> routings =
        CommandTable.baseline().rows().stream()
            .collect(Collectors.toMap(CommandRow::name, CommandRow::routing));
    CommandTableParser.read(args[0]).stream()
        .filter(row -> row.routing() == Routing.CROSS_PROTOCOL)
        .forEach(row -> rows.put(row.name(), row));
    List<List<String>> lines = new ArrayList<>();
    for (CommandRow row : rows.values()) {
      Routing routing = routings.getOrDefault(row.name(), row.routing());
      lines.add(columns(row.withRouting(routing, "")));
    }
    Files.writeString(
        Path.of(args[1], args[0]),
        TITLES.getOrDefault(args[0], "#") + "\n" + COLUMNS + table(lines));
  }

  private static List<String> columns(CommandRow row) {
    return List.of(
        row.name(),
        Integer.toString(row.arity()),
        row.routing().name(),
        row.firstKey() + ":" + row.lastKey() + ":" + row.keyStep(),
        join(row.flags()),
        join(row.categories()),
        join(row.tips()),
        row.keySpecs().isEmpty()
            ? "-"
            : row.keySpecs().stream()
                .map(CommandTableGenerator::keySpec)
                .collect(Collectors.joining(";")));
  }

  private static String keySpec(KeySpec spec) {
    String begin =
        switch (spec.begin()) {
          case KeySpec.Begin.Index index -> "index(" + index.index() + ")";
          case KeySpec.Begin.Keyword word ->
              "keyword(" + word.keyword() + "," + word.startFrom() + ")";
          case KeySpec.Begin.Unknown unknown -> "unknown()";
        };
    String find =
        switch (spec.find()) {
          case KeySpec.Find.Range range ->
              "range(" + range.lastKey() + "," + range.step() + "," + range.limit() + ")";
          case KeySpec.Find.KeyNum num ->
              "keynum(" + num.keyNumIndex() + "," + num.firstKey() + "," + num.step() + ")";
          case KeySpec.Find.Unknown unknown -> "unknown()";
        };
    return begin + "+" + find + ":" + join(spec.flags());
  }

  private static String table(List<List<String>> rows) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      for (int i = 0; i < columns - 1; i++) {
        text.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 1));
      }
      text.append(row.get(columns - 1)).append('\n');
    }
    return text.toString();
  }

  private static String join(List<String> values) {
    return values.isEmpty() ? "-" : String.join(",", values);
  }
}

package io.vodis.proxy.command;

import io.vodis.proxy.command.KeySpec.Begin;
import io.vodis.proxy.command.KeySpec.Find;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the command table's resources; their first lines describe the columns. */
final class CommandTableParser {

  private static final Pattern BLANKS = Pattern.compile("\\s+");
  private static final Pattern CALL = Pattern.compile("(\\w+)\\(([^)]*)\\)");
  private static final String NONE = "-";

  private CommandTableParser() {}

  static List<CommandRow> read(String resource) {
    InputStream in = CommandTableParser.class.getResourceAsStream(resource);
    if (in == null) {
      throw new IllegalStateException("the command table is not in the jar: " + resource);
    }
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
      return reader
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(CommandTableParser::row)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + resource, e);
    }
  }

  private static CommandRow row(String line) {
    String[] columns = BLANKS.split(line.strip());
    if (columns.length != 8) {
      throw new IllegalStateException("8 columns expected, found " + columns.length + ": " + line);
    }
    int[] range = Stream.of(columns[3].split(":")).mapToInt(Integer::parseInt).toArray();
    return new CommandRow(
        columns[0],
        Integer.parseInt(columns[1]),
        Routing.valueOf(columns[2]),
        range[0],
        range[1],
        range[2],
        names(columns[4]),
        names(columns[5]),
        names(columns[6]),
        columns[7].equals(NONE)
            ? List.of()
            : Stream.of(columns[7].split(";")).map(CommandTableParser::keySpec).toList(),
        "",
        "");
  }

  private static List<String> names(String column) {
    return column.equals(NONE) ? List.of() : List.of(column.split(","));
  }

  /** For example {@code index(1)+range(-1,1,0):RW,access}. */
  private static KeySpec keySpec(String text) {
    String[] parts = text.split("[+:]", 3);
    return new KeySpec(begin(parts[0]), find(parts[1]), names(parts[2]));
  }

  private static Begin begin(String text) {
    Matcher call = call(text);
    String[] args = call.group(2).split(",");
    return switch (call.group(1)) {
      case "index" -> new Begin.Index(Integer.parseInt(args[0]));
      case "keyword" -> new Begin.Keyword(args[0], Integer.parseInt(args[1]));
      default -> new Begin.Unknown();
    };
  }

  private static Find find(String text) {
    Matcher call = call(text);
    if (call.group(1).equals("unknown")) {
      return new Find.Unknown();
    }
    int[] args = Stream.of(call.group(2).split(",")).mapToInt(Integer::parseInt).toArray();
    return call.group(1).equals("range")
        ? new Find.Range(args[0], args[1], args[2])
        : new Find.KeyNum(args[0], args[1], args[2]);
  }

  private static Matcher call(String text) {
    Matcher matcher = CALL.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalStateException("not a key specification: " + text);
    }
    return matcher;
  }
}

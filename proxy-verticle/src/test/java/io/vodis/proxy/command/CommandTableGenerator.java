package io.vodis.proxy.command;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes {@code baseline.txt}, the command table, from what a live server answers to {@code
 * COMMAND}. Only the routing class is ours: the rules are the sets below.
 *
 * <p>To run: start a Redis 7 server, then call {@code main} with its port and the file to write,
 * for example from the module's directory with its test class path: {@code java -cp
 * target/classes:target/test-classes io.vodis.proxy.command.CommandTableGenerator 6379
 * src/main/resources/io/vodis/proxy/command/baseline.txt}.
 */
final class CommandTableGenerator {

  private static final Set<String> LOCAL =
      Set.of(
          ("ping echo quit select auth hello reset readonly readwrite time info command"
                  + " command|count command|info command|list command|getkeys command|docs"
                  + " command|getkeysandflags config|get client|setname"
                  + " client|getname client|id client|info client|list client|kill client|pause"
                  + " client|unpause client|reply client|no-evict client|help")
              .split(" "));
  private static final Set<String> FRAGMENTED =
      Set.of("mget", "mset", "del", "unlink", "exists", "touch");
  private static final Set<String> BROADCAST =
      Set.of(
          ("scan keys dbsize randomkey flushdb flushall script|exists script|flush script|load"
                  + " script|kill function|delete function|flush function|kill function|list"
                  + " function|load function|restore function|dump function|stats memory|stats"
                  + " memory|doctor memory|malloc-stats lastsave role slowlog|get slowlog|len"
                  + " latency|doctor latency|graph latency|histogram latency|history"
                  + " latency|latest pubsub|channels pubsub|numpat pubsub|numsub"
                  + " pubsub|shardchannels pubsub|shardnumsub")
              .split(" "));
  private static final Set<String> BLOCKING =
      Set.of(
          "blpop brpop brpoplpush blmove blmpop bzpopmin bzpopmax bzmpop wait waitaof".split(" "));
  private static final Set<String> PUBSUB =
      Set.of(
          ("subscribe unsubscribe psubscribe punsubscribe ssubscribe sunsubscribe publish"
                  + " spublish monitor")
              .split(" "));
  private static final Set<String> TRANSACTION =
      Set.of("multi", "exec", "discard", "watch", "unwatch");
  private static final Set<String> DENIED =
      Set.of(
          ("debug shutdown replicaof slaveof migrate failover sync psync replconf save bgsave"
               + " bgrewriteaof swapdb move restore-asking pfdebug pfselftest config|set"
               + " config|rewrite config|resetstat memory|purge slowlog|reset latency|reset"
               + " script|debug client|unblock module|load module|loadex module|unload acl|setuser"
               + " acl|deluser acl|load acl|save acl|log")
              .split(" "));

  /** Whatever has one of these before the bar is denied, read or write. */
  private static final Set<String> DENIED_CONTAINERS = Set.of("cluster");

  private static final Set<String> CROSS_PROTOCOL = Set.of("post", "host:");

  private final InputStream in;

  private CommandTableGenerator(InputStream in) {
    this.in = in;
  }

  public static void main(String[] args) throws IOException {
    Map<String, List<String>> rows = new TreeMap<>();
    try (Socket socket = new Socket("127.0.0.1", Integer.parseInt(args[0]))) {
      socket.getOutputStream().write("COMMAND\r\n".getBytes(StandardCharsets.US_ASCII));
      CommandTableGenerator reader =
          new CommandTableGenerator(new BufferedInputStream(socket.getInputStream()));
      for (Object command : list(reader.reply())) {
        addRow(rows, list(command));
      }
    }
    for (String name : CROSS_PROTOCOL) {
      rows.put(name, row(name, "-1", "-", "0:0:0", "-", "-", "-"));
    }
    Files.writeString(Path.of(args[1]), HEADER + table(rows));
  }

  private static final String HEADER =
      """
      # The command table, written by CommandTableGenerator from a Redis 7.0.15 server's COMMAND.
      # Columns: name, arity, routing, first:last:step, flags, ACL categories, tips, key specs.
      # A bar parts a command from its subcommand; a dash means none. Key specs are parted by ";",
      # each being begin+find:flags, where
      #   begin  index(argument) | keyword(WORD,startFrom) | unknown()
      #   find   range(lastKey,step,limit) | keynum(numberIndex,firstKey,step) | unknown()
      """;

  private static void addRow(Map<String, List<String>> rows, List<?> command) {
    String name = String.valueOf(command.get(0));
    List<String> flags = strings(command.get(2));
    String categories = join(strings(command.get(6)).stream().map(c -> c.substring(1)).toList());
    String tips = join(strings(command.get(7)));
    String specs =
        String.join(
            ";", list(command.get(8)).stream().map(CommandTableGenerator::keySpec).toList());
    rows.put(
        name,
        row(
            name,
            String.valueOf(command.get(1)),
            join(flags),
            command.get(3) + ":" + command.get(4) + ":" + command.get(5),
            categories,
            tips,
            specs.isEmpty() ? "-" : specs,
            list(command.get(9)).isEmpty()));
    for (Object subcommand : list(command.get(9))) {
      addRow(rows, list(subcommand));
    }
  }

  private static List<String> row(
      String name,
      String arity,
      String flags,
      String range,
      String categories,
      String tips,
      String specs) {
    return row(name, arity, flags, range, categories, tips, specs, true);
  }

  private static List<String> row(
      String name,
      String arity,
      String flags,
      String range,
      String categories,
      String tips,
      String specs,
      boolean leaf) {
    Routing routing = leaf || LOCAL.contains(name) ? routing(name, specs) : Routing.CONTAINER;
    return List.of(name, arity, routing.name(), range, flags, categories, tips, specs);
  }

  private static Routing routing(String name, String specs) {
    Map<Routing, Set<String>> rules = new LinkedHashMap<>();
    rules.put(Routing.LOCAL, LOCAL);
    rules.put(Routing.FRAGMENTED, FRAGMENTED);
    rules.put(Routing.BROADCAST, BROADCAST);
    rules.put(Routing.BLOCKING, BLOCKING);
    rules.put(Routing.PUBSUB, PUBSUB);
    rules.put(Routing.TRANSACTION, TRANSACTION);
    rules.put(Routing.DENIED, DENIED);
    rules.put(Routing.CROSS_PROTOCOL, CROSS_PROTOCOL);
    for (Map.Entry<Routing, Set<String>> rule : rules.entrySet()) {
      if (rule.getValue().contains(name)) {
        return rule.getKey();
      }
    }
    if (DENIED_CONTAINERS.contains(name.split("\\|")[0])) {
      return Routing.DENIED;
    }
    if (specs.equals("-")) {
      return Routing.UNSUPPORTED;
    }
    return specs.matches("index\\(\\d+\\)\\+range\\(0,1,0\\):[^;]*")
        ? Routing.ONE_KEY
        : Routing.SAME_SLOT;
  }

  private static String keySpec(Object published) {
    Map<String, Object> spec = map(published);
    Map<String, Object> begin = map(field(spec, "begin_search"));
    Map<String, Object> find = map(field(spec, "find_keys"));
    Map<String, Object> beginArgs = map(field(begin, "spec"));
    Map<String, Object> findArgs = map(field(find, "spec"));
    String beginText =
        switch (String.valueOf(begin.get("type"))) {
          case "index" -> "index(" + beginArgs.get("index") + ")";
          case "keyword" ->
              "keyword(" + beginArgs.get("keyword") + "," + beginArgs.get("startfrom") + ")";
          default -> "unknown()";
        };
    String findText =
        switch (String.valueOf(find.get("type"))) {
          case "range" ->
              "range("
                  + findArgs.get("lastkey")
                  + ","
                  + findArgs.get("keystep")
                  + ","
                  + findArgs.get("limit")
                  + ")";
          case "keynum" ->
              "keynum("
                  + findArgs.get("keynumidx")
                  + ","
                  + findArgs.get("firstkey")
                  + ","
                  + findArgs.get("keystep")
                  + ")";
          default -> "unknown()";
        };
    return beginText + "+" + findText + ":" + join(strings(field(spec, "flags")));
  }

  private static String table(Map<String, List<String>> rows) {
    int columns = rows.values().iterator().next().size();
    int[] widths = new int[columns];
    for (List<String> row : rows.values()) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows.values()) {
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

  private static List<?> list(Object reply) {
    return (List<?>) reply;
  }

  private static List<String> strings(Object reply) {
    return list(reply).stream().map(String::valueOf).toList();
  }

  private static Object field(Map<String, Object> map, String name) {
    return Objects.requireNonNull(map.get(name), name);
  }

  /** A RESP2 map: names and values take turns. */
  private static Map<String, Object> map(Object reply) {
    Map<String, Object> map = new LinkedHashMap<>();
    List<?> pairs = list(reply);
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
      map.put(String.valueOf(pairs.get(i)), pairs.get(i + 1));
    }
    return map;
  }

  /** One RESP2 reply; that is all COMMAND needs. */
  private Object reply() throws IOException {
    String line = line();
    String rest = line.substring(1);
    switch (line.charAt(0)) {
      case '+' -> {
        return rest;
      }
      case ':' -> {
        return Long.parseLong(rest);
      }
      case '$' -> {
        String value =
            new String(in.readNBytes(Integer.parseInt(rest)), StandardCharsets.ISO_8859_1);
        in.skipNBytes(2);
        return value;
      }
      case '*' -> {
        List<Object> elements = new ArrayList<>();
        for (int left = Integer.parseInt(rest); left > 0; left--) {
          elements.add(reply());
        }
        return elements;
      }
      default -> throw new IOException("unexpected reply: " + line);
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\r'; b = in.read()) {
      line.append((char) b);
    }
    in.skipNBytes(1);
    return line.toString();
  }
}

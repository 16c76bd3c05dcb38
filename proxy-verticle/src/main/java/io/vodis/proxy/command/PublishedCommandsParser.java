package io.vodis.proxy.command;

import io.vodis.proxy.command.KeySpec.Begin;
import io.vodis.proxy.command.KeySpec.Find;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the reply to {@code COMMAND} or {@code COMMAND INFO}.
 *
 * <pre>
 *   name arity flags first last step                     until Redis 5
 *   ... categories                                       Redis 6
 *   ... categories tips key-specifications subcommands   since Redis 7
 * </pre>
 *
 * <p>Maps come as names and values in turn, which is what RESP2 makes of them; sets as lists.
 */
public final class PublishedCommandsParser {

  private static final int CATEGORIES_FIELD = 6;
  private static final int TIPS_FIELD = 7;
  private static final int FIELDS_WITH_KEY_SPECS = 10;
  private static final int NAME_BYTES_MAX = 128;
  private static final Reply EMPTY = new Reply.Items(List.of());

  private final Map<String, CommandRow> rows = new LinkedHashMap<>();
  private boolean keySpecs;

  private PublishedCommandsParser() {}

  /**
   * Reads a whole reply; entries that are null or have a name nobody can type are left out.
   *
   * @throws IllegalArgumentException if the reply is of another form
   */
  public static PublishedCommands parse(String server, Reply reply) {
    PublishedCommandsParser parser = new PublishedCommandsParser();
    for (Reply command : Replies.items(reply)) {
      if (!(command instanceof Reply.Null)) {
        parser.addRow(Replies.items(command), "");
      }
    }
    return new PublishedCommands(server, parser.keySpecs, parser.rows, CommandDocs.NONE);
  }

  private void addRow(List<Reply> fields, String container) {
    if (fields.size() < CATEGORIES_FIELD) {
      throw new IllegalArgumentException("a command with " + fields.size() + " fields");
    }
    String name = name(fields.get(0));
    boolean detailed = fields.size() >= FIELDS_WITH_KEY_SPECS;
    keySpecs |= detailed;
    boolean isContainer = detailed && !Replies.items(fields.get(9)).isEmpty();
    if (!isName(name) || !name.startsWith(container)) {
      return;
    }
    List<String> flags = words(fields.get(2));
    int first = number(fields.get(3));
    int last = number(fields.get(4));
    int step = number(fields.get(5));
    CommandRow row =
        new CommandRow(
            name,
            number(fields.get(1)),
            Routing.UNSUPPORTED,
            first,
            last,
            step,
            flags,
            fields.size() > CATEGORIES_FIELD
                ? words(fields.get(CATEGORIES_FIELD)).stream()
                    .map(category -> category.startsWith("@") ? category.substring(1) : category)
                    .toList()
                : List.of(),
            detailed ? words(fields.get(TIPS_FIELD)) : List.of(),
            detailed
                ? Replies.items(fields.get(8)).stream().map(PublishedCommandsParser::spec).toList()
                : legacySpecs(flags, first, last, step),
            "",
            "");
    rows.put(name, RoutingRule.decide(row, isContainer));
    if (isContainer) {
      for (Reply subcommand : Replies.items(fields.get(9))) {
        addRow(Replies.items(subcommand), name + "|");
      }
    }
  }

  /** Keys that only the server can find make the specification incomplete. */
  private static List<KeySpec> legacySpecs(List<String> flags, int first, int last, int step) {
    if (flags.contains("movablekeys")) {
      return List.of(new KeySpec(new Begin.Unknown(), new Find.Unknown(), List.of()));
    }
    return first > 0 ? List.of(KeySpec.ofRange(first, last, step)) : List.of();
  }

  private static KeySpec spec(Reply published) {
    Map<String, Reply> spec = map(published);
    return new KeySpec(
        begin(spec.get("begin_search")),
        find(spec.get("find_keys")),
        Optional.ofNullable(spec.get("flags"))
            .map(PublishedCommandsParser::words)
            .orElse(List.of()));
  }

  private static Begin begin(@Nullable Reply search) {
    if (search == null) {
      return new Begin.Unknown();
    }
    Map<String, Reply> fields = map(map(search).getOrDefault("spec", EMPTY));
    return switch (text(map(search).getOrDefault("type", EMPTY))) {
      case "index" -> new Begin.Index(number(fields.getOrDefault("index", EMPTY)));
      case "keyword" ->
          new Begin.Keyword(
              text(fields.getOrDefault("keyword", EMPTY)).toUpperCase(Locale.ROOT),
              number(fields.getOrDefault("startfrom", EMPTY)));
      default -> new Begin.Unknown();
    };
  }

  private static Find find(@Nullable Reply search) {
    if (search == null) {
      return new Find.Unknown();
    }
    Map<String, Reply> fields = map(map(search).getOrDefault("spec", EMPTY));
    return switch (text(map(search).getOrDefault("type", EMPTY))) {
      case "range" ->
          new Find.Range(
              number(fields.getOrDefault("lastkey", EMPTY)),
              Math.max(1, number(fields.getOrDefault("keystep", EMPTY))),
              number(fields.getOrDefault("limit", EMPTY)));
      case "keynum" ->
          new Find.KeyNum(
              number(fields.getOrDefault("keynumidx", EMPTY)),
              number(fields.getOrDefault("firstkey", EMPTY)),
              Math.max(1, number(fields.getOrDefault("keystep", EMPTY))));
      default -> new Find.Unknown();
    };
  }

  private static Map<String, Reply> map(Reply reply) {
    List<Reply> pairs = Replies.items(reply);
    Map<String, Reply> map = new HashMap<>();
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
      map.put(text(pairs.get(i)), pairs.get(i + 1));
    }
    return map;
  }

  private static List<String> words(Reply reply) {
    return Replies.items(reply).stream().map(PublishedCommandsParser::text).toList();
  }

  private static String text(Reply reply) {
    return reply instanceof Reply.Items ? "" : Replies.text(reply);
  }

  private static int number(Reply reply) {
    return Math.toIntExact(Replies.number(reply, 0));
  }

  /** One character per byte: module authors may use bytes that are no text. */
  private static String name(Reply reply) {
    return new String(Replies.bytes(reply), StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
  }

  private static boolean isName(String name) {
    return !name.isEmpty()
        && name.length() <= NAME_BYTES_MAX
        && name.chars().allMatch(c -> c > ' ' && c != 0x7f);
  }
}

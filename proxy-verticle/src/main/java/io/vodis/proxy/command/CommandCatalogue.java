package io.vodis.proxy.command;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.KeySpec.Begin;
import io.vodis.proxy.command.KeySpec.Find;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code COMMAND} and its subcommands from the table: what a client may ask of this proxy,
 * in the form of Redis 7. Commands that are known but not served are left out.
 */
public final class CommandCatalogue {

  private static final byte[] INVALID_COMMAND = RespErrors.reply("ERR Invalid command specified");
  private static final byte[] NO_KEY_ARGUMENTS =
      RespErrors.reply("ERR The command has no key arguments");
  private static final byte[] WRONG_NUMBER =
      RespErrors.reply("ERR Invalid number of arguments specified for command");
  private static final byte[] WRONG_ARGUMENTS =
      RespErrors.reply("ERR Invalid arguments specified for command");

  private final CommandTable table;
  private final List<CommandSpec> offered;

  public CommandCatalogue(CommandTable table) {
    this.table = table;
    this.offered = table.topLevel().stream().filter(CommandCatalogue::isOffered).toList();
  }

  /**
   * Writes the reply to a request whose command is {@code COMMAND} or one of its subcommands, and
   * whose number of arguments has been checked.
   */
  public void reply(
      CommandSpec spec, ByteBuf in, RequestDecoder request, KeyLocator locator, ByteBuf out) {
    switch (spec.name()) {
      case "command" -> writeAll(in, request, out);
      case "command|count" -> RespWriter.integer(out, offered.size());
      case "command|info" -> writeNamed(in, request, out);
      case "command|list" -> writeNames(in, request, out);
      case "command|getkeys" -> writeKeys(in, request, locator, false, out);
      case "command|getkeysandflags" -> writeKeys(in, request, locator, true, out);
      // Documentation is the server's; an empty map is what it answers for names it lacks.
      case "command|docs" -> RespWriter.arrayHeader(out, 0);
      default -> out.writeBytes(RespErrors.SYNTAX);
    }
  }

  private void writeAll(ByteBuf in, RequestDecoder request, ByteBuf out) {
    if (request.argCount() > 1) {
      out.writeBytes(
          RespErrors.unknownSubcommand(
              "command", text(in, request, 1).getBytes(StandardCharsets.ISO_8859_1)));
      return;
    }
    RespWriter.arrayHeader(out, offered.size());
    offered.forEach(spec -> write(spec, out));
  }

  /** COMMAND INFO [name ...]: a null for each name that is not offered. */
  private void writeNamed(ByteBuf in, RequestDecoder request, ByteBuf out) {
    int argCount = request.argCount();
    if (argCount == 2) {
      RespWriter.arrayHeader(out, offered.size());
      offered.forEach(spec -> write(spec, out));
      return;
    }
    RespWriter.arrayHeader(out, argCount - 2);
    for (int arg = 2; arg < argCount; arg++) {
      CommandSpec spec = byFullName(in, request, arg);
      if (spec == null || !isOffered(spec)) {
        RespWriter.nullBulk(out);
      } else {
        write(spec, out);
      }
    }
  }

  /** COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern]. */
  private void writeNames(ByteBuf in, RequestDecoder request, ByteBuf out) {
    Predicate<CommandSpec> filter = filter(in, request);
    if (filter == null) {
      out.writeBytes(RespErrors.SYNTAX);
      return;
    }
    List<String> names = new ArrayList<>();
    for (CommandSpec spec : offered) {
      if (filter.test(spec)) {
        names.add(spec.name());
      }
      for (CommandSpec subcommand : offeredSubcommands(spec)) {
        if (filter.test(subcommand)) {
          names.add(subcommand.name());
        }
      }
    }
    RespWriter.arrayHeader(out, names.size());
    names.forEach(name -> RespWriter.bulk(out, name));
  }

  private static @Nullable Predicate<CommandSpec> filter(ByteBuf in, RequestDecoder request) {
    if (request.argCount() == 2) {
      return spec -> true;
    }
    if (request.argCount() != 5 || !text(in, request, 2).equalsIgnoreCase("FILTERBY")) {
      return null;
    }
    String argument = text(in, request, 4);
    return switch (text(in, request, 3).toUpperCase(java.util.Locale.ROOT)) {
      case "MODULE" -> spec -> false;
      case "ACLCAT" -> spec -> spec.row().categories().contains(argument);
      case "PATTERN" -> spec -> Glob.matches(argument, spec.name());
      default -> null;
    };
  }

  private void writeKeys(
      ByteBuf in, RequestDecoder request, KeyLocator locator, boolean withFlags, ByteBuf out) {
    CommandSpec spec = nested(in, request);
    if (spec == null) {
      out.writeBytes(INVALID_COMMAND);
    } else if (spec.keySpecs().isEmpty()) {
      out.writeBytes(NO_KEY_ARGUMENTS);
    } else if (!spec.acceptsArgCount(request.argCount() - 2)) {
      out.writeBytes(WRONG_NUMBER);
    } else {
      writeKeys(spec, in, request, locator, withFlags, out);
    }
  }

  private static void writeKeys(
      CommandSpec spec,
      ByteBuf in,
      RequestDecoder request,
      KeyLocator locator,
      boolean withFlags,
      ByteBuf out) {
    int count = locator.locateNested(spec, in, request, 2);
    if (count < 0) {
      out.writeBytes(WRONG_ARGUMENTS);
      return;
    }
    RespWriter.arrayHeader(out, count);
    for (int i = 0; i < count; i++) {
      int arg = locator.keyArg(i);
      if (withFlags) {
        RespWriter.arrayHeader(out, 2);
      }
      RespWriter.bulk(out, in, in.readerIndex() + request.argOffset(arg), request.argLength(arg));
      if (withFlags) {
        // A key beyond the specifications (SORT's target) has the flags of the last of them.
        List<KeySpec> specs = spec.keySpecs();
        writeStatuses(out, "", specs.get(Math.min(i, specs.size() - 1)).flags());
      }
    }
  }

  /** The command behind COMMAND GETKEYS, its subcommand if it has one. */
  private @Nullable CommandSpec nested(ByteBuf in, RequestDecoder request) {
    CommandSpec spec = find(in, request, 2);
    if (spec == null || !spec.hasSubcommands() || request.argCount() < 4) {
      return spec;
    }
    int at = in.readerIndex() + request.argOffset(3);
    return spec.subcommand(in, at, request.argLength(3));
  }

  private @Nullable CommandSpec find(ByteBuf in, RequestDecoder request, int arg) {
    return table.find(in, in.readerIndex() + request.argOffset(arg), request.argLength(arg));
  }

  /** A command, or a subcommand written {@code container|subcommand}. */
  private @Nullable CommandSpec byFullName(ByteBuf in, RequestDecoder request, int arg) {
    int at = in.readerIndex() + request.argOffset(arg);
    int length = request.argLength(arg);
    int bar = in.indexOf(at, at + length, (byte) '|');
    if (bar < 0) {
      return table.find(in, at, length);
    }
    CommandSpec container = table.find(in, at, bar - at);
    return container == null ? null : container.subcommand(in, bar + 1, at + length - bar - 1);
  }

  /** A container is offered if anything in it is. */
  private static boolean isOffered(CommandSpec spec) {
    return spec.routing() == Routing.CONTAINER
        ? !offeredSubcommands(spec).isEmpty()
        : spec.supported();
  }

  private static List<CommandSpec> offeredSubcommands(CommandSpec spec) {
    return spec.subcommands().stream().filter(CommandSpec::supported).toList();
  }

  /**
   *
   *
   * <pre>
   *   name arity flags first last step categories tips key-specifications subcommands
   * </pre>
   */
  private static void write(CommandSpec spec, ByteBuf out) {
    CommandRow row = spec.row();
    RespWriter.arrayHeader(out, 10);
    RespWriter.bulk(out, row.name());
    RespWriter.integer(out, row.arity());
    writeStatuses(out, "", row.flags());
    RespWriter.integer(out, row.firstKey());
    RespWriter.integer(out, row.lastKey());
    RespWriter.integer(out, row.keyStep());
    writeStatuses(out, "@", row.categories());
    RespWriter.arrayHeader(out, row.tips().size());
    row.tips().forEach(tip -> RespWriter.bulk(out, tip));
    RespWriter.arrayHeader(out, row.keySpecs().size());
    row.keySpecs().forEach(keySpec -> write(keySpec, out));
    List<CommandSpec> subcommands = offeredSubcommands(spec);
    RespWriter.arrayHeader(out, subcommands.size());
    subcommands.forEach(subcommand -> write(subcommand, out));
  }

  private static void write(KeySpec spec, ByteBuf out) {
    RespWriter.arrayHeader(out, 6);
    RespWriter.bulk(out, "flags");
    writeStatuses(out, "", spec.flags());
    RespWriter.bulk(out, "begin_search");
    switch (spec.begin()) {
      case Begin.Index begin -> {
        writeKind(out, "index", 1);
        writeField(out, "index", begin.index());
      }
      case Begin.Keyword begin -> {
        writeKind(out, "keyword", 2);
        RespWriter.bulk(out, "keyword");
        RespWriter.bulk(out, begin.keyword());
        writeField(out, "startfrom", begin.startFrom());
      }
      case Begin.Unknown unknown -> writeKind(out, "unknown", 0);
    }
    RespWriter.bulk(out, "find_keys");
    switch (spec.find()) {
      case Find.Range range -> {
        writeKind(out, "range", 3);
        writeField(out, "lastkey", range.lastKey());
        writeField(out, "keystep", range.step());
        writeField(out, "limit", range.limit());
      }
      case Find.KeyNum num -> {
        writeKind(out, "keynum", 3);
        writeField(out, "keynumidx", num.keyNumIndex());
        writeField(out, "firstkey", num.firstKey());
        writeField(out, "keystep", num.step());
      }
      case Find.Unknown unknown -> writeKind(out, "unknown", 0);
    }
  }

  private static void writeKind(ByteBuf out, String kind, int fields) {
    RespWriter.arrayHeader(out, 4);
    RespWriter.bulk(out, "type");
    RespWriter.bulk(out, kind);
    RespWriter.bulk(out, "spec");
    RespWriter.arrayHeader(out, 2 * fields);
  }

  private static void writeField(ByteBuf out, String name, int value) {
    RespWriter.bulk(out, name);
    RespWriter.integer(out, value);
  }

  private static void writeStatuses(ByteBuf out, String prefix, List<String> values) {
    RespWriter.arrayHeader(out, values.size());
    values.forEach(value -> RespWriter.simple(out, prefix + value));
  }

  private static String text(ByteBuf in, RequestDecoder request, int arg) {
    return in.toString(
        in.readerIndex() + request.argOffset(arg),
        request.argLength(arg),
        StandardCharsets.ISO_8859_1);
  }
}

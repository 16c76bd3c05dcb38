package io.vodis.proxy.command;

import io.netty.buffer.ByteBuf;
import io.vodis.redis.Reply;
import io.vodis.resp.Protocol;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
  private final Set<String> offeredNames;

  public CommandCatalogue(CommandTable table) {
    this.table = table;
    this.offered = table.topLevel().stream().filter(CommandCatalogue::isOffered).toList();
    this.offeredNames =
        offered.stream()
            .flatMap(spec -> Stream.concat(Stream.of(spec), offeredSubcommands(spec).stream()))
            .map(CommandSpec::name)
            .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Writes the reply to a request whose command is {@code COMMAND} or one of its subcommands, and
   * whose number of arguments has been checked.
   */
  public void reply(
      CommandSpec spec,
      ByteBuf in,
      RequestDecoder request,
      KeyLocator locator,
      Protocol protocol,
      ByteBuf out) {
    switch (spec.name()) {
      case "command" -> writeAll(in, request, protocol, out);
      case "command|count" -> RespWriter.integer(out, offered.size());
      case "command|info" -> writeNamed(in, request, protocol, out);
      case "command|list" -> writeNames(in, request, out);
      case "command|getkeys" -> writeKeys(in, request, locator, null, out);
      case "command|getkeysandflags" ->
          writeKeys(in, request, locator, new CommandWriter(protocol, out), out);
      case "command|docs" -> writeDocs(in, request, protocol, out);
      default -> out.writeBytes(RespErrors.SYNTAX);
    }
  }

  private void writeAll(ByteBuf in, RequestDecoder request, Protocol protocol, ByteBuf out) {
    if (request.argCount() > 1) {
      out.writeBytes(
          RespErrors.unknownSubcommand(
              "command", text(in, request, 1).getBytes(StandardCharsets.ISO_8859_1)));
      return;
    }
    writeOffered(new CommandWriter(protocol, out), out);
  }

  private void writeOffered(CommandWriter writer, ByteBuf out) {
    RespWriter.arrayHeader(out, offered.size());
    offered.forEach(spec -> writer.info(spec, offeredSubcommands(spec)));
  }

  /** COMMAND INFO [name ...]: a null for each name that is not offered. */
  private void writeNamed(ByteBuf in, RequestDecoder request, Protocol protocol, ByteBuf out) {
    int argCount = request.argCount();
    CommandWriter writer = new CommandWriter(protocol, out);
    if (argCount == 2) {
      writeOffered(writer, out);
      return;
    }
    RespWriter.arrayHeader(out, argCount - 2);
    for (int arg = 2; arg < argCount; arg++) {
      CommandSpec spec = byFullName(in, request, arg);
      if (spec == null || !isOffered(spec)) {
        protocol.nil(out);
      } else {
        writer.info(spec, offeredSubcommands(spec));
      }
    }
  }

  /** COMMAND DOCS [name ...]: what the servers say of what is offered; other names are left out. */
  private void writeDocs(ByteBuf in, RequestDecoder request, Protocol protocol, ByteBuf out) {
    List<CommandSpec> wanted = new ArrayList<>();
    for (int arg = 2; arg < request.argCount(); arg++) {
      CommandSpec spec = byFullName(in, request, arg);
      if (spec != null && isOffered(spec)) {
        wanted.add(spec);
      }
    }
    if (request.argCount() == 2) {
      wanted.addAll(offered);
    }
    CommandWriter writer = new CommandWriter(protocol, out);
    protocol.mapHeader(out, wanted.size());
    for (CommandSpec spec : wanted) {
      RespWriter.bulk(out, spec.name());
      List<Reply> docs = table.docs().of(spec.name());
      if (docs == null) {
        writer.group(CommandDocs.groupOf(spec.row()));
      } else {
        writer.docs(docs, offeredNames);
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

  private @Nullable Predicate<CommandSpec> filter(ByteBuf in, RequestDecoder request) {
    if (request.argCount() == 2) {
      return spec -> true;
    }
    if (request.argCount() != 5 || !text(in, request, 2).equalsIgnoreCase("FILTERBY")) {
      return null;
    }
    String argument = text(in, request, 4);
    return switch (text(in, request, 3).toUpperCase(java.util.Locale.ROOT)) {
      // A server says which module a command is of in its documentation only.
      case "MODULE" -> spec -> argument.equals(table.docs().moduleOf(spec.name()));
      case "ACLCAT" -> spec -> spec.row().categories().contains(argument);
      case "PATTERN" -> spec -> Glob.matches(argument, spec.name());
      default -> null;
    };
  }

  private void writeKeys(
      ByteBuf in,
      RequestDecoder request,
      KeyLocator locator,
      @Nullable CommandWriter flags,
      ByteBuf out) {
    CommandSpec spec = nested(in, request);
    if (spec == null) {
      out.writeBytes(INVALID_COMMAND);
    } else if (spec.keySpecs().isEmpty()) {
      out.writeBytes(NO_KEY_ARGUMENTS);
    } else if (!spec.acceptsArgCount(request.argCount() - 2)) {
      out.writeBytes(WRONG_NUMBER);
    } else {
      writeKeys(spec, in, request, locator, flags, out);
    }
  }

  private static void writeKeys(
      CommandSpec spec,
      ByteBuf in,
      RequestDecoder request,
      KeyLocator locator,
      @Nullable CommandWriter flags,
      ByteBuf out) {
    int count = locator.locateNested(spec, in, request, 2);
    if (count < 0) {
      out.writeBytes(WRONG_ARGUMENTS);
      return;
    }
    if (count == 0 && !spec.row().flags().contains("no_mandatory_keys")) {
      out.writeBytes(WRONG_ARGUMENTS);
      return;
    }
    RespWriter.arrayHeader(out, count);
    for (int i = 0; i < count; i++) {
      int arg = locator.keyArg(i);
      if (flags != null) {
        RespWriter.arrayHeader(out, 2);
      }
      RespWriter.bulk(out, in, in.readerIndex() + request.argOffset(arg), request.argLength(arg));
      if (flags != null) {
        flags.statuses("", KeyFlags.of(spec, i, in, request, 2));
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

  private static String text(ByteBuf in, RequestDecoder request, int arg) {
    return in.toString(
        in.readerIndex() + request.argOffset(arg),
        request.argLength(arg),
        StandardCharsets.ISO_8859_1);
  }
}

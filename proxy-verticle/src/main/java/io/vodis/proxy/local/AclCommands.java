package io.vodis.proxy.local;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.command.LiveCommands;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.LoopSettings;
import io.vodis.proxy.session.Session;
import io.vodis.resp.Protocol;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * ACL WHOAMI USERS LIST GETUSER CAT GENPASS LOG. The proxy has one user, the default one, with or
 * without a password; which commands it offers is the operator's policy and no user's.
 */
public final class AclCommands {

  private static final List<String> CATEGORIES =
      List.of(
          "keyspace",
          "read",
          "write",
          "set",
          "sortedset",
          "list",
          "hash",
          "string",
          "bitmap",
          "hyperloglog",
          "geo",
          "stream",
          "pubsub",
          "admin",
          "fast",
          "slow",
          "blocking",
          "dangerous",
          "connection",
          "transaction",
          "scripting");

  private static final byte[] BITS =
      RespErrors.reply(
          "ERR ACL GENPASS argument must be the number of bits for the output password, a positive"
              + " number up to 4096");
  private static final int BITS_BY_DEFAULT = 256;
  private static final int BITS_MAX = 4096;

  private final SecureRandom random = new SecureRandom();
  private final ProcessView process;
  private final LiveCommands commands;
  private final LoopSettings settings;

  public AclCommands(ProcessView process, LiveCommands commands, LoopSettings settings) {
    this.process = process;
    this.commands = commands;
    this.settings = settings;
  }

  /** Adds the handlers of these commands. */
  public void addTo(CommandHandlers handlers) {
    handlers
        .addImmediate(
            "acl|whoami", (session, spec, in) -> session.reply(spec, LocalReplies.bulk("default")))
        .addImmediate(
            "acl|users",
            (session, spec, in) -> session.reply(spec, LocalReplies.bulks(List.of("default"))))
        .addImmediate("acl|list", (session, spec, in) -> list(session, spec))
        .addImmediate("acl|getuser", this::getUser)
        .addImmediate("acl|cat", this::cat)
        .addImmediate("acl|genpass", this::genPass)
        .addImmediate("acl|log", AclCommands::log);
  }

  private List<String> flags(AclWords words) {
    List<String> flags = new ArrayList<>(List.of("on"));
    flags.addAll(words.flagsOfAll());
    if (hasNoPassword()) {
      flags.add("nopass");
    }
    if (words.sanitizes()) {
      flags.add("sanitize-payload");
    }
    return flags;
  }

  private AclWords words() {
    return AclWords.of(process.servers().latest());
  }

  private boolean hasNoPassword() {
    return settings.limits().password().isEmpty();
  }

  /** The password is not shown, not even as a hash. */
  private void list(Session session, CommandSpec spec) {
    AclWords words = words();
    String flags = "on" + (hasNoPassword() ? " nopass" : "");
    session.reply(
        spec,
        LocalReplies.bulks(
            List.of(
                "user default "
                    + flags
                    + (words.sanitizes() ? " sanitize-payload" : "")
                    + " ~*"
                    + (words.channels() ? " &*" : "")
                    + " +@all")));
  }

  private void getUser(Session session, CommandSpec spec, ByteBuf in) {
    ByteBuf out = LocalReplies.buffer(256);
    Protocol protocol = session.protocol();
    if (!Args.text(in, session.decoder(), 2).equals("default")) {
      protocol.nil(out);
      session.reply(spec, out);
      return;
    }
    AclWords words = words();
    List<String> flags = flags(words);
    protocol.mapHeader(out, words.fieldCount());
    RespWriter.bulk(out, "flags");
    protocol.setHeader(out, flags.size());
    flags.forEach(flag -> RespWriter.simple(out, flag));
    RespWriter.bulk(out, "passwords");
    RespWriter.arrayHeader(out, 0);
    RespWriter.bulk(out, "commands");
    RespWriter.bulk(out, "+@all");
    words.writePatterns(out);
    session.reply(spec, out);
  }

  private void cat(Session session, CommandSpec spec, ByteBuf in) {
    int argCount = session.decoder().argCount();
    if (argCount == 2) {
      ByteBuf out = LocalReplies.buffer(512);
      RespWriter.arrayHeader(out, CATEGORIES.size());
      CATEGORIES.forEach(category -> RespWriter.bulk(out, category));
      session.reply(spec, out);
      return;
    }
    String category = Args.lower(in, session.decoder(), 2);
    if (argCount > 3) {
      session.reply(spec, RespErrors.subcommandSyntax("acl", Args.bytes(in, session.decoder(), 1)));
    } else if (!CATEGORIES.contains(category)) {
      session.reply(
          spec,
          RespErrors.reply("ERR Unknown category '" + Args.text(in, session.decoder(), 2) + "'"));
    } else {
      session.reply(spec, LocalReplies.bulks(commands.table().namesOfCategory(category)));
    }
  }

  /** ACL LOG [count | RESET]: there is nothing to tell, for there is nothing to violate. */
  private static void log(Session session, CommandSpec spec, ByteBuf in) {
    int argCount = session.decoder().argCount();
    if (argCount > 3) {
      session.reply(spec, RespErrors.subcommandSyntax("acl", Args.bytes(in, session.decoder(), 1)));
    } else if (argCount == 3 && Args.lower(in, session.decoder(), 2).equals("reset")) {
      session.reply(spec, LocalReplies.OK);
    } else if (argCount == 3 && Args.number(in, session.decoder(), 2) == null) {
      session.reply(spec, RespErrors.NOT_AN_INTEGER);
    } else {
      session.reply(spec, LocalReplies.bulks(List.of()));
    }
  }

  private void genPass(Session session, CommandSpec spec, ByteBuf in) {
    Long bits =
        session.decoder().argCount() == 3
            ? Args.number(in, session.decoder(), 2)
            : Long.valueOf(BITS_BY_DEFAULT);
    if (session.decoder().argCount() > 3) {
      session.reply(spec, RespErrors.subcommandSyntax("acl", Args.bytes(in, session.decoder(), 1)));
    } else if (bits == null) {
      session.reply(spec, RespErrors.NOT_AN_INTEGER);
    } else if (bits < 1 || bits > BITS_MAX) {
      session.reply(spec, BITS);
    } else {
      StringBuilder digits = new StringBuilder();
      for (int i = 0; i < (bits + 3) / 4; i++) {
        digits.append(Character.forDigit(random.nextInt(16), 16));
      }
      session.reply(spec, LocalReplies.bulk(digits.toString().toLowerCase(Locale.ROOT)));
    }
  }
}

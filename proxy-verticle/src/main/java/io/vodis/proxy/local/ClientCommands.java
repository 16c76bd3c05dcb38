package io.vodis.proxy.local;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.info.ClientFields;
import io.vodis.proxy.process.AllLoops;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.ClientLine;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionEnvironment;
import io.vodis.proxy.session.SessionGate;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespErrors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * CLIENT SETNAME GETNAME ID SETINFO INFO LIST KILL PAUSE UNPAUSE REPLY NO-EVICT NO-TOUCH CAPA. What
 * concerns other clients concerns all of the process, whichever loop they are on.
 */
public final class ClientCommands {

  private static final byte[] OK = LocalReplies.OK;
  private static final byte[] BAD_NAME =
      RespErrors.reply("ERR Client names cannot contain spaces, newlines or special characters.");
  private static final byte[] NO_SUCH_CLIENT = RespErrors.reply("ERR No such client");
  private static final byte[] PAUSE_MODE =
      RespErrors.reply("ERR CLIENT PAUSE mode must be WRITE or ALL");

  private final ProcessView process;

  public ClientCommands(ProcessView process) {
    this.process = process;
  }

  /** Adds the handlers of these commands. */
  public void addTo(CommandHandlers handlers) {
    handlers
        .addImmediate("client|setname", this::setName)
        .addImmediate("client|getname", (session, spec, in) -> getName(session, spec))
        .addImmediate("client|id", (session, spec, in) -> id(session, spec))
        .addImmediate("client|setinfo", this::setInfo)
        .addImmediate("client|info", (session, spec, in) -> info(session, spec))
        .addImmediate("client|list", this::list)
        .addImmediate("client|kill", this::kill)
        .addImmediate("client|pause", this::pause)
        .addImmediate("client|unpause", (session, spec, in) -> unpause(session, spec))
        .add("client|reply", (session, spec, in, length) -> reply(session, spec, in))
        .addImmediate("client|no-evict", this::noEvict)
        .addImmediate("client|no-touch", this::noTouch)
        .addImmediate("client|capa", ClientCommands::capable);
  }

  /** Printable and without blanks, so that a line of CLIENT LIST stays one. */
  static boolean isName(String name) {
    return name.chars().allMatch(c -> c > ' ' && c <= '~');
  }

  private void setName(Session session, CommandSpec spec, ByteBuf in) {
    String name = Args.text(in, session.decoder(), 2);
    if (!isName(name)) {
      session.reply(spec, BAD_NAME);
      return;
    }
    session.client().name(name);
    session.reply(spec, OK);
  }

  private void getName(Session session, CommandSpec spec) {
    String name = session.client().name();
    ByteBuf reply = LocalReplies.buffer(64);
    if (name.isEmpty()) {
      session.protocol().nil(reply);
    } else {
      io.vodis.resp.RespWriter.bulk(reply, name);
    }
    session.reply(spec, reply);
  }

  private void id(Session session, CommandSpec spec) {
    session.reply(spec, LocalReplies.integer(session.client().id()));
  }

  private void setInfo(Session session, CommandSpec spec, ByteBuf in) {
    RequestDecoder request = session.decoder();
    String attribute = Args.text(in, request, 2);
    String value = Args.text(in, request, 3);
    boolean name = attribute.equalsIgnoreCase("lib-name");
    if (!name && !attribute.equalsIgnoreCase("lib-ver")) {
      session.reply(spec, RespErrors.reply("ERR Unrecognized option '" + attribute + "'"));
      return;
    }
    if (!isName(value)) {
      session.reply(
          spec,
          RespErrors.reply(
              "ERR " + attribute + " cannot contain spaces, newlines or special characters."));
      return;
    }
    if (name) {
      session.client().libraryName(value);
    } else {
      session.client().libraryVersion(value);
    }
    session.reply(spec, OK);
  }

  private void info(Session session, CommandSpec spec) {
    // The request is still among the bytes that count as unread on a server.
    int asked = session.decoder().frameLength();
    String line = ClientLine.of(session).text(session, fields(), asked);
    session.reply(spec, LocalReplies.text(session, line + "\n"));
  }

  private ClientFields fields() {
    return ClientFields.of(process.servers().latest());
  }

  private static ClientFilter.Dialect dialect(ClientFields fields) {
    if (fields.valkey9()) {
      return ClientFilter.Dialect.VALKEY_9;
    }
    return fields.valkey() ? ClientFilter.Dialect.VALKEY_8 : ClientFilter.Dialect.REDIS;
  }

  private static List<String> wordsFrom(Session session, ByteBuf in, int from) {
    List<String> words = new ArrayList<>();
    for (int arg = from; arg < session.decoder().argCount(); arg++) {
      words.add(Args.text(in, session.decoder(), arg));
    }
    return words;
  }

  private void list(Session session, CommandSpec spec, ByteBuf in) {
    ClientFields fields = fields();
    ClientFilter.Parsed parsed = ClientFilter.ofList(wordsFrom(session, in, 2), dialect(fields));
    byte[] error = parsed.error();
    if (error != null) {
      session.reply(spec, error);
      return;
    }
    ClientFilter filter = parsed.filter();
    long caller = session.client().id();
    int asked = session.decoder().frameLength();
    AllLoops.answer(
        process,
        session,
        spec,
        env -> lines(env, filter, fields, caller, asked),
        loops -> LocalReplies.text(session, String.join("", loops)));
  }

  private static String lines(
      SessionEnvironment env, ClientFilter filter, ClientFields fields, long caller, int asked) {
    StringBuilder lines = new StringBuilder();
    env.clock().refresh();
    for (Session other : env.sessions().all()) {
      ClientFilter.Traits traits = ClientFilter.Traits.of(other);
      if (filter.matches(traits, traits.id() == caller)) {
        lines
            .append(ClientLine.of(other).text(other, fields, traits.id() == caller ? asked : 0))
            .append('\n');
      }
    }
    return lines.toString();
  }

  private void kill(Session session, CommandSpec spec, ByteBuf in) {
    List<String> words = wordsFrom(session, in, 2);
    ClientFilter.Parsed parsed = ClientFilter.ofKill(words, dialect(fields()));
    byte[] error = parsed.error();
    if (error != null) {
      session.reply(spec, error);
      return;
    }
    ClientFilter filter = parsed.filter();
    boolean oldForm = words.size() == 1;
    // By its id: the session itself is another loop's to look at.
    long caller = session.client().id();
    AllLoops.answer(
        process,
        session,
        spec,
        env -> kill(env, filter, caller),
        loops -> {
          int killed = loops.stream().mapToInt(Integer::intValue).sum();
          if (filter.matches(ClientFilter.Traits.of(session), true)) {
            session.closeWhenAnswered();
          }
          return oldForm
              ? LocalReplies.of(killed == 0 ? NO_SUCH_CLIENT : OK)
              : LocalReplies.integer(killed);
        });
  }

  /** Ends the sessions of a loop that match; the caller's is counted, and ends after its reply. */
  private static int kill(SessionEnvironment env, ClientFilter filter, long caller) {
    int killed = 0;
    for (Session other : env.sessions().all()) {
      ClientFilter.Traits traits = ClientFilter.Traits.of(other);
      boolean isCaller = traits.id() == caller;
      if (filter.matches(traits, isCaller)) {
        killed++;
        if (!isCaller) {
          other.socket().close();
        }
      }
    }
    return killed;
  }

  private void pause(Session session, CommandSpec spec, ByteBuf in) {
    RequestDecoder request = session.decoder();
    if (request.argCount() > 4 && !fields().valkey()) {
      session.reply(spec, RespErrors.subcommandSyntax("client", Args.bytes(in, request, 1)));
      return;
    }
    SessionGate.Pause what = SessionGate.Pause.ALL;
    if (request.argCount() >= 4) {
      String mode = Args.lower(in, request, 3);
      if (!mode.equals("write") && !mode.equals("all")) {
        session.reply(spec, PAUSE_MODE);
        return;
      }
      what = mode.equals("write") ? SessionGate.Pause.WRITE : SessionGate.Pause.ALL;
    }
    Long millis = Args.number(in, request, 2);
    String error =
        millis == null
            ? "ERR timeout is not an integer or out of range"
            : millis < 0 ? "ERR timeout is negative" : null;
    if (error != null || millis == null) {
      session.reply(spec, RespErrors.reply(String.valueOf(error)));
      return;
    }
    SessionGate.Pause mode = what;
    long wanted = Math.min(millis, Long.MAX_VALUE / 4_000_000) * 1_000_000;
    onEachGate(
        session,
        spec,
        env -> {
          long nanos = Math.min(wanted, env.settings().server().pauseMaxNanos());
          env.gate().pause(mode, env.clock().refresh() + nanos);
        });
  }

  private void unpause(Session session, CommandSpec spec) {
    onEachGate(session, spec, env -> env.gate().unpause());
  }

  private void onEachGate(
      Session session, CommandSpec spec, java.util.function.Consumer<SessionEnvironment> task) {
    AllLoops.answer(
        process,
        session,
        spec,
        env -> {
          task.accept(env);
          return true;
        },
        loops -> LocalReplies.of(OK));
  }

  /** CLIENT REPLY changes what later requests get, so it waits for those before it. */
  private boolean reply(Session session, CommandSpec spec, ByteBuf in) {
    String mode = Args.lower(in, session.decoder(), 2);
    if (mode.equals("on") || mode.equals("off") || mode.equals("skip")) {
      if (session.awaitsEarlierReplies()) {
        return false;
      }
      switch (mode) {
        case "on" -> {
          ReplyMode.on(session);
          session.reply(spec, OK);
        }
        case "off" -> ReplyMode.off(session);
        default -> ReplyMode.skipNext(session);
      }
    } else {
      session.reply(spec, RespErrors.SYNTAX);
    }
    return true;
  }

  private void noEvict(Session session, CommandSpec spec, ByteBuf in) {
    Boolean on = onOrOff(session, spec, in);
    if (on != null) {
      session.client().noEvict(on);
    }
  }

  private void noTouch(Session session, CommandSpec spec, ByteBuf in) {
    Boolean on = onOrOff(session, spec, in);
    if (on != null) {
      session.client().noTouch(on);
    }
  }

  /** That a client would follow a redirection is good to know, but a proxy never asks for it. */
  private static void capable(Session session, CommandSpec spec, ByteBuf in) {
    for (int arg = 2; arg < session.decoder().argCount(); arg++) {
      if (Args.lower(in, session.decoder(), arg).equals("redirect")) {
        session.client().capabilities("r");
      }
    }
    session.reply(spec, OK);
  }

  private static @Nullable Boolean onOrOff(Session session, CommandSpec spec, ByteBuf in) {
    String word = Args.lower(in, session.decoder(), 2);
    if (!word.equals("on") && !word.equals("off")) {
      session.reply(spec, RespErrors.SYNTAX);
      return null;
    }
    session.reply(spec, OK);
    return word.equals("on");
  }
}

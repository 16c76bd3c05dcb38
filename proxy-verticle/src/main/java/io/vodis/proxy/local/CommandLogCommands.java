package io.vodis.proxy.local;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.process.AllLoops;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.LoopSettings;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.stats.CommandLog;
import io.vodis.proxy.stats.CommandLog.Kind;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * SLOWLOG and COMMANDLOG, GET LEN RESET of both: the remarkable requests of all loops as one list,
 * the newest first. What SLOWLOG shows is COMMANDLOG's list of the slow ones.
 */
public final class CommandLogCommands {

  private static final byte[] COUNT =
      RespErrors.reply("ERR count should be greater than or equal to -1");
  private static final byte[] TYPE =
      RespErrors.reply("ERR type should be one of the following: slow, large-request, large-reply");
  private static final long COUNT_BY_DEFAULT = 10;

  private static final Map<String, Kind> TYPES =
      Map.of(
          "slow", Kind.SLOW, "large-request", Kind.LARGE_REQUEST, "large-reply", Kind.LARGE_REPLY);

  private static final Comparator<CommandLog.Entry> NEWEST_FIRST =
      Comparator.comparingLong(CommandLog.Entry::unixSeconds)
          .thenComparingLong(CommandLog.Entry::id)
          .reversed();

  /** What a subcommand does when it knows which list is meant. */
  @FunctionalInterface
  private interface OfKind {
    void answer(Session session, CommandSpec spec, Kind kind);
  }

  private final ProcessView process;
  private final LoopSettings settings;

  public CommandLogCommands(ProcessView process, LoopSettings settings) {
    this.process = process;
    this.settings = settings;
  }

  /** Adds the handlers of these commands. */
  public void addTo(CommandHandlers handlers) {
    handlers
        .addImmediate("slowlog|get", this::getSlow)
        .addImmediate("slowlog|len", (session, spec, in) -> length(session, spec, Kind.SLOW))
        .addImmediate("slowlog|reset", (session, spec, in) -> reset(session, spec, Kind.SLOW))
        .addImmediate("commandlog|get", this::get)
        .addImmediate(
            "commandlog|len", (session, spec, in) -> ofKind(session, spec, in, this::length))
        .addImmediate(
            "commandlog|reset", (session, spec, in) -> ofKind(session, spec, in, this::reset));
  }

  private void getSlow(Session session, CommandSpec spec, ByteBuf in) {
    int argCount = session.decoder().argCount();
    if (argCount > 3) {
      session.reply(
          spec, RespErrors.subcommandSyntax("slowlog", Args.bytes(in, session.decoder(), 1)));
      return;
    }
    Long count =
        argCount == 3 ? Args.number(in, session.decoder(), 2) : Long.valueOf(COUNT_BY_DEFAULT);
    get(session, spec, count, Kind.SLOW);
  }

  /** COMMANDLOG GET count type: an invalid count is told of first. */
  private void get(Session session, CommandSpec spec, ByteBuf in) {
    Long count = Args.number(in, session.decoder(), 2);
    if (count == null || count < -1) {
      session.reply(spec, COUNT);
      return;
    }
    Kind kind = TYPES.get(Args.lower(in, session.decoder(), 3));
    if (kind == null) {
      session.reply(spec, TYPE);
      return;
    }
    get(session, spec, count, kind);
  }

  private void ofKind(Session session, CommandSpec spec, ByteBuf in, OfKind action) {
    Kind kind = TYPES.get(Args.lower(in, session.decoder(), 2));
    if (kind == null) {
      session.reply(spec, TYPE);
    } else {
      action.answer(session, spec, kind);
    }
  }

  private int most(Kind kind) {
    return settings.server().commandLog().of(kind).most();
  }

  private void get(Session session, CommandSpec spec, @Nullable Long count, Kind kind) {
    if (count == null || count < -1) {
      session.reply(spec, COUNT);
      return;
    }
    long most = Math.min(most(kind), count < 0 ? Long.MAX_VALUE : count);
    AllLoops.answer(
        process,
        session,
        spec,
        env -> env.commandLogs().of(kind).entries(),
        loops ->
            entries(
                loops.stream()
                    .flatMap(Collection::stream)
                    .sorted(NEWEST_FIRST)
                    .limit(most)
                    .toList()));
  }

  private static ByteBuf entries(List<CommandLog.Entry> entries) {
    ByteBuf out = LocalReplies.buffer(1024);
    RespWriter.arrayHeader(out, entries.size());
    for (CommandLog.Entry entry : entries) {
      RespWriter.arrayHeader(out, 6);
      RespWriter.integer(out, entry.id());
      RespWriter.integer(out, entry.unixSeconds());
      RespWriter.integer(out, entry.value());
      RespWriter.arrayHeader(out, entry.args().size());
      entry.args().forEach(arg -> RespWriter.bulk(out, arg));
      RespWriter.bulk(out, entry.address());
      RespWriter.bulk(out, entry.name());
    }
    return out;
  }

  private void length(Session session, CommandSpec spec, Kind kind) {
    AllLoops.answer(
        process,
        session,
        spec,
        env -> env.commandLogs().of(kind).size(),
        loops ->
            LocalReplies.integer(
                Math.min(most(kind), loops.stream().mapToInt(Integer::intValue).sum())));
  }

  private void reset(Session session, CommandSpec spec, Kind kind) {
    AllLoops.answer(
        process,
        session,
        spec,
        env -> {
          env.commandLogs().of(kind).clear();
          return true;
        },
        loops -> LocalReplies.of(LocalReplies.OK));
  }
}

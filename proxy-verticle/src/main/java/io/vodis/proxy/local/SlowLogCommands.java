package io.vodis.proxy.local;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.process.AllLoops;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.LoopSettings;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SlowLog;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** SLOWLOG GET LEN RESET: the slow requests of all loops as one list, the newest first. */
public final class SlowLogCommands {

  private static final byte[] COUNT =
      RespErrors.reply("ERR count should be greater than or equal to -1");
  private static final long COUNT_BY_DEFAULT = 10;

  private static final Comparator<SlowLog.Entry> NEWEST_FIRST =
      Comparator.comparingLong(SlowLog.Entry::unixSeconds)
          .thenComparingLong(SlowLog.Entry::id)
          .reversed();

  private final ProcessView process;
  private final LoopSettings settings;

  public SlowLogCommands(ProcessView process, LoopSettings settings) {
    this.process = process;
    this.settings = settings;
  }

  /** Adds the handlers of these commands. */
  public void addTo(CommandHandlers handlers) {
    handlers
        .addImmediate("slowlog|get", this::get)
        .addImmediate("slowlog|len", (session, spec, in) -> length(session, spec))
        .addImmediate("slowlog|reset", (session, spec, in) -> reset(session, spec));
  }

  private void get(Session session, CommandSpec spec, ByteBuf in) {
    int argCount = session.decoder().argCount();
    Long count =
        argCount == 3 ? Args.number(in, session.decoder(), 2) : Long.valueOf(COUNT_BY_DEFAULT);
    if (argCount > 3) {
      session.reply(
          spec, RespErrors.unknownSubcommand("slowlog", Args.bytes(in, session.decoder(), 1)));
    } else if (count == null || count < -1) {
      session.reply(spec, COUNT);
    } else {
      long most = Math.min(settings.server().slowMax(), count < 0 ? Long.MAX_VALUE : count);
      AllLoops.answer(
          process,
          session,
          spec,
          env -> env.slowLog().entries(),
          loops ->
              entries(
                  loops.stream()
                      .flatMap(Collection::stream)
                      .sorted(NEWEST_FIRST)
                      .limit(most)
                      .toList()));
    }
  }

  private static ByteBuf entries(List<SlowLog.Entry> entries) {
    ByteBuf out = LocalReplies.buffer(1024);
    RespWriter.arrayHeader(out, entries.size());
    for (SlowLog.Entry entry : entries) {
      RespWriter.arrayHeader(out, 6);
      RespWriter.integer(out, entry.id());
      RespWriter.integer(out, entry.unixSeconds());
      RespWriter.integer(out, entry.micros());
      RespWriter.arrayHeader(out, entry.args().size());
      entry.args().forEach(arg -> RespWriter.bulk(out, arg));
      RespWriter.bulk(out, entry.address());
      RespWriter.bulk(out, entry.name());
    }
    return out;
  }

  private void length(Session session, CommandSpec spec) {
    AllLoops.answer(
        process,
        session,
        spec,
        env -> env.slowLog().entries().size(),
        loops ->
            LocalReplies.integer(
                Math.min(
                    settings.server().slowMax(),
                    loops.stream().mapToInt(Integer::intValue).sum())));
  }

  private void reset(Session session, CommandSpec spec) {
    AllLoops.answer(
        process,
        session,
        spec,
        env -> {
          env.slowLog().clear();
          return true;
        },
        loops -> LocalReplies.of(LocalReplies.OK));
  }
}

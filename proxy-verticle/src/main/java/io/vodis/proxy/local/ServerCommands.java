package io.vodis.proxy.local;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.command.KeyLocator;
import io.vodis.proxy.command.LiveCommands;
import io.vodis.proxy.info.MergedSection;
import io.vodis.proxy.info.ServerVersion;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** TIME ROLE LASTSAVE LOLWUT MODULE LIST, HELP of every command that has it, and COMMAND. */
public final class ServerCommands {

  private static final List<String> COMMAND_NAMES =
      List.of(
          "command",
          "command|count",
          "command|docs",
          "command|getkeys",
          "command|getkeysandflags",
          "command|info",
          "command|list");

  private final ProcessView process;
  private final LiveCommands commands;
  private final KeyLocator locator;

  public ServerCommands(ProcessView process, LiveCommands commands, KeyLocator locator) {
    this.process = process;
    this.commands = commands;
    this.locator = locator;
  }

  /** Adds the handlers of these commands. */
  public void addTo(CommandHandlers handlers) {
    handlers
        .addImmediate("time", (session, spec, in) -> time(session, spec))
        .addImmediate("role", (session, spec, in) -> role(session, spec))
        .addImmediate("lastsave", (session, spec, in) -> lastSave(session, spec))
        .addImmediate("lolwut", this::lolwut)
        .addImmediate("module|list", (session, spec, in) -> modules(session, spec));
    for (String name : COMMAND_NAMES) {
      handlers.addImmediate(name, this::command);
    }
    HelpTexts.BY_COMMAND.forEach(
        (name, lines) ->
            handlers.addImmediate(
                name + "|help",
                (session, spec, in) -> session.reply(spec, LocalReplies.lines(lines))));
  }

  private static void time(Session session, CommandSpec spec) {
    Instant now = Instant.now();
    ByteBuf reply = LocalReplies.buffer(64);
    RespWriter.arrayHeader(reply, 2);
    RespWriter.bulk(reply, now.getEpochSecond());
    RespWriter.bulk(reply, now.getNano() / 1000);
    session.reply(spec, reply);
  }

  /** To its clients a proxy is a primary without replicas. */
  private static void role(Session session, CommandSpec spec) {
    ByteBuf reply = LocalReplies.buffer(64);
    RespWriter.arrayHeader(reply, 3);
    RespWriter.bulk(reply, "master");
    RespWriter.integer(reply, 0);
    RespWriter.arrayHeader(reply, 0);
    session.reply(spec, reply);
  }

  /** Of the server that has not saved for longest. */
  private void lastSave(Session session, CommandSpec spec) {
    SessionRequest waiting = session.enqueue(spec);
    process
        .servers()
        .report(
            reports -> {
              Map<String, String> merged = MergedSection.of("persistence", reports.all());
              Long time = Args.number(merged.getOrDefault("rdb_last_save_time", "0"));
              session.onLocalAnswer(waiting, LocalReplies.integer(time == null ? 0 : time));
            });
  }

  private void lolwut(Session session, CommandSpec spec, ByteBuf in) {
    if (session.decoder().argCount() > 2
        && Args.lower(in, session.decoder(), 1).equals("version")
        && Args.number(in, session.decoder(), 2) == null) {
      session.reply(spec, RespErrors.NOT_AN_INTEGER);
      return;
    }
    ServerVersion version =
        process.servers().latest().lowestVersion().orElse(ServerVersion.ASSUMED);
    session.reply(
        spec,
        LocalReplies.text(
            session, "Many servers, one address: Vodis.\nRedis ver. " + version + "\n"));
  }

  private void modules(Session session, CommandSpec spec) {
    SessionRequest waiting = session.enqueue(spec);
    process
        .servers()
        .report(
            reports -> {
              ByteBuf out = LocalReplies.buffer(256);
              Modules.write(reports, session.protocol(), out);
              session.onLocalAnswer(waiting, out);
            });
  }

  private void command(Session session, CommandSpec spec, ByteBuf in) {
    ByteBuf reply = LocalReplies.buffer(1024);
    commands.catalogue().reply(spec, in, session.decoder(), locator, session.protocol(), reply);
    session.reply(spec, reply);
  }
}

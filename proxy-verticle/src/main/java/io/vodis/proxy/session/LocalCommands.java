package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.resp.RespErrors;

/** Commands that the proxy answers itself. */
public final class LocalCommands {

  private final ConnectionCommands connection;
  private final ClientCommands clients;
  private final ServerCommands server;

  public LocalCommands(
      ConnectionCommands connection, ClientCommands clients, ServerCommands server) {
    this.connection = connection;
    this.clients = clients;
    this.server = server;
  }

  /** Commands for those who have yet to say who they are. */
  static boolean needsNoAuthentication(CommandSpec spec) {
    return switch (spec.name()) {
      case "auth", "hello", "quit", "reset" -> true;
      default -> false;
    };
  }

  /** Answers the request the session's decoder stands on; always true. */
  boolean handle(Session session, CommandSpec spec, ByteBuf in) {
    switch (spec.name()) {
      case "ping" -> connection.ping(session, spec, in);
      case "echo" -> connection.echo(session, spec, in);
      case "quit" -> connection.quit(session, spec);
      case "select" -> connection.select(session, spec, in);
      case "auth" -> connection.auth(session, spec, in);
      case "hello" -> connection.hello(session, spec, in);
      case "reset" -> connection.reset(session, spec);
      case "readonly", "readwrite" ->
          session.reply(spec, RespErrors.reply("ERR This instance has cluster support disabled"));
      case "client|setname" -> clients.setName(session, spec, in);
      case "client|getname" -> clients.getName(session, spec);
      case "client|id" -> clients.id(session, spec);
      case "client|setinfo" -> clients.setInfo(session, spec, in);
      case "client|info" -> clients.info(session, spec);
      case "client|list" -> clients.list(session, spec, in);
      case "time" -> server.time(session, spec);
      case "info" -> server.info(session, spec, in);
      case "config|get" -> server.configGet(session, spec, in);
      case "command",
          "command|count",
          "command|docs",
          "command|getkeys",
          "command|getkeysandflags",
          "command|info",
          "command|list" ->
          server.command(session, spec, in);
      default -> session.reply(spec, RespErrors.unsupported(spec.name()));
    }
    return true;
  }
}

package io.vodis.proxy.local;

import io.netty.buffer.ByteBuf;
import io.vodis.model.HostAndPort;
import io.vodis.proxy.backend.BusyServers;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.info.ServerVersion;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.LoopSettings;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionState;
import io.vodis.resp.Protocol;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/** PING ECHO QUIT SELECT AUTH HELLO RESET. */
public final class ConnectionCommands {

  private static final byte[] OK = ascii("+OK\r\n");
  private static final byte[] PONG = ascii("+PONG\r\n");
  private static final byte[] RESET = ascii("+RESET\r\n");
  private static final byte[] NO_PASSWORD_SET =
      RespErrors.reply(
          "ERR AUTH <password> called without any password configured for the default user. Are you"
              + " sure your configuration is correct?");
  private static final byte[] HELLO_NEEDS_AUTH =
      RespErrors.reply(
          "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO"
              + " <proto> AUTH <user> <pass> option can be used to authenticate the client and"
              + " select the RESP protocol version at the same time");
  private static final byte[] HELLO_VERSION =
      RespErrors.reply("ERR Protocol version is not an integer or out of range");
  private static final byte[] BAD_NAME =
      RespErrors.reply("ERR Client names cannot contain spaces, newlines or special characters.");

  private final ProcessView process;
  private final LoopSettings settings;
  private final Dispatcher dispatcher;
  private final BusyServers busyServers;

  public ConnectionCommands(
      ProcessView process, LoopSettings settings, Dispatcher dispatcher, BusyServers busyServers) {
    this.process = process;
    this.settings = settings;
    this.dispatcher = dispatcher;
    this.busyServers = busyServers;
  }

  private byte[] password() {
    return settings.limits().password().getBytes(StandardCharsets.UTF_8);
  }

  /** Adds the handlers of these commands. */
  public void addTo(CommandHandlers handlers) {
    handlers
        .addImmediate("ping", this::ping)
        .addImmediate("echo", this::echo)
        .addImmediate("quit", (session, spec, in) -> quit(session, spec))
        .addImmediate("select", this::select)
        .addImmediate("auth", this::auth)
        .add("hello", (session, spec, in, length) -> hello(session, spec, in))
        .add("reset", (session, spec, in, length) -> reset(session, spec));
  }

  private void ping(Session session, CommandSpec spec, ByteBuf in) {
    RequestDecoder request = session.decoder();
    HostAndPort only = dispatcher.table().onlyOwner();
    byte[] busy = only == null ? null : busyServers.reply(only);
    if (busy != null) {
      // Nothing can be done here but what ends the script, as the one server itself would say.
      session.reply(spec, busy);
      return;
    }
    switch (request.argCount()) {
      case 1 -> session.reply(spec, PONG);
      case 2 -> echo(session, spec, in);
      default -> session.reply(spec, RespErrors.wrongArity("ping"));
    }
  }

  private void echo(Session session, CommandSpec spec, ByteBuf in) {
    RequestDecoder request = session.decoder();
    int length = request.argLength(1);
    ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(length + 16);
    RespWriter.bulk(reply, in, in.readerIndex() + request.argOffset(1), length);
    session.reply(spec, reply);
  }

  private void quit(Session session, CommandSpec spec) {
    session.reply(spec, OK);
    session.closeWhenAnswered();
  }

  private void select(Session session, CommandSpec spec, ByteBuf in) {
    int database;
    try {
      database = Integer.parseInt(Args.text(in, session.decoder(), 1));
    } catch (NumberFormatException e) {
      session.reply(spec, RespErrors.NOT_AN_INTEGER);
      return;
    }
    if (database < 0 || database >= settings.limits().databaseCount()) {
      session.reply(spec, RespErrors.DB_OUT_OF_RANGE);
      return;
    }
    session.database(database);
    session.reply(spec, OK);
  }

  private void auth(Session session, CommandSpec spec, ByteBuf in) {
    RequestDecoder request = session.decoder();
    int argCount = request.argCount();
    if (argCount > 3) {
      session.reply(spec, RespErrors.SYNTAX);
    } else if (argCount == 2 && password().length == 0) {
      session.reply(spec, NO_PASSWORD_SET);
    } else {
      boolean right =
          (argCount == 2 || Args.text(in, request, 1).equals("default"))
              && isPassword(Args.bytes(in, request, argCount - 1));
      if (right) {
        session.authenticated(true);
      }
      session.reply(spec, right ? OK : RespErrors.WRONG_PASS);
    }
  }

  private boolean isPassword(byte[] given) {
    // Without a password the default user accepts any, as Redis's does.
    byte[] password = password();
    return password.length == 0 || MessageDigest.isEqual(password, given);
  }

  private boolean hello(Session session, CommandSpec spec, ByteBuf in) {
    if (session.awaitsEarlierReplies()) {
      return false;
    }
    greet(session, spec, in);
    return true;
  }

  private void greet(Session session, CommandSpec spec, ByteBuf in) {
    RequestDecoder request = session.decoder();
    boolean authenticated = session.authenticated();
    String name = session.client().name();
    Protocol protocol = session.protocol();
    if (request.argCount() > 1) {
      String version = Args.text(in, request, 1);
      if (!version.matches("\\d{1,9}")) {
        session.reply(spec, HELLO_VERSION);
        return;
      }
      if (!version.matches("0*[23]")) {
        session.reply(spec, RespErrors.NO_PROTO);
        return;
      }
      protocol = version.endsWith("3") ? Protocol.RESP3 : Protocol.RESP2;
      if (protocol == Protocol.RESP3 && !version().speaksResp3()) {
        // A server cannot answer in it, and neither can what passes its replies on.
        session.reply(spec, RespErrors.NO_PROTO);
        return;
      }
    }
    for (int arg = 2; arg < request.argCount(); arg++) {
      int more = request.argCount() - 1 - arg;
      String option = Args.lower(in, request, arg);
      if (option.equals("auth") && more >= 2) {
        if (!Args.text(in, request, arg + 1).equals("default")
            || !isPassword(Args.bytes(in, request, arg + 2))) {
          session.reply(spec, RespErrors.WRONG_PASS);
          return;
        }
        authenticated = true;
        arg += 2;
      } else if (option.equals("setname") && more >= 1) {
        name = Args.text(in, request, arg + 1);
        if (!ClientCommands.isName(name)) {
          session.reply(spec, BAD_NAME);
          return;
        }
        arg++;
      } else {
        session.reply(
            spec,
            RespErrors.reply(
                "ERR Syntax error in HELLO option '" + Args.text(in, request, arg) + "'"));
        return;
      }
    }
    if (!authenticated) {
      session.reply(spec, HELLO_NEEDS_AUTH);
      return;
    }
    session.authenticated(true);
    session.client().name(name);
    boolean other = protocol != session.protocol();
    session.protocol(protocol);
    session.reply(spec, greeting(protocol, session.client().id()));
    if (other) {
      // Behind the reply: what they have to say may be in the new protocol.
      session.states().forEach(SessionState::onProtocol);
    }
  }

  /** What all servers can do at least: it decides what some clients dare to use. */
  private ServerVersion version() {
    return process.servers().latest().lowestVersion().orElse(ServerVersion.ASSUMED);
  }

  private ByteBuf greeting(Protocol protocol, long id) {
    ByteBuf out = RespSocket.ALLOCATOR.directBuffer(256);
    protocol.mapHeader(out, 7);
    Optional<ServerVersion> valkey = process.servers().latest().lowestValkeyVersion();
    RespWriter.bulk(out, "server");
    RespWriter.bulk(out, valkey.isPresent() ? "valkey" : "redis");
    RespWriter.bulk(out, "version");
    RespWriter.bulk(out, valkey.orElse(version()).toString());
    RespWriter.bulk(out, "proto");
    RespWriter.integer(out, protocol.version());
    RespWriter.bulk(out, "id");
    RespWriter.integer(out, id);
    RespWriter.bulk(out, "mode");
    RespWriter.bulk(out, settings.server().mode());
    RespWriter.bulk(out, "role");
    RespWriter.bulk(out, "master");
    RespWriter.bulk(out, "modules");
    Modules.write(process.servers().latest(), protocol, out);
    return out;
  }

  private boolean reset(Session session, CommandSpec spec) {
    if (session.awaitsEarlierReplies()) {
      return false;
    }
    session.endStates();
    session.database(0);
    session.protocol(Protocol.RESP2);
    session.client().reset();
    session.authenticated(password().length == 0);
    session.reply(spec, RESET);
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

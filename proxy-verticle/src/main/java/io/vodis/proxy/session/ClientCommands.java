package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** CLIENT SETNAME GETNAME ID SETINFO INFO LIST. */
public final class ClientCommands {

  private static final byte[] OK = "+OK\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BAD_NAME =
      RespErrors.reply("ERR Client names cannot contain spaces, newlines or special characters.");

  private final ProcessView process;

  public ClientCommands(ProcessView process) {
    this.process = process;
  }

  /** Printable and without blanks, so that a line of CLIENT LIST stays one. */
  /** Adds the handlers of these commands. */
  public void addTo(CommandHandlers handlers) {
    handlers
        .addImmediate("client|setname", this::setName)
        .addImmediate("client|getname", (session, spec, in) -> getName(session, spec))
        .addImmediate("client|id", (session, spec, in) -> id(session, spec))
        .addImmediate("client|setinfo", this::setInfo)
        .addImmediate("client|info", (session, spec, in) -> info(session, spec))
        .addImmediate("client|list", this::list);
  }

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
    ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(64);
    String name = session.client().name();
    if (name.isEmpty()) {
      RespWriter.nullBulk(reply);
    } else {
      RespWriter.bulk(reply, name);
    }
    session.reply(spec, reply);
  }

  private void id(Session session, CommandSpec spec) {
    ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(32);
    RespWriter.integer(reply, session.client().id());
    session.reply(spec, reply);
  }

  private void setInfo(Session session, CommandSpec spec, ByteBuf in) {
    RequestDecoder request = session.decoder();
    String attribute = Args.lower(in, request, 2);
    String value = Args.text(in, request, 3);
    if (!isName(value)) {
      session.reply(
          spec,
          RespErrors.reply(
              "ERR " + attribute + " cannot contain spaces, newlines or special characters."));
      return;
    }
    switch (attribute) {
      case "lib-name" -> session.client().libraryName(value);
      case "lib-ver" -> session.client().libraryVersion(value);
      default -> {
        session.reply(spec, RespErrors.reply("ERR Unrecognized option '" + attribute + "'"));
        return;
      }
    }
    session.reply(spec, OK);
  }

  private void info(Session session, CommandSpec spec) {
    session.reply(spec, text(line(session) + "\n"));
  }

  private void list(Session session, CommandSpec spec, ByteBuf in) {
    RequestDecoder request = session.decoder();
    boolean ofNoSession = false;
    if (request.argCount() == 4 && Args.lower(in, request, 2).equals("type")) {
      String type = Args.lower(in, request, 3);
      if (!List.of("normal", "master", "replica", "slave", "pubsub").contains(type)) {
        session.reply(spec, RespErrors.reply("ERR Unknown client type '" + type + "'"));
        return;
      }
      ofNoSession = !type.equals("normal");
    } else if (request.argCount() > 2) {
      session.reply(spec, RespErrors.SYNTAX);
      return;
    }
    boolean empty = ofNoSession;
    SessionRequest waiting = session.enqueue(spec);
    process.ask(
        true,
        loops -> {
          StringBuilder lines = new StringBuilder();
          if (!empty) {
            loops.forEach(loop -> loop.clients().forEach(line -> lines.append(line).append('\n')));
          }
          session.onLocalAnswer(waiting, text(lines.toString()));
        });
  }

  private static ByteBuf text(String text) {
    ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(text.length() + 32);
    RespWriter.bulk(reply, text);
    return reply;
  }

  /** A session as CLIENT LIST shows it. */
  public static String line(Session session) {
    SessionClient client = session.client();
    return String.format(
        Locale.ROOT,
        "id=%d addr=%s laddr=%s name=%s age=%d idle=%d flags=N db=%d sub=0 psub=0 multi=-1"
            + " qbuf=0 obl=%d oll=%d cmd=NULL user=default resp=2 lib-name=%s lib-ver=%s",
        client.id(),
        session.socket().remoteAddress(),
        session.socket().localAddress(),
        client.name(),
        client.ageSeconds(),
        session.idleSeconds(),
        session.database(),
        session.socket().pendingBytes(),
        session.unanswered(),
        client.libraryName(),
        client.libraryVersion());
  }
}

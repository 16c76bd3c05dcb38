package io.vodis.proxy.codis;

import io.netty.buffer.ByteBuf;
import io.vodis.model.HostAndPort;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.fanout.GroupCalls;
import io.vodis.proxy.groups.GroupGate;
import io.vodis.proxy.loop.LoopClock;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandler;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.LoopSettings;
import io.vodis.proxy.session.Session;
import io.vodis.resp.RequestDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * PING and INFO whose first argument is the address of a server: passed on to that server without
 * it, as a Codis proxy does, if the operator wants it so. An argument that is no address means what
 * it means in Redis.
 */
public final class AddressedCommands {

  private static final Pattern ADDRESS = Pattern.compile("\\S+:\\d{1,5}");

  private final Dispatcher dispatcher;
  private final GroupCalls calls;
  private final GroupGate gate;
  private final LoopSettings settings;

  public AddressedCommands(
      Dispatcher dispatcher, LoopClock clock, GroupCalls calls, LoopSettings settings) {
    this.dispatcher = dispatcher;
    this.calls = calls;
    this.gate = new GroupGate(dispatcher, clock, calls);
    this.settings = settings;
  }

  /** Stands before the handlers of PING and INFO, which have to be there. */
  public void addTo(CommandHandlers handlers) {
    handlers.before("ping", this::orElse).before("info", this::orElse);
  }

  private CommandHandler orElse(CommandHandler usual) {
    return (session, spec, in, length) ->
        isAddressed(session, in)
            ? toServer(session, spec, in)
            : usual.handle(session, spec, in, length);
  }

  private boolean isAddressed(Session session, ByteBuf in) {
    return settings.server().addressedCommands()
        && session.decoder().argCount() > 1
        && ADDRESS.matcher(Args.text(in, session.decoder(), 1)).matches();
  }

  private boolean toServer(Session session, CommandSpec spec, ByteBuf in) {
    if (session.awaitsEarlierReplies()) {
      return false;
    }
    RequestDecoder request = session.decoder();
    HostAndPort server = SlotsCommands.find(dispatcher, Args.text(in, request, 1));
    if (server == null) {
      session.reply(spec, SlotsCommands.notFound(Args.text(in, request, 1)));
      return true;
    }
    List<byte[]> args = new ArrayList<>();
    for (int arg = 0; arg < request.argCount(); arg++) {
      if (arg != 1) {
        args.add(Args.bytes(in, request, arg));
      }
    }
    byte[] frame = GroupCalls.frame(args);
    gate.start(
        session,
        spec,
        whole ->
            calls.ask(
                session,
                session.lane(),
                GroupCalls.Way.SHARED,
                List.of(server),
                frame,
                replies -> {
                  byte[] reply = replies.getFirst();
                  session.onLocalAnswer(
                      whole, RespSocket.ALLOCATOR.directBuffer(reply.length).writeBytes(reply));
                }));
    return true;
  }
}

package io.vodis.proxy.groups;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.fanout.GroupCalls;
import io.vodis.proxy.fanout.GroupCalls.Way;
import io.vodis.proxy.fanout.Merge;
import io.vodis.proxy.groups.GroupGate.Needs;
import io.vodis.proxy.loop.LoopClock;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.script.ScriptSender;
import io.vodis.proxy.script.ScriptStore;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.RequestFactory;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.resp.RequestDecoder;
import org.jspecify.annotations.Nullable;

/** SCRIPT LOAD and SCRIPT FLUSH, and what is remembered and done for EVAL and EVALSHA. */
public final class ScriptCommands implements RequestFactory {

  private static final int SHA1_DIGITS = 40;

  private final ScriptStore scripts;
  private final ProcessView process;
  private final LoopClock clock;
  private final ScriptSender sender;
  private final FunctionLibraries functions;

  /** The scripts of one loop; what it learns it tells all loops of the process. */
  public ScriptCommands(
      ScriptStore scripts,
      ScriptSender sender,
      ProcessView process,
      LoopClock clock,
      Dispatcher dispatcher,
      GroupCalls calls) {
    this.scripts = scripts;
    this.process = process;
    this.clock = clock;
    this.sender = sender;
    this.functions = new FunctionLibraries(dispatcher, calls, clock);
    scripts.tell(
        body -> process.eachLoop(environment -> environment.scripts().learn(body), all -> {}));
  }

  void addTo(CommandHandlers handlers, GroupCalls calls, GroupGate gate) {
    handlers
        .add(
            "script|load",
            (session, spec, in, length) ->
                gate.begin(
                    session,
                    spec,
                    Needs.SERVERS,
                    whole -> {
                      see(session, in, 2);
                      calls.ask(
                          session,
                          session.lane(),
                          Way.SHARED,
                          calls.groups().servers(),
                          Args.frame(in, length),
                          replies -> GroupCommands.answer(session, whole, Merge.same(replies)));
                    }))
        .add(
            "script|flush",
            (session, spec, in, length) ->
                gate.begin(
                    session,
                    spec,
                    Needs.SERVERS,
                    whole ->
                        calls.ask(
                            session,
                            session.lane(),
                            Way.SHARED,
                            calls.groups().servers(),
                            Args.frame(in, length),
                            replies -> forget(session, whole, Merge.same(replies)))));
  }

  /** Answered when no loop knows a script any more: from then on EVALSHA says NOSCRIPT. */
  private void forget(Session session, SessionRequest whole, byte[] reply) {
    if (reply[0] == '-') {
      GroupCommands.answer(session, whole, reply);
      return;
    }
    process.eachLoop(
        environment -> {
          environment.scripts().clear();
          return true;
        },
        all -> GroupCommands.answer(session, whole, reply));
  }

  FunctionLibraries functions() {
    return functions;
  }

  @Override
  public boolean isReady(Session session, int slot) {
    return functions.isReady(session, slot);
  }

  private void see(Session session, ByteBuf in, int arg) {
    RequestDecoder request = session.decoder();
    scripts.see(in, in.readerIndex() + request.argOffset(arg), request.argLength(arg));
  }

  @Override
  public SessionRequest make(Session session, CommandSpec spec, ByteBuf in, int[] slots) {
    String sha1 = script(session, spec, in);
    if (sha1 != null) {
      return new ScriptRequest(session, spec, clock.nowNanos(), slots, sender, sha1);
    }
    return slots.length == 1 ? session.newRequest(spec) : session.newRequest(spec, slots);
  }

  @Override
  public @Nullable String script(Session session, CommandSpec spec, ByteBuf in) {
    switch (spec.name()) {
      case "eval", "eval_ro" -> see(session, in, 1);
      case "evalsha", "evalsha_ro" -> {
        if (session.decoder().argLength(1) == SHA1_DIGITS) {
          String sha1 = Args.lower(in, session.decoder(), 1);
          return sender.knows(sha1) ? sha1 : null;
        }
      }
      default -> {
        // Everything it takes is in its own bytes.
      }
    }
    return null;
  }
}

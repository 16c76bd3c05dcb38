package io.vodis.proxy.groups;

import io.netty.buffer.ByteBuf;
import io.vodis.model.HostAndPort;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.fanout.GroupCalls;
import io.vodis.proxy.fanout.GroupCalls.Way;
import io.vodis.proxy.fanout.Merge;
import io.vodis.proxy.groups.GroupGate.Needs;
import io.vodis.proxy.loop.LoopClock;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandler;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/**
 * Commands that ask the primary of every group and make one reply of theirs: DBSIZE RANDOMKEY
 * FLUSHDB FLUSHALL FUNCTION, and SCRIPT but for what the proxy remembers of it.
 */
public final class GroupCommands {

  private final Dispatcher dispatcher;
  private final GroupCalls calls;
  private final GroupGate gate;
  private final ScriptCommands scripts;

  public GroupCommands(
      Dispatcher dispatcher, LoopClock clock, GroupCalls calls, ScriptCommands scripts) {
    this.dispatcher = dispatcher;
    this.scripts = scripts;
    this.calls = calls;
    this.gate = new GroupGate(dispatcher, clock, calls);
  }

  /** Adds the handlers of these commands, and of SCAN and KEYS. */
  public void addTo(CommandHandlers handlers) {
    handlers
        .add("dbsize", merged(Way.SHARED, Merge::sum))
        .add("randomkey", this::randomKey)
        .add("flushdb", this::flush)
        .add("flushall", this::flush)
        .add("script|exists", merged(Way.SHARED, Merge::all))
        .add("script|kill", merged(Way.URGENT, replies -> Merge.any(replies, "-NOTBUSY")))
        .add("script|show", merged(Way.SHARED, Merge::longest))
        .add("function|load", withAllLibraries(merged(Way.SHARED, Merge::same)))
        .add("function|delete", withAllLibraries(merged(Way.SHARED, Merge::same)))
        .add("function|flush", merged(Way.SHARED, Merge::same))
        .add("function|restore", withAllLibraries(merged(Way.SHARED, Merge::same)))
        .add("function|list", merged(Way.SHARED, Merge::longest))
        .add("function|dump", merged(Way.SHARED, Merge::longest))
        .add("function|stats", merged(Way.URGENT, Merge::longest))
        .add("function|kill", merged(Way.URGENT, replies -> Merge.any(replies, "-NOTBUSY")));
    scripts.addTo(handlers, calls, gate);
    new AllGroupsCommand(dispatcher, calls, gate).addTo(handlers);
    new ScanCommand(dispatcher, calls, gate).addTo(handlers);
    new KeysCommand(dispatcher, calls, gate).addTo(handlers);
  }

  GroupGate gate() {
    return gate;
  }

  /** The request as it came to every server. */
  private CommandHandler merged(Way way, Function<List<byte[]>, byte[]> merge) {
    return (session, spec, in, length) ->
        gate.begin(
            session,
            spec,
            Needs.SERVERS,
            whole ->
                calls.ask(
                    session,
                    session.lane(),
                    way,
                    calls.groups().servers(),
                    Args.frame(in, length),
                    replies -> answer(session, whole, merge.apply(replies))));
  }

  /** What changes libraries finds the same ones everywhere, so that all groups answer the same. */
  private CommandHandler withAllLibraries(CommandHandler then) {
    return (session, spec, in, length) ->
        scripts.functions().isReady(session) && then.handle(session, spec, in, length);
  }

  static void answer(Session session, SessionRequest whole, byte[] reply) {
    session.onLocalAnswer(whole, RespSocket.ALLOCATOR.directBuffer(reply.length).writeBytes(reply));
  }

  /**
   * Empties every server, the targets of moves last and again: what was on its way from a source
   * when that was emptied is on the target by then, and nothing can follow.
   */
  private boolean flush(Session session, CommandSpec spec, ByteBuf in, int length) {
    return gate.begin(
        session,
        spec,
        Needs.SLOTS,
        whole -> {
          byte[] frame = Args.frame(in, length);
          calls.ask(
              session,
              session.lane(),
              Way.SHARED,
              calls.groups().servers(),
              frame,
              replies -> flushTargets(session, whole, frame, Merge.same(replies)));
        });
  }

  private void flushTargets(Session session, SessionRequest whole, byte[] frame, byte[] first) {
    List<HostAndPort> targets = calls.groups().targets();
    if (first[0] == '-' || targets.isEmpty()) {
      answer(session, whole, first);
      return;
    }
    calls.ask(
        session,
        session.lane(),
        Way.SHARED,
        targets,
        frame,
        replies -> answer(session, whole, Merge.same(replies)));
  }

  /** A key of a server that is chosen by its number of keys. */
  private boolean randomKey(Session session, CommandSpec spec, ByteBuf in, int length) {
    return gate.begin(
        session,
        spec,
        Needs.SERVERS,
        whole -> {
          byte[] frame = Args.frame(in, length);
          List<HostAndPort> servers = calls.groups().servers();
          calls.ask(
              session,
              session.lane(),
              Way.SHARED,
              servers,
              GroupCalls.frame("DBSIZE"),
              sizes -> {
                byte[] error = Merge.error(sizes);
                if (error != null) {
                  answer(session, whole, error);
                } else {
                  randomKeyOf(session, whole, frame, servers, sizes);
                }
              });
        });
  }

  private void randomKeyOf(
      Session session,
      SessionRequest whole,
      byte[] frame,
      List<HostAndPort> servers,
      List<byte[]> sizes) {
    int chosen = weighted(sizes);
    calls.ask(
        session,
        session.lane(),
        Way.SHARED,
        List.of(servers.get(chosen)),
        frame,
        replies -> {
          byte[] reply = replies.getFirst();
          if (servers.size() > 1 && isNull(reply)) {
            // Its keys have gone in the meantime; those of others may not.
            List<HostAndPort> others = new ArrayList<>(servers);
            List<byte[]> theirSizes = new ArrayList<>(sizes);
            others.remove(chosen);
            theirSizes.remove(chosen);
            randomKeyOf(session, whole, frame, others, theirSizes);
          } else {
            answer(session, whole, reply);
          }
        });
  }

  private static boolean isNull(byte[] reply) {
    return reply[0] == '_' || reply[0] == '$' && reply[1] == '-';
  }

  private static int weighted(List<byte[]> sizes) {
    long sum = 0;
    for (byte[] size : sizes) {
      sum += Merge.number(size, 1);
    }
    if (sum > 0) {
      long at = ThreadLocalRandom.current().nextLong(sum);
      for (int i = 0; i < sizes.size(); i++) {
        at -= Merge.number(sizes.get(i), 1);
        if (at < 0) {
          return i;
        }
      }
    }
    return 0;
  }
}

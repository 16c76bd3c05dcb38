package io.vodis.proxy.groups;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.fanout.GroupCalls;
import io.vodis.proxy.fanout.GroupCalls.Way;
import io.vodis.proxy.fanout.Merge;
import io.vodis.proxy.groups.GroupGate.Needs;
import io.vodis.proxy.migrate.Key;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespErrors;
import io.vodis.slot.SlotHash;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What the operator's policy sends to all groups, as BGSAVE or SWAPDB. Of DEBUG, what is about a
 * key goes to the server of the key, and what would end a server is never sent.
 */
final class AllGroupsCommand {

  /** Subcommands of DEBUG whose next argument, the last one that matters, is a key. */
  private static final Set<String> DEBUG_OF_KEY =
      Set.of("object", "listpack", "ziplist", "quicklist", "sdslen", "htstats-key", "digest-value");

  private static final Set<String> DEBUG_ENDS_SERVER =
      Set.of("segfault", "panic", "restart", "crash-and-recover", "oom", "assert");

  /** They say or do something that has a meaning for one server only. */
  private static final Set<String> DEBUG_OF_ONE_SERVER = Set.of("digest", "populate");

  private static final byte[] SEVERAL_SERVERS =
      RespErrors.reply("ERR this DEBUG subcommand is for one server, and there are several");

  private final Dispatcher dispatcher;
  private final GroupCalls calls;
  private final GroupGate gate;

  AllGroupsCommand(Dispatcher dispatcher, GroupCalls calls, GroupGate gate) {
    this.dispatcher = dispatcher;
    this.calls = calls;
    this.gate = gate;
  }

  void addTo(CommandHandlers handlers) {
    handlers.forAllGroups(this::handle);
  }

  private boolean handle(Session session, CommandSpec spec, ByteBuf in, int length) {
    if (!spec.name().equals("debug")) {
      return toAll(session, spec, in, length);
    }
    RequestDecoder request = session.decoder();
    String subcommand = Args.lower(in, request, 1);
    if (DEBUG_ENDS_SERVER.contains(subcommand)) {
      session.reject(spec, RespErrors.denied("debug|" + subcommand));
      return true;
    }
    if (DEBUG_OF_ONE_SERVER.contains(subcommand) && calls.groups().servers().size() > 1) {
      session.reject(spec, SEVERAL_SERVERS);
      return true;
    }
    return DEBUG_OF_KEY.contains(subcommand) && request.argCount() > 2
        ? toServerOfKeys(session, spec, in, length, subcommand.equals("digest-value"))
        : toAll(session, spec, in, length);
  }

  /** To every server; never while keys are on their way, if it may change which there are. */
  private boolean toAll(Session session, CommandSpec spec, ByteBuf in, int length) {
    return gate.begin(
        session,
        spec,
        Needs.SLOTS,
        whole -> {
          if (spec.write() && calls.groups().anyMigrating()) {
            GroupCommands.answer(session, whole, RespErrors.TRY_AGAIN);
            return;
          }
          calls.ask(
              session,
              session.lane(),
              Way.SHARED,
              calls.groups().servers(),
              Args.frame(in, length),
              replies -> GroupCommands.answer(session, whole, Merge.same(replies)));
        });
  }

  private boolean toServerOfKeys(
      Session session, CommandSpec spec, ByteBuf in, int length, boolean several) {
    RequestDecoder request = session.decoder();
    int last = several ? request.argCount() - 1 : 2;
    int slot = slotOf(in, request, 2);
    for (int arg = 3; arg <= last; arg++) {
      if (slotOf(in, request, arg) != slot) {
        session.reject(spec, RespErrors.CROSS_SLOT);
        return true;
      }
    }
    SessionRequest place = session.newRequest(spec);
    session.enqueue(place);
    List<Key> keys =
        IntStream.rangeClosed(2, last)
            .mapToObj(arg -> new Key(session.database(), Args.bytes(in, request, arg)))
            .toList();
    boolean taken =
        dispatcher.dispatch(place, slot, session.lane(), in, in.readerIndex(), length, keys);
    if (!taken) {
      session.withdraw(place);
      session.stall();
    }
    return taken;
  }

  private static int slotOf(ByteBuf in, RequestDecoder request, int arg) {
    return SlotHash.slotOf(in, in.readerIndex() + request.argOffset(arg), request.argLength(arg));
  }
}

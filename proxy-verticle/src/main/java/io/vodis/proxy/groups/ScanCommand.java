package io.vodis.proxy.groups;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.fanout.GroupCalls;
import io.vodis.proxy.fanout.KeyPage;
import io.vodis.proxy.fanout.Merge;
import io.vodis.proxy.scan.ScanStep;
import io.vodis.proxy.scan.ScanWalk;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespErrors;
import io.vodis.slot.ReservedName;
import io.vodis.slot.SlotHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** SCAN: one page of one server for each request; the cursor says of which. */
final class ScanCommand {

  /** A larger COUNT is lowered: it is a hint, and a page is held in memory. */
  private static final int COUNT_MAX = 100_000;

  private static final byte[] INVALID_CURSOR = RespErrors.reply("ERR invalid cursor");
  private static final byte[] UNEXPECTED =
      RespErrors.reply("ERR a backend sent an unexpected reply");

  private final Dispatcher dispatcher;
  private final GroupCalls calls;
  private final GroupGate gate;
  private final ScanWalk walk;

  ScanCommand(Dispatcher dispatcher, GroupCalls calls, GroupGate gate) {
    this.dispatcher = dispatcher;
    this.calls = calls;
    this.gate = gate;
    this.walk = new ScanWalk(dispatcher.history());
  }

  void addTo(CommandHandlers handlers) {
    handlers.add("scan", this::scan);
  }

  private boolean scan(Session session, CommandSpec spec, ByteBuf in, int length) {
    if (session.awaitsEarlierReplies()) {
      return false;
    }
    long cursor = cursor(Args.text(in, session.decoder(), 1));
    if (cursor < 0) {
      session.reply(spec, INVALID_CURSOR);
    } else if (!dispatcher.leased()) {
      session.reply(spec, RespErrors.CLUSTER_DOWN);
    } else if (calls.groups().servers().isEmpty()) {
      session.reply(spec, RespErrors.SLOT_NOT_SERVED);
    } else {
      return step(session, spec, in, walk.next(cursor));
    }
    return true;
  }

  private boolean step(Session session, CommandSpec spec, ByteBuf in, ScanStep step) {
    return switch (step) {
      case ScanStep.Wait wait -> gate.waitForTable(session, spec);
      case ScanStep.Done done -> {
        session.reply(spec, KeyPage.page(0, List.of()));
        yield true;
      }
      case ScanStep.Ask ask -> {
        List<byte[]> args = args(in, session.decoder(), ask.serverCursor());
        gate.start(
            session,
            spec,
            whole ->
                calls.ask(
                    session,
                    session.lane(),
                    GroupCalls.Way.SHARED,
                    List.of(ask.server()),
                    GroupCalls.frame(args),
                    replies -> answer(session, whole, ask, replies.getFirst())));
        yield true;
      }
    };
  }

  private void answer(Session session, SessionRequest whole, ScanStep.Ask ask, byte[] reply) {
    KeyPage page = Merge.error(List.of(reply)) != null ? null : KeyPage.ofScan(reply);
    if (page == null) {
      GroupCommands.answer(session, whole, reply[0] == '-' ? reply : UNEXPECTED);
      return;
    }
    List<byte[]> kept = new ArrayList<>(page.keys().size());
    for (byte[] key : page.keys()) {
      if (!ReservedName.is(key) && walk.keeps(ask, SlotHash.slotOf(key))) {
        kept.add(key);
      }
    }
    long next = walk.after(ask, page.cursor());
    if (next < 0) {
      GroupCommands.answer(
          session,
          whole,
          RespErrors.reply("ERR the cursor of " + ask.server() + " is too large to be passed on"));
    } else {
      session.onLocalAnswer(whole, KeyPage.page(next, kept));
    }
  }

  /** The request with the server's cursor in the place of ours. */
  private static List<byte[]> args(ByteBuf in, RequestDecoder request, long serverCursor) {
    List<byte[]> args = new ArrayList<>(request.argCount());
    for (int i = 0; i < request.argCount(); i++) {
      args.add(Args.bytes(in, request, i));
    }
    args.set(1, Long.toUnsignedString(serverCursor).getBytes(StandardCharsets.US_ASCII));
    for (int i = 2; i + 1 < args.size(); i += 2) {
      String option = new String(args.get(i), StandardCharsets.ISO_8859_1);
      if (option.toLowerCase(Locale.ROOT).equals("count") && isMoreThanMost(args.get(i + 1))) {
        args.set(i + 1, Integer.toString(COUNT_MAX).getBytes(StandardCharsets.US_ASCII));
      }
    }
    return args;
  }

  private static boolean isMoreThanMost(byte[] count) {
    String text = new String(count, StandardCharsets.ISO_8859_1);
    return text.matches("[1-9][0-9]{0,17}") && Long.parseLong(text) > COUNT_MAX;
  }

  /** What Redis takes as a cursor; negative if it would not. One that is not ours is as good. */
  private static long cursor(String text) {
    if (!text.matches("[0-9]{1,20}")) {
      return -1;
    }
    try {
      return Long.parseUnsignedLong(text) & Long.MAX_VALUE;
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}

package io.vodis.proxy.codis;

import io.netty.buffer.ByteBuf;
import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRoute;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.fanout.GroupCalls;
import io.vodis.proxy.fanout.KeyPage;
import io.vodis.proxy.fanout.Merge;
import io.vodis.proxy.groups.GroupGate;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespErrors;
import io.vodis.slot.SlotHash;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * SLOTSSCAN: the keys of one slot, some at a time. A server that does not know it is read with
 * SCAN, and of what it says the keys of the slot are kept; a request reads on until it has as many
 * as were asked for, but no further than {@value #PAGES_MAX} pages.
 */
final class SlotScan {

  private static final int COUNT_DEFAULT = 10;
  private static final int COUNT_MAX = 100_000;
  private static final int PAGES_MAX = 64;
  private static final int PAGE_KEYS = 1000;
  private static final byte[] INVALID_CURSOR = RespErrors.reply("ERR invalid cursor");
  private static final byte[] OUT_OF_RANGE = RespErrors.reply("ERR value is out of range");
  private static final byte[] UNEXPECTED =
      RespErrors.reply("ERR a backend sent an unexpected reply");

  private final Dispatcher dispatcher;
  private final GroupCalls calls;
  private final GroupGate gate;
  private final CodisServers codis;

  SlotScan(Dispatcher dispatcher, GroupCalls calls, GroupGate gate, CodisServers codis) {
    this.dispatcher = dispatcher;
    this.calls = calls;
    this.gate = gate;
    this.codis = codis;
  }

  /** What a client asks for. */
  private record Question(int slot, long cursor, int count) {}

  boolean handle(Session session, CommandSpec spec, ByteBuf in) {
    if (session.awaitsEarlierReplies()) {
      return false;
    }
    RequestDecoder request = session.decoder();
    byte[] refusal = refusal(in, request);
    if (refusal == null && !dispatcher.leased()) {
      refusal = RespErrors.CLUSTER_DOWN;
    }
    if (refusal != null) {
      session.reply(spec, refusal);
      return true;
    }
    int slot = SlotNumber.parse(Args.bytes(in, request, 1));
    List<HostAndPort> servers = servers(slot);
    if (servers == null) {
      return gate.waitForTable(session, spec);
    }
    if (servers.isEmpty()) {
      session.reply(spec, RespErrors.SLOT_NOT_SERVED);
      return true;
    }
    long count = COUNT_DEFAULT;
    if (request.argCount() == 5) {
      Long given = Args.number(in, request, 4);
      count = given == null ? COUNT_DEFAULT : Math.min(given, COUNT_MAX);
    }
    long cursor = cursor(Args.text(in, request, 2));
    Question question = new Question(slot, cursor, (int) count);
    gate.start(session, spec, whole -> new Page(session, whole, question, servers).ask());
    return true;
  }

  /** The servers that hold keys of the slot, in the order in which keys move; null: unknown now. */
  private @Nullable List<HostAndPort> servers(int slot) {
    return switch (dispatcher.table().route(slot)) {
      case SlotRoute.Serving serving -> List.of(serving.primary());
      case SlotRoute.Migrating moving -> List.of(moving.source(), moving.target());
      case SlotRoute.Fenced fence -> null;
      case SlotRoute.Offline offline -> List.of();
    };
  }

  /** What a Codis proxy refuses, then what its servers do, in their words. */
  private static byte @Nullable [] refusal(ByteBuf in, RequestDecoder request) {
    int argCount = request.argCount();
    if (argCount < 3) {
      return SlotsCommands.wrongArity("SLOTSSCAN");
    }
    byte[] slot = Args.bytes(in, request, 1);
    if (SlotNumber.parse(slot) < 0) {
      return SlotNumber.error(slot);
    }
    if (cursor(Args.text(in, request, 2)) < 0) {
      return INVALID_CURSOR;
    }
    if (argCount != 3 && argCount != 5) {
      return SlotsCommands.wrongArity("slotsscan");
    }
    if (argCount == 3) {
      return null;
    }
    if (!Args.lower(in, request, 3).equals("count")) {
      return RespErrors.SYNTAX;
    }
    Long count = Args.number(in, request, 4);
    if (count == null) {
      return RespErrors.NOT_AN_INTEGER;
    }
    if (count < Integer.MIN_VALUE || count > Integer.MAX_VALUE) {
      return OUT_OF_RANGE;
    }
    return count < 1 ? RespErrors.SYNTAX : null;
  }

  /** Negative if servers would not take it as a cursor. One that is not ours is as good as any. */
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

  /** What one request finds. */
  private final class Page {
    private final Session session;
    private final SessionRequest whole;
    private final Question question;
    private final List<HostAndPort> servers;
    private final List<byte[]> found = new ArrayList<>();
    private SlotScanCursor at;
    private int pages;

    private Page(
        Session session, SessionRequest whole, Question question, List<HostAndPort> servers) {
      this.session = session;
      this.whole = whole;
      this.question = question;
      this.servers = servers;
      this.at = SlotScanCursor.decode(question.cursor(), servers);
    }

    private void ask() {
      HostAndPort server = servers.get(at.place());
      codis.ask(session, session.lane(), server, knows -> ask(server, knows));
    }

    private void ask(HostAndPort server, boolean codisServer) {
      String cursor = Long.toUnsignedString(at.serverCursor());
      byte[] frame =
          codisServer
              ? GroupCalls.frame(
                  "SLOTSSCAN",
                  Integer.toString(question.slot()),
                  cursor,
                  "COUNT",
                  Integer.toString(question.count()))
              : GroupCalls.frame("SCAN", cursor, "COUNT", Integer.toString(PAGE_KEYS));
      pages++;
      calls.ask(
          session,
          session.lane(),
          GroupCalls.Way.SHARED,
          List.of(server),
          frame,
          replies -> onReply(replies.getFirst()));
    }

    private void onReply(byte[] reply) {
      KeyPage page = Merge.error(List.of(reply)) != null ? null : KeyPage.ofScan(reply);
      if (page == null) {
        session.onError(whole, reply[0] == '-' ? reply : UNEXPECTED);
        return;
      }
      for (byte[] key : page.keys()) {
        if (SlotHash.slotOf(key) == question.slot()) {
          found.add(key);
        }
      }
      boolean serverDone = page.cursor() == 0;
      if (serverDone && at.place() + 1 == servers.size()) {
        session.onLocalAnswer(whole, KeyPage.page(0, found));
        return;
      }
      at =
          serverDone
              ? new SlotScanCursor(at.place() + 1, 0)
              : new SlotScanCursor(at.place(), page.cursor());
      if (found.size() < question.count() && pages < PAGES_MAX) {
        ask();
        return;
      }
      long next = at.encode(servers);
      if (next == SlotScanCursor.TOO_LARGE) {
        session.onError(
            whole,
            RespErrors.reply(
                "ERR the cursor of " + servers.get(at.place()) + " is too large to be passed on"));
      } else {
        session.onLocalAnswer(whole, KeyPage.page(next, found));
      }
    }
  }
}

package io.vodis.proxy.request;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.model.Topology;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.command.KeyLocator;
import io.vodis.proxy.command.Routing;
import io.vodis.proxy.dispatch.CrossSlot;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.dispatch.TableWait;
import io.vodis.proxy.loop.CopyRun;
import io.vodis.proxy.merge.Split;
import io.vodis.proxy.migrate.Key;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.RequestFactory;
import io.vodis.proxy.session.RequestFeed;
import io.vodis.proxy.session.RequestHandler;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionGate;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.proxy.session.SessionState;
import io.vodis.proxy.session.Stop;
import io.vodis.proxy.stats.LoopStats;
import io.vodis.proxy.transaction.OpenTransaction;
import io.vodis.proxy.transaction.Transactions;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespErrors;
import io.vodis.slot.SlotHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a request off the short way, in the order in which Redis checks: is the command
 * known, is the number of arguments right, may this client use it, and only then what it asks for.
 */
public final class RequestRouter implements RequestHandler {

  private static final byte[] OK = "+OK\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int[] ALL_SLOTS = IntStream.range(0, Topology.SLOT_COUNT).toArray();

  private final KeyLocator locator;
  private final Dispatcher dispatcher;
  private final CopyRun copies;
  private final LoopStats stats;
  private final CommandHandlers handlers;
  private final CrossSlot crossSlot;
  private final UnknownCommands unknownCommands;
  private final SessionGate gate;
  private final Transactions transactions;
  private final RequestFactory scripts;
  private final TableWait tableWait;

  public RequestRouter(
      KeyLocator locator,
      Dispatcher dispatcher,
      CopyRun copies,
      LoopStats stats,
      CommandHandlers handlers,
      CrossSlot crossSlot,
      UnknownCommands unknownCommands,
      SessionGate gate,
      Transactions transactions,
      RequestFactory scripts,
      TableWait tableWait) {
    this.locator = locator;
    this.dispatcher = dispatcher;
    this.copies = copies;
    this.stats = stats;
    this.handlers = handlers;
    this.crossSlot = crossSlot;
    this.unknownCommands = unknownCommands;
    this.gate = gate;
    this.transactions = transactions;
    this.scripts = scripts;
    this.tableWait = tableWait;
  }

  /** Commands for those who have yet to say who they are. */
  private static boolean needsNoAuthentication(CommandSpec spec) {
    return switch (spec.name()) {
      case "auth", "hello", "quit", "reset" -> true;
      default -> false;
    };
  }

  @Override
  public boolean handle(Session session, @Nullable CommandSpec spec, ByteBuf in, int length) {
    if (spec == null && isAskedFor(session, in, "", 0)) {
      return false;
    }
    return spec != null && spec.sentAs() != null && session.authenticated()
        ? renamed(session, spec, in)
        : handleNamed(session, spec, in, length);
  }

  /** Whether the session waits for what a server says about the name in that argument. */
  private boolean isAskedFor(Session session, ByteBuf in, String prefix, int arg) {
    return session.authenticated()
        && unknownCommands.waitFor(session, prefix + Args.name(in, session.decoder(), arg));
  }

  /** The request has the name that its servers know. */
  private boolean handleNamed(Session session, @Nullable CommandSpec spec, ByteBuf in, int length) {
    if (gate.holds(session, spec, in)) {
      session.stop(Stop.PAUSED);
      return false;
    }
    boolean done =
        spec != null && (gate.looksClosely() || session.replies().isWatched())
            ? handleClosely(session, spec, in, length)
            : handleNow(session, spec, in, length);
    RequestFeed feed = gate.feed();
    if (feed != null && done && spec != null && isCarriedOut(session, spec)) {
      feed.show(session, spec, in);
    }
    return done;
  }

  /** Whether nothing was wrong with a request before it was its command's turn. */
  private static boolean isCarriedOut(Session session, CommandSpec spec) {
    return session.authenticated() && spec.acceptsArgCount(session.decoder().argCount());
  }

  /** The same, with its arguments kept for COMMANDLOG, and noted there if it is large. */
  private boolean handleClosely(Session session, CommandSpec spec, ByteBuf in, int length) {
    List<byte[]> args = Args.forCommandLog(spec.name(), in, session.decoder());
    SessionRequest before = session.replies().newest();
    session.replies().argsInHand(args);
    boolean done = handleNow(session, spec, in, length);
    session.replies().argsInHand(List.of());
    SessionRequest newest = session.replies().newest();
    if (newest != null && newest != before) {
      newest.args(args);
    }
    if (done && spec.supported() && isCarriedOut(session, spec)) {
      session.replies().onWhole(spec, args, length);
    }
    return done;
  }

  private boolean handleNow(Session session, @Nullable CommandSpec spec, ByteBuf in, int length) {
    List<SessionState> states = session.states();
    boolean done = handleInStates(session, spec, in, length);
    if (done) {
      for (SessionState state : states) {
        state.onHandled(session, spec);
      }
    }
    return done;
  }

  private boolean handleInStates(
      Session session, @Nullable CommandSpec spec, ByteBuf in, int length) {
    for (SessionState state : session.states()) {
      SessionState.Verdict verdict = state.intercept(session, spec, in, length);
      if (verdict != SessionState.Verdict.PASS) {
        return verdict == SessionState.Verdict.HANDLED;
      }
    }
    OpenTransaction open = session.state(OpenTransaction.class);
    if (open == null) {
      return check(session, spec, in, length);
    }
    open.onRequest();
    boolean done = check(session, spec, in, length);
    if (done) {
      open.onChecked();
    }
    return done;
  }

  private boolean check(Session session, @Nullable CommandSpec spec, ByteBuf in, int length) {
    RequestDecoder request = session.decoder();
    if (spec == null) {
      stats.unknownCommands++;
      session.reject(
          null, RespErrors.unknownCommand(Args.bytes(in, request, 0), tail(in, request)));
    } else if (spec.routing() == Routing.CROSS_PROTOCOL) {
      session.socket().close();
    } else if (spec.routing() == Routing.CONTAINER) {
      return container(session, spec, in);
    } else if (!spec.acceptsArgCount(request.argCount())) {
      if (!spec.name().equals("exec") || !transactions.refuseExec(session, spec)) {
        session.reject(spec, RespErrors.wrongArity(spec.name()));
      }
    } else if (!session.authenticated() && !needsNoAuthentication(spec)) {
      session.reject(spec, RespErrors.NO_AUTH);
    } else {
      return route(session, spec, in, length);
    }
    return true;
  }

  /** A command with subcommands, of which none is given, or one that is not in the table. */
  private boolean container(Session session, CommandSpec spec, ByteBuf in) {
    RequestDecoder request = session.decoder();
    if (request.argCount() < 2) {
      session.reject(spec, RespErrors.wrongArity(spec.name()));
    } else if (isAskedFor(session, in, spec.name() + "|", 1)) {
      return false;
    } else {
      session.reject(spec, RespErrors.unknownSubcommand(spec.name(), Args.bytes(in, request, 1)));
    }
    return true;
  }

  /** The request goes on with the name its servers know it by. */
  private boolean renamed(Session session, CommandSpec spec, ByteBuf in) {
    RequestDecoder request = session.decoder();
    ByteBuf frame = RenamedFrame.of(spec, in, request);
    try {
      decodeAgain(request, frame);
      boolean done = handleNamed(session, spec, frame, frame.readableBytes());
      copies.end();
      if (!done) {
        // It is handled again from the beginning.
        decodeAgain(request, in);
      }
      return done;
    } finally {
      frame.release();
    }
  }

  /** A whole frame; an argument in it may be large enough to be reported first. */
  private static void decodeAgain(RequestDecoder request, ByteBuf frame) {
    request.reset();
    RequestDecoder.Progress progress = request.decode(frame);
    if (progress == RequestDecoder.Progress.LARGE) {
      request.decode(frame);
    }
  }

  /** As many of the further arguments as Redis would repeat in an error. */
  private static List<byte[]> tail(ByteBuf in, RequestDecoder request) {
    List<byte[]> args = new ArrayList<>();
    for (int i = 1; i < Math.min(request.argCount(), 32); i++) {
      args.add(Args.bytes(in, request, i, 128));
    }
    return args;
  }

  private boolean route(Session session, CommandSpec spec, ByteBuf in, int length) {
    OpenTransaction open = session.state(OpenTransaction.class);
    if (open != null) {
      open.onAdmitted();
      if (!Transactions.isImmediate(spec)) {
        transactions.queue(session, open, spec, in, length);
        return true;
      }
    }
    return switch (spec.routing()) {
      case ANY_GROUP -> anyGroup(session, spec, in, length);
      case ANSWER_OK -> {
        session.reply(spec, OK);
        yield true;
      }
      case ONE_KEY, SAME_SLOT -> oneSlot(session, spec, in, length);
      case FRAGMENTED -> fragmented(session, spec, in, length);
      case DENIED -> {
        session.reject(spec, RespErrors.denied(spec.name()));
        yield true;
      }
      default -> {
        byte[] refusal = spec.refusal();
        if (refusal == null) {
          yield handlers.handle(session, spec, in, length);
        }
        session.reject(spec, refusal);
        yield true;
      }
    };
  }

  /**
   * All servers would answer the same, so the slot is any: always the same for a command. A script
   * that does name keys goes where they are.
   */
  private boolean anyGroup(Session session, CommandSpec spec, ByteBuf in, int length) {
    if (spec.movableKeys() && locator.locate(spec, in, session.decoder()) != 0) {
      return oneSlot(session, spec, in, length);
    }
    byte[] name = spec.name().getBytes(StandardCharsets.ISO_8859_1);
    int slot = SlotHash.slotOf(Unpooled.wrappedBuffer(name), 0, name.length);
    if (spec.callsFunction() && !scripts.isReady(session, slot)) {
      return false;
    }
    SessionRequest any = scripts.make(session, spec, in, new int[] {slot});
    return dispatch(session, any, slot, in, length, 0);
  }

  private boolean oneSlot(Session session, CommandSpec spec, ByteBuf in, int length) {
    RequestDecoder request = session.decoder();
    if (locator.blocks(spec, in, request)) {
      return handlers.handle(session, spec, in, length);
    }
    int keyCount = locator.locate(spec, in, request);
    byte[] refusal = null;
    int slot = 0;
    byte[] elsewhere = spec.movableKeys() ? locator.keysElsewhere() : null;
    if (keyCount < 0) {
      refusal = locator.error();
    } else if (elsewhere != null) {
      return anySlots(session, spec, in, length, keyCount, elsewhere);
    } else if (keyCount == 0 && spec.isScript()) {
      return keyless(session, spec, in, length);
    } else if (keyCount == 0) {
      refusal = RespErrors.INVALID_KEYS;
    } else {
      slot = slotOf(in, request, locator.keyArg(0));
      for (int i = 1; i < keyCount; i++) {
        if (slotOf(in, request, locator.keyArg(i)) != slot) {
          return severalSlots(session, spec, in, length, keyCount);
        }
      }
    }
    if (refusal == null
        && spec.movableKeys()
        && locator.hasPatterns()
        && dispatcher.serving(slot) == null) {
      // Which keys to move first is known to the server only.
      refusal = RespErrors.TRY_AGAIN;
    }
    if (refusal != null) {
      session.reject(spec, refusal);
      return true;
    }
    if (spec.callsFunction() && !scripts.isReady(session, slot)) {
      return false;
    }
    SessionRequest one =
        spec.isScript()
            ? scripts.make(session, spec, in, new int[] {slot})
            : session.newRequest(spec);
    return dispatch(session, one, slot, in, length, keyCount);
  }

  /** A script without keys may touch any, so it is sent where all are, if there is such a place. */
  private boolean keyless(Session session, CommandSpec spec, ByteBuf in, int length) {
    if (!dispatcher.leased()) {
      session.reject(spec, RespErrors.CLUSTER_DOWN);
    } else if (dispatcher.onlyServer() != null) {
      tableWait.over(session);
      return dispatch(session, scripts.make(session, spec, in, ALL_SLOTS), 0, in, length, 0);
    } else if (dispatcher.table().onlyOwner() == null) {
      session.reject(spec, RespErrors.NO_KEY_SCRIPT);
    } else if (tableWait.mayWait(session)) {
      // The one server is being replaced, or what has waited for that is sent first.
      session.stall();
      return false;
    } else {
      session.reject(spec, RespErrors.TRY_AGAIN);
    }
    return true;
  }

  private boolean severalSlots(
      Session session, CommandSpec spec, ByteBuf in, int length, int keyCount) {
    BitSet slots = new BitSet();
    for (int i = 0; i < keyCount; i++) {
      slots.set(slotOf(in, session.decoder(), locator.keyArg(i)));
    }
    byte[] refusal = refusal(slots);
    if (refusal != null) {
      session.reject(spec, refusal);
      return true;
    }
    return dispatch(session, spec, slots, in, length, keyCount);
  }

  private byte @Nullable [] refusal(BitSet slots) {
    return dispatcher.leased() ? crossSlot.refusal(dispatcher, slots) : RespErrors.CLUSTER_DOWN;
  }

  /** Which keys it will take is known to the server only; they may be in any slot. */
  private boolean anySlots(
      Session session,
      CommandSpec spec,
      ByteBuf in,
      int length,
      int keyCount,
      byte[] refusalOfSeveralServers) {
    BitSet slots = CrossSlot.allSlots();
    byte[] refusal = refusal(slots);
    if (refusal != null) {
      boolean elsewhere = refusal == RespErrors.CROSS_SLOT;
      session.reject(spec, elsewhere ? refusalOfSeveralServers : refusal);
      return true;
    }
    return dispatch(session, spec, slots, in, length, keyCount);
  }

  private boolean dispatch(
      Session session, CommandSpec spec, BitSet slots, ByteBuf in, int length, int keyCount) {
    int[] all = slots.stream().toArray();
    if (spec.callsFunction() && !scripts.isReady(session, all[0])) {
      return false;
    }
    SessionRequest request =
        spec.isScript() ? scripts.make(session, spec, in, all) : session.newRequest(spec, all);
    return dispatch(session, request, all[0], in, length, keyCount);
  }

  private boolean dispatch(
      Session session, SessionRequest request, int slot, ByteBuf in, int length, int keyCount) {
    // In the queue of replies first: an error may be the reply, at once.
    session.enqueue(request);
    List<Key> keys =
        dispatcher.serving(slot) != null ? List.of() : keys(session, request.spec(), in, keyCount);
    boolean taken =
        dispatcher.dispatch(request, slot, session.lane(), in, in.readerIndex(), length, keys);
    if (!taken) {
      session.withdraw(request);
      session.stall();
    }
    return taken;
  }

  private List<Key> keys(Session session, CommandSpec spec, ByteBuf in, int keyCount) {
    RequestDecoder request = session.decoder();
    List<Key> keys = new ArrayList<>(keyCount);
    for (int i = 0; i < keyCount; i++) {
      int arg = locator.keyArg(i);
      keys.add(
          Key.copyOf(
              locator.database(spec, in, request, i, session.database()),
              in,
              in.readerIndex() + request.argOffset(arg),
              request.argLength(arg)));
    }
    int second = keyCount == 0 ? -1 : locator.secondDatabase(spec, in, request);
    if (second >= 0) {
      keys.add(keys.get(0).in(second));
    }
    return keys;
  }

  private boolean fragmented(Session session, CommandSpec spec, ByteBuf in, int length) {
    RequestDecoder request = session.decoder();
    int keyCount = locator.locate(spec, in, request);
    if (keyCount <= 0) {
      session.reject(spec, keyCount < 0 ? locator.error() : RespErrors.wrongArity(spec.name()));
      return true;
    }
    if (spec.name().equals("mset") && request.argCount() % 2 == 0) {
      session.reject(spec, RespErrors.wrongArity(spec.name()));
      return true;
    }
    int[] keyArgs = new int[keyCount];
    int[] slots = new int[keyCount];
    for (int i = 0; i < keyCount; i++) {
      keyArgs[i] = locator.keyArg(i);
      slots[i] = slotOf(in, request, keyArgs[i]);
    }
    if (Arrays.stream(slots).allMatch(slot -> slot == slots[0])) {
      return dispatch(session, session.newRequest(spec), slots[0], in, length, keyCount);
    }
    if (!dispatcher.leased()) {
      session.reject(spec, RespErrors.CLUSTER_DOWN);
      return true;
    }
    return split(session, spec, in, length, new Split(dispatcher, session.lane(), slots, keyArgs));
  }

  private boolean split(Session session, CommandSpec spec, ByteBuf in, int length, Split split) {
    int[] onlyServersSlots = split.slotsOfOnlyServer();
    if (onlyServersSlots != null) {
      return dispatch(
          session, session.newRequest(spec, onlyServersSlots), onlyServersSlots[0], in, length, 0);
    }
    if (!split.findRoom(session)) {
      session.stall();
      return false;
    }
    SessionRequest whole = session.newRequest(spec);
    session.enqueue(whole);
    boolean sent =
        split.send(
            session,
            spec.name(),
            in,
            session.decoder(),
            copies,
            reply -> session.onLocalAnswer(whole, reply));
    if (!sent) {
      session.stop(Stop.LARGE);
      sendRestLater(session, split);
    }
    return true;
  }

  private void sendRestLater(Session session, Split split) {
    dispatcher.stall(
        () -> {
          if (split.sendRest(copies)) {
            session.unstop(Stop.LARGE);
          } else {
            sendRestLater(session, split);
          }
        });
  }

  private static int slotOf(ByteBuf in, RequestDecoder request, int arg) {
    return SlotHash.slotOf(in, in.readerIndex() + request.argOffset(arg), request.argLength(arg));
  }
}

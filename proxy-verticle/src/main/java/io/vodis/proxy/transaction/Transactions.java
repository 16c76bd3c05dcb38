package io.vodis.proxy.transaction;

import io.netty.buffer.ByteBuf;
import io.vodis.model.Topology;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.command.KeyLocator;
import io.vodis.proxy.dispatch.CrossSlot;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.dispatch.RoutedRequest;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.migrate.Key;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.Replay;
import io.vodis.proxy.session.RequestFactory;
import io.vodis.proxy.session.RequestHandler;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionEnvironment;
import io.vodis.proxy.session.SessionGate;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.proxy.session.Stop;
import io.vodis.resp.Protocol;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import io.vodis.slot.SlotHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * MULTI EXEC DISCARD WATCH UNWATCH.
 *
 * <p>The commands of a transaction are kept here until EXEC and then leave in one piece. Without
 * WATCH they go the way of all requests; with it they use the connection on which the keys are
 * watched. What the proxy answers itself is answered after the server's part, in its place.
 */
public final class Transactions {

  private static final byte[] QUEUED = ascii("+QUEUED\r\n");
  private static final byte[] ZERO = ascii(":0\r\n");
  private static final byte[] TWO_ZEROS = ascii("*2\r\n:0\r\n:0\r\n");
  private static final byte[] OK = ascii("+OK\r\n");
  private static final byte[] NESTED = RespErrors.reply("ERR MULTI calls can not be nested");
  private static final byte[] EXEC_ALONE = RespErrors.reply("ERR EXEC without MULTI");
  private static final byte[] DISCARD_ALONE = RespErrors.reply("ERR DISCARD without MULTI");
  private static final byte[] WATCH_INSIDE =
      RespErrors.reply("ERR WATCH inside MULTI is not allowed");
  private static final byte[] PATTERNS_INSIDE =
      RespErrors.reply("ERR SORT with patterns is not allowed inside a transaction by this proxy");
  private static final byte[] NOT_INSIDE =
      RespErrors.reply("ERR Command not allowed inside a transaction");
  private static final byte[] ABORTED =
      RespErrors.reply("EXECABORT Transaction discarded because of previous errors.");
  private static final byte[] ABORTED_FOR_ARITY =
      RespErrors.reply(
          "EXECABORT Transaction discarded because of: wrong number of arguments for 'exec'"
              + " command");
  private static final byte[] TOO_LARGE =
      RespErrors.reply(
          "ERR transaction is too large, see session_multi_max_commands and"
              + " session_multi_max_size");

  private final KeyLocator locator;
  private final CommandHandlers handlers;
  private final Dispatcher dispatcher;
  private final CrossSlot crossSlot;
  private final RequestFactory scripts;

  /** The transactions of one loop. */
  public Transactions(
      KeyLocator locator,
      CommandHandlers handlers,
      Dispatcher dispatcher,
      CrossSlot crossSlot,
      RequestFactory scripts) {
    this.locator = locator;
    this.handlers = handlers;
    this.dispatcher = dispatcher;
    this.crossSlot = crossSlot;
    this.scripts = scripts;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static ByteBuf ok() {
    return RespSocket.ALLOCATOR.directBuffer(OK.length).writeBytes(OK);
  }

  public static ByteBuf nil(Protocol protocol) {
    ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(16);
    protocol.nilArray(reply);
    return reply;
  }

  /** Adds the handlers of these commands. */
  public void addTo(CommandHandlers to) {
    to.addImmediate("multi", (session, spec, in) -> multi(session, spec))
        .add("exec", (session, spec, in, length) -> exec(session, spec))
        .addImmediate("discard", (session, spec, in) -> discard(session, spec))
        .add("watch", this::watch)
        .addImmediate("unwatch", (session, spec, in) -> unwatch(session, spec));
  }

  private void multi(Session session, CommandSpec spec) {
    OpenTransaction open = session.state(OpenTransaction.class);
    if (open != null) {
      refuseInside(session, open, spec, NESTED);
      return;
    }
    WatchedKeys watched = session.state(WatchedKeys.class);
    BitSet slots = watched == null ? new BitSet() : watched.slots();
    session.begin(
        new OpenTransaction(session.environment().settings().limits(), slots, session.database()));
    session.reply(spec, OK);
  }

  /** Redis goes on with the transaction; Valkey bars the command, which makes it fail. */
  private static void refuseInside(
      Session session, OpenTransaction open, CommandSpec spec, byte[] words) {
    if (spec.isBarredFromTransactions()) {
      open.fail();
      session.reject(spec, NOT_INSIDE);
    } else {
      session.reply(spec, words);
    }
  }

  private void discard(Session session, CommandSpec spec) {
    OpenTransaction open = session.state(OpenTransaction.class);
    if (open == null) {
      session.reply(spec, DISCARD_ALONE);
      return;
    }
    endBoth(session, open, session.state(WatchedKeys.class));
    session.reply(spec, OK);
  }

  private void unwatch(Session session, CommandSpec spec) {
    WatchedKeys watched = session.state(WatchedKeys.class);
    if (watched != null) {
      session.end(watched);
      watched.onEnd();
    }
    session.reply(spec, OK);
  }

  private static void endBoth(
      Session session, OpenTransaction open, @Nullable WatchedKeys watched) {
    session.end(open);
    open.onEnd();
    if (watched != null) {
      session.end(watched);
      watched.onEnd();
    }
  }

  /** Whether a request in an open transaction is handled at once all the same. */
  public static boolean isImmediate(CommandSpec spec) {
    return switch (spec.name()) {
      case "multi", "exec", "discard", "watch", "quit", "reset" -> true;
      default -> false;
    };
  }

  /** Queues an admitted request of a session in a transaction. */
  public void queue(
      Session session, OpenTransaction open, CommandSpec spec, ByteBuf in, int length) {
    byte[] refusal = open.hasRoomFor(length) ? add(session, open, spec, in, length) : TOO_LARGE;
    if (refusal == null) {
      session.reply(spec, QUEUED);
    } else {
      open.fail();
      session.reject(spec, refusal);
    }
  }

  private byte @Nullable [] add(
      Session session, OpenTransaction open, CommandSpec spec, ByteBuf in, int length) {
    if (spec.isBarredFromTransactions()) {
      return NOT_INSIDE;
    }
    switch (spec.routing()) {
      case ONE_KEY, SAME_SLOT, FRAGMENTED -> {
        return addKeyed(session, open, spec, in, length);
      }
      case BLOCKING -> {
        return addBlocking(session, open, spec, in, length);
      }
      case DENIED -> {
        return RespErrors.denied(spec.name());
      }
      case ANY_GROUP -> {
        if (spec.isScript() && locator.locate(spec, in, session.decoder()) != 0) {
          return addKeyed(session, open, spec, in, length);
        }
        if (open.slots().isEmpty()) {
          open.addOwn(spec, in, length);
        } else {
          addForServer(session, open, spec, in, length);
        }
        return null;
      }
      case ANSWER_OK -> {
        open.addReply(spec, OK);
        return null;
      }
      case BROADCAST -> {
        return addForAll(session, open, spec, in, length);
      }
      case ALL_GROUPS -> {
        // What changes no data may run where the transaction does, if that is all there is.
        if (open.slots().isEmpty() || spec.write() || dispatcher.onlyServer() == null) {
          open.addOwn(spec, in, length);
        } else {
          addForServer(session, open, spec, in, length);
        }
        return null;
      }
      default -> {
        return addLocal(session, open, spec, in, length);
      }
    }
  }

  private byte @Nullable [] addKeyed(
      Session session, OpenTransaction open, CommandSpec spec, ByteBuf in, int length) {
    RequestDecoder request = session.decoder();
    int keyCount = locator.locate(spec, in, request);
    if (keyCount < 0) {
      // The server would say so when it executes it, and execute the others.
      open.addReply(spec, locator.error());
      return null;
    }
    if (spec.movableKeys() && locator.hasPatterns()) {
      // The slot may migrate by the time of EXEC, and nobody could tell which keys to move first.
      return PATTERNS_INSIDE;
    }
    if (keyCount == 0) {
      byte[] refusal = addKeyless(open, spec);
      if (refusal != null) {
        return refusal;
      }
    }
    BitSet slots = slotsWithKeys(open.slots(), keyCount, in, request);
    if (!slots.equals(open.slots()) && slots.cardinality() > 1) {
      byte[] refusal = crossSlot.refusal(dispatcher, slots);
      if (refusal != null) {
        return refusal;
      }
    }
    for (int i = 0; i < keyCount; i++) {
      int arg = locator.keyArg(i);
      int offset = in.readerIndex() + request.argOffset(arg);
      int database = locator.database(spec, in, request, i, open.database());
      Key key = Key.copyOf(database, in, offset, request.argLength(arg));
      open.addKey(key);
      int second = locator.secondDatabase(spec, in, request);
      if (second >= 0) {
        open.addKey(key.in(second));
      }
    }
    open.slots().or(slots);
    addForServer(session, open, spec, in, length);
    return null;
  }

  /** While one server has all slots, what is for all groups has its place in the server's part. */
  private byte @Nullable [] addForAll(
      Session session, OpenTransaction open, CommandSpec spec, ByteBuf in, int length) {
    boolean asItIs =
        switch (spec.name()) {
          case "dbsize", "keys", "randomkey", "flushdb", "flushall" -> true;
          default -> false;
        };
    if (!asItIs || dispatcher.table().onlyOwner() == null) {
      return addLocal(session, open, spec, in, length);
    }
    open.slots().set(0, Topology.SLOT_COUNT);
    addForServer(session, open, spec, in, length);
    return null;
  }

  /** A script without keys: it may touch any that its server has. */
  private byte @Nullable [] addKeyless(OpenTransaction open, CommandSpec spec) {
    if (dispatcher.table().onlyOwner() != null) {
      open.slots().set(0, Topology.SLOT_COUNT);
      return null;
    }
    if (!open.slots().isEmpty()) {
      // It goes where the transaction goes.
      return null;
    }
    return spec.isScript() ? RespErrors.NO_KEY_SCRIPT : RespErrors.INVALID_KEYS;
  }

  /** These slots, and those of the keys that have just been located. */
  private BitSet slotsWithKeys(BitSet before, int keyCount, ByteBuf in, RequestDecoder request) {
    BitSet slots = (BitSet) before.clone();
    for (int i = 0; i < keyCount; i++) {
      int arg = locator.keyArg(i);
      int offset = in.readerIndex() + request.argOffset(arg);
      slots.set(SlotHash.slotOf(in, offset, request.argLength(arg)));
    }
    return slots;
  }

  private void addForServer(
      Session session, OpenTransaction open, CommandSpec spec, ByteBuf in, int length) {
    if (spec.isScript()) {
      String sha1 = scripts.script(session, spec, in);
      if (sha1 != null) {
        open.addScript(sha1);
      }
    }
    open.add(spec, SessionGate.mayWrite(session, spec, in), in, length);
  }

  /** In a transaction nothing waits: the server answers with what there is. */
  private byte @Nullable [] addBlocking(
      Session session, OpenTransaction open, CommandSpec spec, ByteBuf in, int length) {
    if (!spec.isWait()) {
      return addKeyed(session, open, spec, in, length);
    }
    if (open.slots().isEmpty()) {
      open.addReply(spec, spec.name().equals("wait") ? ZERO : TWO_ZEROS);
    } else {
      open.add(spec, SessionGate.mayWrite(session, spec, in), in, length);
    }
    return null;
  }

  private byte @Nullable [] addLocal(
      Session session, OpenTransaction open, CommandSpec spec, ByteBuf in, int length) {
    byte[] refusal = spec.refusal();
    if (refusal != null) {
      return refusal;
    }
    if (!handlers.has(spec.name())) {
      return RespErrors.unsupported(spec.name());
    }
    if (spec.name().equals("unwatch")) {
      // EXEC has ended the watch before.
      open.addReply(spec, OK);
      return null;
    }
    if (spec.name().equals("select")) {
      Integer database = database(session, Args.text(in, session.decoder(), 1));
      if (database != null) {
        open.addSelect(spec, in, length, database);
        return null;
      }
    }
    open.addOwn(spec, in, length);
    return null;
  }

  private static @Nullable Integer database(Session session, String text) {
    return text.matches("\\d{1,6}")
            && Integer.parseInt(text) < session.environment().settings().limits().databaseCount()
        ? Integer.valueOf(text)
        : null;
  }

  private boolean exec(Session session, CommandSpec spec) {
    OpenTransaction open = session.state(OpenTransaction.class);
    if (open == null) {
      session.reply(spec, EXEC_ALONE);
      return true;
    }
    WatchedKeys watched = session.state(WatchedKeys.class);
    if (open.isFailed()) {
      endBoth(session, open, watched);
      session.reply(spec, ABORTED);
      return true;
    }
    if (watched != null && watched.isBroken(session.protocol())) {
      endBoth(session, open, watched);
      session.reply(spec, nil(session.protocol()));
      return true;
    }
    if ((watched != null || open.isMixed()) && session.awaitsEarlierReplies()) {
      return false;
    }
    if (open.callsFunction()
        && !scripts.isReady(session, Math.max(0, open.slots().nextSetBit(0)))) {
      return false;
    }
    if (open.slots().cardinality() > 1) {
      byte[] refusal = CrossSlot.SAME_SERVER.refusal(dispatcher, open.slots());
      if (refusal != null) {
        endBoth(session, open, watched);
        session.reply(spec, refusal);
        return true;
      }
    }
    session.environment().stats().transactions++;
    if (watched == null && !open.asksServer()) {
      answerAlone(session, spec, open);
      return true;
    }
    return send(session, spec, open, watched);
  }

  /** EXEC with arguments ends the transaction it is in, if it is in one. */
  public boolean refuseExec(Session session, CommandSpec spec) {
    OpenTransaction open = session.state(OpenTransaction.class);
    if (open == null) {
      return false;
    }
    endBoth(session, open, session.state(WatchedKeys.class));
    session.reply(spec, ABORTED_FOR_ARITY);
    return true;
  }

  /** No command of it needs a server. */
  private static void answerAlone(Session session, CommandSpec spec, OpenTransaction open) {
    endBoth(session, open, null);
    ByteBuf head = RespSocket.ALLOCATOR.directBuffer(16);
    RespWriter.arrayHeader(head, open.count());
    session.reply(spec, head);
    RequestHandler handler = session.environment().handler();
    session.begin(new Replay(session, handler, open.elements(spec, List.of())));
  }

  private static boolean send(
      Session session, CommandSpec spec, OpenTransaction open, @Nullable WatchedKeys watched) {
    SessionEnvironment env = session.environment();
    int usual = watched == null ? session.database() : watched.databaseOr(session.database());
    TransactionBlock block = open.finish(usual);
    SessionRequest place;
    RoutedRequest request;
    if (open.isMixed()) {
      place = session.newRequest(spec);
      request = new MixedExec(place, open, block, watched, env.handler());
    } else {
      int[] slots = open.slots().stream().toArray();
      place = new ExecRequest(session, spec, env.clock().nowNanos(), slots, block, watched);
      request = place;
    }
    session.enqueue(place);
    if (watched != null || open.isMixed()) {
      session.stop(Stop.OWN_CONNECTION);
    }
    boolean taken =
        env.dispatcher()
            .dispatch(
                request,
                Math.max(0, open.slots().nextSetBit(0)),
                session.lane(),
                block.frame(),
                0,
                block.length(),
                open.keys());
    if (!taken) {
      session.withdraw(place);
      session.stall();
      session.unstop(Stop.OWN_CONNECTION);
      return false;
    }
    env.copies().end();
    // The request cares for the watch from now on.
    session.end(open);
    if (watched != null) {
      session.end(watched);
    }
    open.onEnd();
    return true;
  }

  private boolean watch(Session session, CommandSpec spec, ByteBuf in, int length) {
    RequestDecoder request = session.decoder();
    OpenTransaction open = session.state(OpenTransaction.class);
    if (open != null) {
      refuseInside(session, open, spec, WATCH_INSIDE);
      return true;
    }
    int keyCount = locator.locate(spec, in, request);
    WatchedKeys watched = session.state(WatchedKeys.class);
    BitSet before = watched == null ? new BitSet() : watched.slots();
    BitSet slots = slotsWithKeys(before, keyCount, in, request);
    byte[] refusal = slots.cardinality() > 1 ? crossSlot.refusal(dispatcher, slots) : null;
    if (refusal != null) {
      session.reply(spec, refusal);
      return true;
    }
    List<Key> keys = new ArrayList<>(keyCount);
    for (int i = 0; i < keyCount; i++) {
      int arg = locator.keyArg(i);
      int offset = in.readerIndex() + request.argOffset(arg);
      keys.add(Key.copyOf(session.database(), in, offset, request.argLength(arg)));
    }
    if (session.awaitsEarlierReplies()) {
      return false;
    }
    return sendWatch(session, spec, in, length, slots, keys);
  }

  private static boolean sendWatch(
      Session session, CommandSpec spec, ByteBuf in, int length, BitSet slots, List<Key> keys) {
    SessionEnvironment env = session.environment();
    WatchedKeys before = session.state(WatchedKeys.class);
    WatchedKeys watched = before == null ? new WatchedKeys(session) : before;
    WatchRequest request =
        new WatchRequest(
            session,
            spec,
            env.clock().nowNanos(),
            slots.stream().toArray(),
            watched,
            before == null);
    if (before == null) {
      watched.beginsWith(request);
      session.begin(watched);
    }
    session.enqueue(request);
    session.stop(Stop.OWN_CONNECTION);
    boolean taken =
        env.dispatcher()
            .dispatch(
                request, slots.nextSetBit(0), session.lane(), in, in.readerIndex(), length, keys);
    if (taken) {
      watched.add(keys.size(), slots);
    } else {
      if (before == null) {
        session.end(watched);
        watched.onEnd();
      }
      session.withdraw(request);
      session.stall();
      session.unstop(Stop.OWN_CONNECTION);
    }
    return taken;
  }
}

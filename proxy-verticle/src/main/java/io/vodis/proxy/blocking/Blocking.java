package io.vodis.proxy.blocking;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.command.KeyLocator;
import io.vodis.proxy.dispatch.CrossSlot;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.migrate.Key;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionEnvironment;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.proxy.session.Stop;
import io.vodis.proxy.stats.LoopStats;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import io.vodis.slot.SlotHash;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Commands that wait: BLPOP and its like, XREAD and XREADGROUP with BLOCK, WAIT, WAITAOF; and
 * CLIENT UNBLOCK. Each waits at the server on a connection of its own; its session is not read
 * meanwhile.
 */
public final class Blocking {

  private static final List<String> NAMES =
      List.of(
          "blpop",
          "brpop",
          "brpoplpush",
          "blmove",
          "blmpop",
          "bzpopmin",
          "bzpopmax",
          "bzmpop",
          "xread",
          "xreadgroup");
  private static final byte[] UNBLOCK_REASON =
      RespErrors.reply("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");

  private final KeyLocator locator;
  private final ProcessView process;
  private final LoopStats stats;
  private final Dispatcher dispatcher;
  private final CrossSlot crossSlot;
  private final long retryNanos;
  private final Set<Blocked> blocked = new LinkedHashSet<>();

  /** What to do when one of them waits no more. */
  private final Map<Blocked, List<Runnable>> awaitingEnd = new HashMap<>();

  /**
   * Those of one loop.
   *
   * @param crossSlot what becomes of those whose keys are in several slots
   * @param retryNanos how long a request that takes nothing waits for a server to come back
   */
  public Blocking(
      KeyLocator locator,
      ProcessView process,
      LoopStats stats,
      Dispatcher dispatcher,
      CrossSlot crossSlot,
      long retryNanos) {
    this.locator = locator;
    this.process = process;
    this.stats = stats;
    this.dispatcher = dispatcher;
    this.crossSlot = crossSlot;
    this.retryNanos = retryNanos;
  }

  /** Adds the handlers of these commands. */
  public void addTo(CommandHandlers handlers) {
    NAMES.forEach(
        name -> handlers.add(name, (session, spec, in, length) -> pop(session, spec, in)));
    handlers
        .add("wait", (session, spec, in, length) -> waitForReplicas(session, spec, in))
        .add("waitaof", (session, spec, in, length) -> waitForReplicas(session, spec, in))
        .addImmediate("client|unblock", this::unblock);
  }

  /** Why a request for these slots cannot be sent now; null if it can. */
  byte @Nullable [] refusal(int[] slots) {
    if (slots.length == 1) {
      return null;
    }
    BitSet all = new BitSet();
    for (int slot : slots) {
      all.set(slot);
    }
    return dispatcher.leased() ? crossSlot.refusal(dispatcher, all) : RespErrors.CLUSTER_DOWN;
  }

  long retryNanos() {
    return retryNanos;
  }

  void add(Blocked one) {
    blocked.add(one);
    stats.blocked = blocked.size();
  }

  void remove(Blocked one) {
    blocked.remove(one);
    stats.blocked = blocked.size();
    List<Runnable> awaiting = awaitingEnd.remove(one);
    if (awaiting != null) {
      awaiting.forEach(Runnable::run);
    }
  }

  /** Has {@code onEnd} called, once, when that one waits no more. */
  void awaitEnd(Blocked one, Runnable onEnd) {
    awaitingEnd.computeIfAbsent(one, o -> new ArrayList<>()).add(onEnd);
  }

  void countCarriedOver() {
    stats.blockedCarriedOver++;
  }

  /** Periodic care. */
  public void tick(long now) {
    if (!blocked.isEmpty()) {
      List.copyOf(blocked).forEach(one -> one.tick(now));
    }
  }

  private boolean pop(Session session, CommandSpec spec, ByteBuf in) {
    RequestDecoder request = session.decoder();
    int keyCount = locator.locate(spec, in, request);
    if (keyCount <= 0) {
      session.reply(spec, keyCount < 0 ? locator.error() : RespErrors.INVALID_KEYS);
      return true;
    }
    BitSet found = new BitSet();
    List<Key> keys = new ArrayList<>(keyCount);
    for (int i = 0; i < keyCount; i++) {
      int arg = locator.keyArg(i);
      int offset = in.readerIndex() + request.argOffset(arg);
      found.set(SlotHash.slotOf(in, offset, request.argLength(arg)));
      keys.add(Key.copyOf(session.database(), in, offset, request.argLength(arg)));
    }
    int[] slots = found.stream().toArray();
    byte[] refusal = refusal(slots);
    if (refusal != null) {
      session.reply(spec, refusal);
      return true;
    }
    // It goes on another connection, and must see what the session did before.
    if (session.awaitsEarlierReplies()) {
      return false;
    }
    BlockingCall call = BlockingCall.of(spec.name(), args(in, request));
    new BlockedRequest(session, this, session.enqueue(spec), call, slots, keys).begin();
    session.closeIfInputClosed();
    return true;
  }

  private static List<byte[]> args(ByteBuf in, RequestDecoder request) {
    List<byte[]> args = new ArrayList<>(request.argCount());
    for (int i = 0; i < request.argCount(); i++) {
      args.add(Args.bytes(in, request, i));
    }
    return args;
  }

  private boolean waitForReplicas(Session session, CommandSpec spec, ByteBuf in) {
    if (session.awaitsEarlierReplies()) {
      return false;
    }
    byte[] frame = BlockingCall.frame(args(in, session.decoder()));
    new ReplicaWait(session, this, session.enqueue(spec), frame).begin();
    session.closeIfInputClosed();
    return true;
  }

  private void unblock(Session session, CommandSpec spec, ByteBuf in) {
    RequestDecoder request = session.decoder();
    if (request.argCount() > 4) {
      session.reply(spec, RespErrors.wrongArity(spec.name()));
      return;
    }
    String reason = request.argCount() == 4 ? Args.lower(in, request, 3) : "timeout";
    if (!reason.equals("timeout") && !reason.equals("error")) {
      session.reply(spec, UNBLOCK_REASON);
      return;
    }
    String id = Args.text(in, request, 2);
    if (!id.matches("-?\\d{1,18}")) {
      session.reply(spec, RespErrors.NOT_AN_INTEGER);
      return;
    }
    SessionRequest place = session.enqueue(spec);
    session.stop(Stop.ELSEWHERE);
    long sought = Long.parseLong(id);
    boolean withError = reason.equals("error");
    process.<Boolean>eachLoopLater(
        (env, onDone) -> unblock(env, sought, withError, onDone),
        found -> {
          ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(8);
          RespWriter.integer(reply, found.contains(true) ? 1 : 0);
          session.onLocalAnswer(place, reply);
          session.unstop(Stop.ELSEWHERE);
        });
  }

  /** Says whether there was such a client that waited; then it waits no more. */
  private static void unblock(
      SessionEnvironment env, long id, boolean withError, Consumer<Boolean> onDone) {
    for (Session other : env.sessions().all()) {
      Blocked state = other.client().id() == id ? other.state(Blocked.class) : null;
      if (state != null) {
        state.unblock(withError, () -> onDone.accept(true));
        return;
      }
    }
    onDone.accept(false);
  }
}

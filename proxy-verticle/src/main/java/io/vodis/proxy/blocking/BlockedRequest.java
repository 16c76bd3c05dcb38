package io.vodis.proxy.blocking;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.proxy.backend.BackendErrors;
import io.vodis.proxy.dispatch.RouteListener;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.migrate.Key;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionEnvironment;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.proxy.session.Stop;
import io.vodis.proxy.transaction.Transactions;
import io.vodis.resp.RespErrors;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A client that waits for an element: {@code BLPOP} and its like, {@code XREAD BLOCK}.
 *
 * <pre>
 *   parked or being sent ──► waits at the server ──► answered
 *            ▲                        │ nil, because its slot was fenced or moved
 *            └────────────────────────┘
 * </pre>
 *
 * <p>Invariant: it waits at no more than one server, and is sent again only after a reply that says
 * that it took nothing, or if it can take nothing.
 */
public final class BlockedRequest implements Blocked, RouteListener {

  private static final byte[] UNBLOCKED =
      RespErrors.reply("UNBLOCKED client unblocked via CLIENT UNBLOCK");
  private static final byte[] ENDED =
      RespErrors.reply(
          "UNBLOCKED force unblock from blocking operation, instance state changed (master ->"
              + " replica?)");
  private static final byte[] FORCED = "-UNBLOCKED force".getBytes(StandardCharsets.US_ASCII);

  private final Session session;
  private final SessionEnvironment env;
  private final Blocking blocking;
  private final SessionRequest place;
  private final BlockingCall call;
  private final int[] slots;
  private final List<Key> keys;
  private final long deadlineNanos;
  private final Map<Integer, byte[]> ids = new HashMap<>();
  private @Nullable BlockedOn blockedOn;
  private @Nullable BlockedAttempt attempt;

  /** How long the server was asked to wait when it was sent last. */
  private long patienceNanos;

  /** Its slot has another route since it was sent. */
  private boolean moved;

  /** CLIENT UNBLOCK has been asked for it. */
  private boolean unblocked;

  private boolean draining;
  private boolean sentBefore;
  private boolean over;

  /** Until when one that takes nothing is sent again after a lost connection; 0: none was lost. */
  private long retryUntilNanos;

  private boolean retryDue;

  /** Until when it waits for all of several slots to be served; 0: it does not. */
  private long waitsForSlotsUntilNanos;

  BlockedRequest(
      Session session,
      Blocking blocking,
      SessionRequest place,
      BlockingCall call,
      int[] slots,
      List<Key> keys) {
    this.session = session;
    this.env = session.environment();
    this.blocking = blocking;
    this.place = place;
    this.call = call;
    this.slots = slots;
    this.keys = keys;
    this.deadlineNanos = env.clock().nowNanos() + call.timeoutNanos();
  }

  void begin() {
    session.begin(this);
    session.stop(Stop.BLOCKED);
    blocking.add(this);
    env.dispatcher().addListener(this);
    dispatch();
  }

  private long nanosLeft() {
    return deadlineNanos - env.clock().nowNanos();
  }

  private void dispatch() {
    if (over) {
      return;
    }
    byte[] refusal = blocking.refusal(slots);
    if (refusal != null) {
      onRefusal(refusal);
      return;
    }
    waitsForSlotsUntilNanos = 0;
    byte[] frame = sentBefore ? call.frame(nanosLeft(), ids) : call.frame();
    boolean taken =
        env.dispatcher()
            .dispatch(
                new BlockedAttempt(session, this, slots),
                slots[0],
                session.lane(),
                Unpooled.wrappedBuffer(frame),
                0,
                frame.length,
                keys);
    env.copies().end();
    if (!taken) {
      env.dispatcher().stall(this::dispatch);
    }
  }

  /** Its slots have come apart, or one of them is on its way; that does not take long. */
  private void onRefusal(byte[] refusal) {
    long now = env.clock().nowNanos();
    if (waitsForSlotsUntilNanos == 0) {
      waitsForSlotsUntilNanos = now + env.dispatcher().waitTimeoutNanos();
    }
    if (Arrays.equals(refusal, RespErrors.TRY_AGAIN) && waitsForSlotsUntilNanos - now > 0) {
      retryDue = true;
    } else {
      finish();
      place.onError(refusal);
    }
  }

  boolean isOver() {
    return over;
  }

  /** Whether it takes nothing. */
  boolean readsOnly() {
    return place.spec().readOnly();
  }

  /** How long the server will be silent. */
  long patienceNanos() {
    return patienceNanos;
  }

  /** It is about to be sent, and these go ahead of it. */
  void onSending(BlockedAttempt sent, BlockedOn on) {
    blockedOn = on;
    attempt = sent;
    patienceNanos = call.endsSometime() ? Math.max(0, nanosLeft()) : Long.MAX_VALUE / 2;
    moved = false;
    sentBefore = true;
    for (BlockingCall.StreamId id : call.newOnly()) {
      if (!ids.containsKey(id.arg())) {
        byte[] name = id.stream();
        String frame =
            new String(
                BlockingCall.frame(
                    List.of(
                        "XINFO".getBytes(StandardCharsets.US_ASCII),
                        "STREAM".getBytes(StandardCharsets.US_ASCII),
                        name)),
                StandardCharsets.ISO_8859_1);
        on.send(frame, reply -> ids.put(id.arg(), BlockingCall.lastId(reply)));
      }
    }
  }

  /** The server's answer. */
  void onAnswer(ByteBuf in, int offset, int length) {
    BlockedOn on = blockedOn;
    blockedOn = null;
    boolean forced = startsWith(in, offset, length, FORCED);
    if (on != null) {
      on.onAnswered();
    }
    if (over) {
      return;
    }
    if (forced || isNil(in, offset) && moved && !unblocked) {
      // The server has ended the wait, not its time: nothing was taken.
      again();
    } else {
      ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(length).writeBytes(in, offset, length);
      finish();
      session.onLocalAnswer(place, reply);
    }
  }

  private static boolean isNil(ByteBuf in, int offset) {
    byte type = in.getByte(offset);
    return type == '_' || (type == '*' || type == '$') && in.getByte(offset + 1) == '-';
  }

  private static boolean startsWith(ByteBuf in, int offset, int length, byte[] prefix) {
    return length >= prefix.length
        && in.slice(offset, prefix.length).equals(Unpooled.wrappedBuffer(prefix));
  }

  /** There will be no answer to what was sent, or it was not sent. */
  void onError(byte[] error) {
    boolean wasSent = blockedOn != null;
    blockedOn = null;
    if (over) {
      return;
    }
    boolean tookNothing =
        !wasSent || BackendErrors.saysNothingWasExecuted(error) || place.spec().readOnly();
    if (Arrays.equals(error, RespErrors.TRY_AGAIN) || tookNothing && moved) {
      again();
    } else if (tookNothing && mayRetry(wasSent)) {
      retryDue = true;
    } else {
      finish();
      place.onError(error);
    }
  }

  /** What can take nothing is carried over to the next primary, if that comes soon. */
  private boolean mayRetry(boolean lost) {
    if (!place.spec().readOnly()) {
      return false;
    }
    if (lost) {
      retryUntilNanos = env.clock().nowNanos() + blocking.retryNanos();
    }
    return retryUntilNanos != 0 && retryUntilNanos - env.clock().nowNanos() > 0;
  }

  /** It waits on, at whoever has the slot now. */
  private void again() {
    if (draining || unblocked) {
      answer(draining ? ENDED : UNBLOCKED);
    } else if (call.endsSometime() && nanosLeft() <= 0) {
      answerNil();
    } else {
      blocking.countCarriedOver();
      // Not from here: this may be in the middle of another connection's read.
      env.flushes().resume(this::dispatch);
    }
  }

  private void answerNil() {
    finish();
    session.onLocalAnswer(place, Transactions.nil(session.protocol()));
  }

  private void answer(byte[] error) {
    finish();
    session.onLocalAnswer(place, RespSocket.ALLOCATOR.directBuffer(error.length).writeBytes(error));
  }

  /** The session goes on. */
  private void finish() {
    session.end(this);
    leave();
    session.unstop(Stop.BLOCKED);
  }

  private void leave() {
    over = true;
    blocking.remove(this);
    env.dispatcher().removeListener(this);
  }

  @Override
  public void onRoutesChanged(BitSet changed) {
    BlockedOn on = blockedOn;
    // One that waited for this table has been sent by it already.
    if (on != null
        && attempt != null
        && Arrays.stream(slots).anyMatch(changed::get)
        && !attempt.isOnPresentRoutes(slots)) {
      moved = true;
      on.unblock(false);
    }
  }

  @Override
  public void unblock(boolean withError, Runnable onEnd) {
    blocking.awaitEnd(this, onEnd);
    BlockedOn on = blockedOn;
    if (on != null) {
      unblocked = true;
      on.unblock(withError);
    } else if (withError) {
      answer(UNBLOCKED);
    } else {
      answerNil();
    }
  }

  @Override
  public void onDrain() {
    BlockedOn on = blockedOn;
    draining = true;
    if (on == null) {
      answer(ENDED);
    } else {
      moved = true;
      on.unblock(false);
    }
  }

  @Override
  public void tick(long now) {
    BlockedOn on = blockedOn;
    if (on != null) {
      on.tick();
    } else if (call.endsSometime() && deadlineNanos - now <= 0) {
      answerNil();
    } else if (retryDue) {
      retryDue = false;
      dispatch();
    }
  }

  @Override
  public void onEnd() {
    leave();
    BlockedOn on = blockedOn;
    if (on != null) {
      on.abandon();
    }
  }
}

package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.command.Routing;
import io.vodis.proxy.migrate.Key;
import io.vodis.resp.RequestDecoder;
import io.vodis.slot.SlotHash;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request too large to be collected: it is passed on as it comes, over a connection of its own,
 * so that nobody waits behind a slow upload. It begins when the session's earlier requests are
 * answered, and the later ones are not read before it is answered itself.
 *
 * <p>As long as the last byte has not been sent the server has executed nothing: whatever ends the
 * upload early ends the connection, and the rest of the request is skipped.
 */
public final class LargeRequest extends SessionRequest implements Detour {

  private enum Phase {
    /** Waits for the replies to earlier requests. */
    WAITING,
    /** Waits for its slot, its keys or its connection. */
    ROUTING,
    SENDING,
    /** Sent; waits for the reply. */
    SENT,
    /** Answered early: the rest of it leads nowhere. */
    SKIPPING,
    OVER
  }

  private final SessionEnvironment env;
  private final int slot;
  private final List<Key> keys;
  private Phase phase = Phase.WAITING;
  private @Nullable BackendConnection connection;
  private long bytes;

  private LargeRequest(
      Session session, SessionEnvironment env, CommandSpec spec, int slot, Key key) {
    super(session, spec, env.clock().nowNanos());
    this.env = env;
    this.slot = slot;
    this.keys = List.of(key);
  }

  /**
   * The request the decoder has found to be large, if it can be routed by what is known of it; null
   * if it has to be collected.
   */
  static @Nullable LargeRequest of(
      Session session, SessionEnvironment env, RequestDecoder decoder, ByteBuf in) {
    if (decoder.argCount() < 2) {
      return null;
    }
    CommandSpec spec = env.commands().resolve(in, decoder);
    if (spec == null
        || spec.routing() != Routing.ONE_KEY
        || !session.isOrdinary()
        // Touches a second database, which is not read yet.
        || spec.name().equals("move")
        || !spec.acceptsArgCount(decoder.declaredArgCount())
        || env.locator().locate(spec, in, decoder) != 1) {
      return null;
    }
    int arg = env.locator().keyArg(0);
    int offset = in.readerIndex() + decoder.argOffset(arg);
    int length = decoder.argLength(arg);
    Key key = Key.copyOf(session.database(), in, offset, length);
    env.stats().largeRequests++;
    LargeRequest request =
        new LargeRequest(session, env, spec, SlotHash.slotOf(in, offset, length), key);
    request.args(Args.ofLargeRequest(in, decoder));
    return request;
  }

  @Override
  public boolean advance(ByteBuf in, RequestDecoder decoder) {
    return switch (phase) {
      case WAITING -> route();
      case SENDING, SKIPPING -> pass(in, decoder);
      case ROUTING, SENT, OVER -> false;
    };
  }

  private boolean route() {
    if (session().hasUnanswered()) {
      session().stop(Stop.EARLIER_REPLIES);
      return false;
    }
    session().enqueue(this);
    phase = Phase.ROUTING;
    session().stop(Stop.LARGE);
    dispatch();
    return false;
  }

  private void dispatch() {
    if (phase == Phase.ROUTING
        && !env.dispatcher()
            .dispatch(this, slot, session().lane(), Unpooled.EMPTY_BUFFER, 0, 0, keys)) {
      env.dispatcher().stall(this::dispatch);
    }
  }

  @Override
  protected boolean sendTo(Backend backend, int onSlot, ByteBuf from, int offset, int length) {
    BackendConnection own = backend.acquireDedicated();
    if (own == null) {
      byte[] refusal = backend.refusal();
      if (refusal != null) {
        onFailure(refusal);
      }
      return refusal != null;
    }
    connection = own;
    beginOn(onSlot);
    own.send(this, Unpooled.EMPTY_BUFFER, 0, 0);
    phase = Phase.SENDING;
    session().unstop(Stop.LARGE);
    return true;
  }

  private boolean pass(ByteBuf in, RequestDecoder decoder) {
    BackendConnection own = connection;
    if (phase == Phase.SENDING && own != null && !own.hasOutputRoom()) {
      own.refuse();
      session().stall();
      return false;
    }
    int length = decoder.streamable(in);
    if (length < 0) {
      abort("the client broke the protocol");
      env.stats().protocolErrors++;
      session().closeWhenAnswered();
      return false;
    }
    if (phase == Phase.SENDING && own != null) {
      own.append(in, in.readerIndex(), length);
      env.copies().end();
    }
    in.skipBytes(length);
    bytes += length;
    if (decoder.streamDone()) {
      decoder.reset();
      session().replies().onWhole(spec(), args(), bytes);
      if (phase == Phase.SKIPPING) {
        over();
        return true;
      }
      phase = Phase.SENT;
      session().stop(Stop.LARGE);
      return false;
    }
    return false;
  }

  @Override
  protected void onAnswer(ByteBuf in, int offset, int length) {
    super.onAnswer(in, offset, length);
    onOver();
  }

  @Override
  public void onError(byte[] error) {
    super.onError(error);
    onOver();
  }

  private void onOver() {
    BackendConnection own = connection;
    connection = null;
    if (phase == Phase.SENT) {
      if (own != null) {
        own.owner().releaseDedicated(own);
      }
      over();
    } else if (phase != Phase.OVER && phase != Phase.SKIPPING) {
      if (own != null) {
        own.close("answered before it was sent");
      }
      phase = Phase.SKIPPING;
    }
    session().unstop(Stop.LARGE);
  }

  private void over() {
    phase = Phase.OVER;
    session().endDetour();
  }

  private void abort(String reason) {
    BackendConnection own = connection;
    if (own != null && phase == Phase.SENDING) {
      own.close(reason);
    }
  }

  @Override
  public void onClientGone() {
    abort("the client has gone");
    if (phase != Phase.SENT) {
      // What has been sent whole is executed, and its connection is of use again after the reply.
      phase = Phase.OVER;
    }
  }

  @Override
  protected boolean keepsItsKey(int argCount) {
    return false;
  }
}

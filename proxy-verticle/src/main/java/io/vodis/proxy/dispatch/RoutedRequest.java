package io.vodis.proxy.dispatch;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.Request;
import org.jspecify.annotations.Nullable;

/**
 * A request for the owner of one slot. Until it is over it is counted as in flight on the route it
 * was sent on.
 */
public abstract class RoutedRequest extends Request {

  private static final int NOT_ROUTED = -1;

  protected final Origin origin;
  private int slot;
  private int generation = NOT_ROUTED;
  private boolean announced;

  /** What is kept of it while it waits; null otherwise. */
  @Nullable Parked parked;

  /** Its attempt on the source of its slot, while there is no answer to that. */
  @Nullable SourceCall sourceCall;

  /** How often the source has refused it because its key was being sent. */
  int sourceTries;

  /** Not to be tried on the source before the next tick. */
  boolean waitsForTransfer;

  /** The source does not have its key any more, or does not execute it. */
  boolean isGoneFromSource;

  protected RoutedRequest(Origin origin) {
    this.origin = origin;
  }

  protected final int slot() {
    return slot;
  }

  /** Whether it changes nothing, so that it may run on a server whose data is being copied. */
  protected boolean readsOnly() {
    return false;
  }

  /**
   * Whether it may run on a server that its key is about to leave: it leaves the key there, and
   * creates none.
   *
   * @param argCount its arguments, its name included
   */
  protected boolean keepsItsKey(int argCount) {
    return false;
  }

  /** {@link #blocksReplies} for whoever gets a reply in its place. */
  final boolean takesNoMore(BackendConnection from) {
    return blocksReplies(from);
  }

  /** Whether it is in flight on the route that its slot has now. */
  public final boolean isOnPresentRoute() {
    return generation != NOT_ROUTED && origin.dispatcher.board().isCurrent(slot, generation);
  }

  /** As {@link #isOnPresentRoute()}, for a request that counts as in flight on all these slots. */
  public final boolean isOnPresentRoutes(int[] slots) {
    for (int each : slots) {
      if (generation == NOT_ROUTED || !origin.dispatcher.board().isCurrent(each, generation)) {
        return false;
      }
    }
    return true;
  }

  /** Counts it as in flight on the present route of {@code slot}. */
  public final void beginOn(int onSlot) {
    slot = onSlot;
    generation = origin.dispatcher.board().generation();
    began(origin.dispatcher, onSlot);
  }

  /** Sends it; returns false if there is no room now, after which it may be tried again. */
  protected boolean sendTo(Backend backend, int onSlot, ByteBuf from, int offset, int length) {
    BackendConnection connection = backend.acquire();
    if (connection == null) {
      byte[] refusal = backend.refusal();
      if (refusal != null) {
        onFailure(refusal);
      }
      return refusal != null;
    }
    if (backend.hasRetired() && origin.isHeldBack(backend)) {
      return false;
    }
    beginOn(onSlot);
    announceOn(connection);
    transmit(connection, from, offset, length);
    return true;
  }

  /** Whether its origin announces what it sends now; it may be sent later. */
  protected final void noteAnnouncement() {
    announced |= origin.announcing();
  }

  /** Sends what is to go ahead of it, if anything is. */
  protected final void announceOn(BackendConnection to) {
    if (announced) {
      origin.announceOn(to);
    }
  }

  /** Adds it to a connection. One that is a block of several commands overrides this. */
  protected void transmit(BackendConnection to, ByteBuf from, int offset, int length) {
    to.send(this, from, offset, length);
  }

  /** Counts it. A request for several slots of one server overrides this and the next. */
  protected void began(Dispatcher dispatcher, int onSlot) {
    dispatcher.board().began(onSlot);
  }

  protected void ended(Dispatcher dispatcher, int routedIn) {
    endedOn(dispatcher, slot, routedIn);
  }

  /** One of its slots is done with. */
  protected static void endedOn(Dispatcher dispatcher, int slot, int routedIn) {
    dispatcher.board().ended(slot, routedIn);
  }

  private void end() {
    if (generation != NOT_ROUTED) {
      int routedIn = generation;
      generation = NOT_ROUTED;
      ended(origin.dispatcher, routedIn);
    }
  }

  @Override
  protected final void onReply(ByteBuf in, int offset, int length) {
    onAnswer(in, offset, length);
    end();
  }

  @Override
  protected final void onFailure(byte[] error) {
    onError(error);
    end();
  }

  /** The whole reply. The bytes are valid during the call only. */
  protected abstract void onAnswer(ByteBuf in, int offset, int length);

  /** There will be no reply; {@code error} says why, as a RESP error. */
  protected abstract void onError(byte[] error);

  /** Says that the last piece of a reply was passed on. */
  protected final void onLastChunk() {
    end();
  }
}

package io.vodis.proxy.blocking;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.dispatch.RoutedRequest;
import io.vodis.proxy.session.Session;

/** One way of a {@link BlockedRequest} to a server, on a connection of its own. */
public final class BlockedAttempt extends RoutedRequest {

  private final Session session;
  private final BlockedRequest blocked;
  private final int[] slots;

  /**
   * One way to the server of these slots.
   *
   * @param slots those of its keys; it is sent to the server of the first, which has them all
   */
  BlockedAttempt(Session session, BlockedRequest blocked, int[] slots) {
    super(session);
    this.session = session;
    this.blocked = blocked;
    this.slots = slots;
  }

  @Override
  protected void began(Dispatcher dispatcher, int onSlot) {
    for (int slot : slots) {
      super.began(dispatcher, slot);
    }
  }

  @Override
  protected void ended(Dispatcher dispatcher, int routedIn) {
    for (int slot : slots) {
      endedOn(dispatcher, slot, routedIn);
    }
  }

  @Override
  protected boolean sendTo(Backend backend, int onSlot, ByteBuf from, int offset, int length) {
    if (blocked.isOver()) {
      return true;
    }
    BackendConnection own = backend.acquireExclusive();
    if (own == null) {
      byte[] refusal = backend.refusal();
      if (refusal != null) {
        onFailure(refusal);
      }
      return refusal != null;
    }
    beginOn(onSlot);
    blocked.onSending(this, new BlockedOn(own, session.environment()));
    announceOn(own);
    own.send(this, from, offset, length);
    return true;
  }

  @Override
  protected boolean readsOnly() {
    return blocked.readsOnly();
  }

  @Override
  protected long patienceNanos() {
    return blocked.patienceNanos();
  }

  @Override
  protected void onAnswer(ByteBuf in, int offset, int length) {
    blocked.onAnswer(in, offset, length);
  }

  @Override
  protected void onError(byte[] error) {
    blocked.onError(error);
  }
}

package io.vodis.proxy.merge;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.dispatch.Origin;
import io.vodis.proxy.dispatch.RoutedRequest;
import io.vodis.proxy.migrate.Key;
import java.util.List;

/** The part of a fragmented request that goes to one server, or waits for one slot. */
final class Fragment extends RoutedRequest {

  private final FragmentedRequest whole;
  private final int index;

  /** The slots of its keys, each once. */
  private final int[] slots;

  private final boolean readsOnly;

  Fragment(Origin origin, FragmentedRequest whole, int index, int[] slots, boolean readsOnly) {
    super(origin);
    this.whole = whole;
    this.index = index;
    this.slots = slots;
    this.readsOnly = readsOnly;
    noteAnnouncement();
  }

  @Override
  protected boolean readsOnly() {
    return readsOnly;
  }

  /** Sends it to the server that simply serves all its slots. */
  void send(BackendConnection connection, ByteBuf frame) {
    beginOn(slots[0]);
    announceOn(connection);
    connection.send(this, frame, frame.readerIndex(), frame.readableBytes());
  }

  /** Sends or parks it as the route of its one slot says; returns false if there is no room. */
  boolean dispatch(Dispatcher dispatcher, int lane, ByteBuf frame, List<Key> keys) {
    return dispatcher.dispatch(
        this, slots[0], lane, frame, frame.readerIndex(), frame.readableBytes(), keys);
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
  protected void onAnswer(ByteBuf in, int offset, int length) {
    whole.onReply(index, in, offset, length);
  }

  @Override
  protected void onError(byte[] error) {
    whole.onError(index, error);
  }
}

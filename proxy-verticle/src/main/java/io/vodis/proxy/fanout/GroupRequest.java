package io.vodis.proxy.fanout;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.dispatch.Origin;
import io.vodis.proxy.dispatch.RoutedRequest;
import io.vodis.resp.RespErrors;
import java.io.ByteArrayOutputStream;
import java.util.function.BiConsumer;

/** What one server is asked, and its reply as bytes; in flight on all slots of the server. */
final class GroupRequest extends RoutedRequest {

  /** What is left of the bytes that the replies of one round may have. */
  static final class Budget {
    private long bytesLeft;

    Budget(long bytes) {
      this.bytesLeft = bytes;
    }

    private boolean take(int bytes) {
      bytesLeft -= bytes;
      return bytesLeft >= 0;
    }
  }

  private static final byte[] TOO_LARGE =
      RespErrors.reply("ERR the replies of all groups are larger than session_max_output");

  private final int[] slots;
  private final Budget budget;
  private final BiConsumer<GroupRequest, byte[]> onReply;
  private final ByteArrayOutputStream pieces = new ByteArrayOutputStream(0);

  GroupRequest(
      Origin origin, int[] slots, Budget budget, BiConsumer<GroupRequest, byte[]> onReply) {
    super(origin);
    this.slots = slots;
    this.budget = budget;
    this.onReply = onReply;
  }

  void send(BackendConnection to, ByteBuf frame) {
    beginOn(slots.length == 0 ? 0 : slots[0]);
    to.send(this, frame, frame.readerIndex(), frame.readableBytes());
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
    onReply.accept(this, budget.take(length) ? copy(in, offset, length) : TOO_LARGE);
  }

  @Override
  protected void onReplyChunk(ByteBuf in, int offset, int length, boolean last) {
    if (budget.take(length)) {
      pieces.writeBytes(copy(in, offset, length));
    } else {
      pieces.reset();
    }
    if (last) {
      onReply.accept(this, budget.take(0) ? pieces.toByteArray() : TOO_LARGE);
      onLastChunk();
    }
  }

  @Override
  protected void onError(byte[] error) {
    onReply.accept(this, error);
  }

  private static byte[] copy(ByteBuf in, int offset, int length) {
    byte[] bytes = new byte[length];
    in.getBytes(offset, bytes);
    return bytes;
  }
}

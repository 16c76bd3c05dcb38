package io.vodis.proxy.dispatch;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.Request;
import io.vodis.proxy.migrate.WrapperReply;
import java.nio.charset.StandardCharsets;

/**
 * A request that is tried on the source of a migrating slot: {@code SLOTSMGRT-EXEC-WRAPPER}
 * executes it if its key is still there and may be used. It is in the hands of its slot's queue
 * until that is known.
 */
final class SourceCall extends Request {

  /** What is read of a reply to know its code. */
  private static final int CODE_BYTES = 16;

  private final InPlace owner;
  private final RoutedRequest request;
  private final int slot;

  /** The generation in which it was sent. */
  private final int generation;

  SourceCall(InPlace owner, RoutedRequest request, int slot, int generation) {
    this.owner = owner;
    this.request = request;
    this.slot = slot;
    this.generation = generation;
  }

  RoutedRequest request() {
    return request;
  }

  int slot() {
    return slot;
  }

  int generation() {
    return generation;
  }

  @Override
  protected void onReply(ByteBuf in, int offset, int length) {
    String start = in.toString(offset, Math.min(length, CODE_BYTES), StandardCharsets.ISO_8859_1);
    WrapperReply reply = WrapperReply.of(start);
    owner.onReply(this, reply.code(), in, offset + reply.offset(), length - reply.offset());
  }

  @Override
  protected void onFailure(byte[] error) {
    owner.onFailure(this, error);
  }

  @Override
  protected boolean blocksReplies(BackendConnection from) {
    return request.takesNoMore(from);
  }
}

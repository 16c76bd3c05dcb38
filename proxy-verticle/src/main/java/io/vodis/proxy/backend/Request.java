package io.vodis.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.loop.RespSocket;
import org.jspecify.annotations.Nullable;

/**
 * Something that waits for exactly one reply of a server. It is answered once: with {@link
 * #onReply}, with {@link #onFailure}, or chunk by chunk with {@link #onReplyChunk}.
 */
public abstract class Request {

  /** Where it was sent; null before. Set by the connection only. */
  @Nullable BackendConnection connection;

  private @Nullable ByteBuf collected;

  /** The connection it was sent on, if it was. */
  public final @Nullable BackendConnection connection() {
    return connection;
  }

  /** The whole reply. The bytes are valid during the call only. */
  protected abstract void onReply(ByteBuf in, int offset, int length);

  /**
   * There will be no reply.
   *
   * @param error a complete RESP error that says whether the request may have been executed
   */
  protected abstract void onFailure(byte[] error);

  /**
   * A piece of a reply too large to be read whole. By default the pieces are collected; a request
   * that can pass them on overrides this.
   */
  protected void onReplyChunk(ByteBuf in, int offset, int length, boolean last) {
    ByteBuf whole = collected;
    if (whole == null) {
      whole = RespSocket.ALLOCATOR.directBuffer(length * 2);
      collected = whole;
    }
    whole.writeBytes(in, offset, length);
    if (last) {
      collected = null;
      try {
        onReply(whole, 0, whole.readableBytes());
      } finally {
        whole.release();
      }
    }
  }

  /** Whether it does something at the server that others could notice. */
  protected boolean hasEffect() {
    return true;
  }

  /**
   * How long the server may be silent about it beyond what is usual, because it was asked to wait.
   */
  protected long patienceNanos() {
    return 0;
  }

  /** Whether it runs a script, which may keep its server from everything else. */
  protected boolean runsScript() {
    return false;
  }

  /**
   * Whether whoever gets the reply cannot take more now. The connection then stops reading, and
   * whoever said so calls {@link BackendConnection#resume()} when there is room.
   */
  protected boolean blocksReplies(BackendConnection from) {
    return false;
  }

  /** Frees what {@link #onReplyChunk} collected, when the rest will not come. */
  final void abandon(byte[] error) {
    if (collected != null) {
      collected.release();
      collected = null;
    }
    onFailure(error);
  }
}

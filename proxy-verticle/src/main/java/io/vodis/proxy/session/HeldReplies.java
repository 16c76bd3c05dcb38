package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.loop.CopyRun;
import io.vodis.proxy.loop.RespSocket;

/**
 * Small replies of one session that came before their turn, one behind the other in one buffer.
 * With two servers behind a pipeline that is every second reply: a buffer for each, or a reference
 * counted for each, costs more than the copy (bench: proxy comparison, P=100).
 *
 * <p>Replies are copied by the loop's {@link CopyRun}: whoever takes a reply ends the run before
 * the bytes are released.
 */
final class HeldReplies implements CopyRun.Target {

  /** Larger replies have a buffer of their own. */
  static final int REPLY_BYTES_MAX = 512;

  private static final int CAPACITY = 4096;

  private final ByteBuf bytes = RespSocket.ALLOCATOR.directBuffer(CAPACITY, CAPACITY);

  /** Bytes that have been given away; the last of them may not have been copied yet. */
  private int reserved;

  /** Replies that have not been taken. */
  private int untaken;

  private boolean closed;

  @Override
  public ByteBuf outgoing() {
    return bytes;
  }

  boolean hasRoom(int length) {
    return CAPACITY - reserved >= length;
  }

  /** Makes room for a reply, which is then copied by the run; returns where it will stand. */
  int reserve(int length) {
    int at = reserved;
    reserved = at + length;
    untaken++;
    return at;
  }

  /** A reply was taken; returns whether the buffer is of no use any more. */
  boolean take() {
    untaken--;
    return closed && untaken == 0;
  }

  /** No more replies are added; returns whether the buffer is of no use any more. */
  boolean close() {
    closed = true;
    return untaken == 0;
  }

  void release() {
    bytes.release();
  }
}

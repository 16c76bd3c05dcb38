package io.vodis.proxy.merge;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.resp.RespWriter;
import org.jspecify.annotations.Nullable;

/** Puts the values of MGET into the order of its keys. */
final class ValuesMerger extends ReplyMerger {

  private final int[] fragmentOfKey;

  /** The array elements of each fragment, one after the other. */
  private final @Nullable ByteBuf[] elements;

  private final int[] keysOfFragment;
  private int bytes;

  ValuesMerger(int[] fragmentOfKey, int fragmentCount) {
    this.fragmentOfKey = fragmentOfKey;
    this.elements = new ByteBuf[fragmentCount];
    this.keysOfFragment = new int[fragmentCount];
    for (int fragment : fragmentOfKey) {
      keysOfFragment[fragment]++;
    }
  }

  @Override
  boolean accept(int index, ByteBuf in, int offset, int length) {
    int end = offset + length;
    int first = in.indexOf(offset, end, (byte) '\n') + 1;
    if (in.getByte(offset) != '*'
        || number(in, offset + 1, first - 2) != keysOfFragment[index]
        || !allBulk(in, first, end, keysOfFragment[index])) {
      return false;
    }
    ByteBuf kept = RespSocket.ALLOCATOR.directBuffer(Math.max(1, end - first));
    elements[index] = kept.writeBytes(in, first, end - first);
    bytes += end - first;
    return true;
  }

  private static boolean allBulk(ByteBuf in, int from, int end, int count) {
    int at = from;
    for (int i = 0; i < count; i++) {
      if (at >= end || in.getByte(at) != '$' && in.getByte(at) != '_') {
        return false;
      }
      at += elementLength(in, at);
    }
    return at == end;
  }

  /** Bytes of the string or null at {@code at}; the decoder has found it well formed. */
  private static int elementLength(ByteBuf in, int at) {
    int lineEnd = in.indexOf(at, in.writerIndex(), (byte) '\n') + 1;
    if (in.getByte(at) == '_') {
      return lineEnd - at;
    }
    int length = number(in, at + 1, lineEnd - 2);
    return lineEnd - at + (length < 0 ? 0 : length + 2);
  }

  private static int number(ByteBuf in, int from, int to) {
    if (in.getByte(from) == '-') {
      return -1;
    }
    int number = 0;
    for (int at = from; at < to; at++) {
      number = number * 10 + (in.getByte(at) - '0');
    }
    return number;
  }

  @Override
  int sizeHint() {
    return 16 + bytes;
  }

  @Override
  void write(ByteBuf out) {
    RespWriter.arrayHeader(out, fragmentOfKey.length);
    for (int fragment : fragmentOfKey) {
      ByteBuf values = elements[fragment];
      if (values == null) {
        throw new IllegalStateException("merged before all fragments were answered");
      }
      out.writeBytes(values, elementLength(values, values.readerIndex()));
    }
  }

  @Override
  void release() {
    for (ByteBuf values : elements) {
      if (values != null) {
        values.release();
      }
    }
  }
}

package io.vodis.proxy.merge;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import org.jspecify.annotations.Nullable;

/** Makes one reply of those to the fragments. An error is passed on as it came. */
abstract class ReplyMerger {

  private byte @Nullable [] error;
  private int errorIndex = Integer.MAX_VALUE;

  /** The reply to a fragment. */
  final void onReply(int index, ByteBuf in, int offset, int length) {
    if (in.getByte(offset) == '-') {
      byte[] text = new byte[length];
      in.getBytes(offset, text);
      onError(index, text);
    } else if (!accept(index, in, offset, length)) {
      onError(index, RespErrors.reply("ERR a backend sent an unexpected reply"));
    }
  }

  /** A fragment has failed. Of several errors the one of the first fragment is told. */
  final void onError(int index, byte[] text) {
    if (index < errorIndex) {
      errorIndex = index;
      error = text;
    }
  }

  /** The reply of all; called once, when every fragment is answered. */
  final ByteBuf merged() {
    ByteBuf out = RespSocket.ALLOCATOR.directBuffer(sizeHint());
    if (error != null) {
      out.writeBytes(error);
    } else {
      write(out);
    }
    release();
    return out;
  }

  /** Takes a reply that is no error; returns false if it is not of the kind expected. */
  abstract boolean accept(int index, ByteBuf in, int offset, int length);

  abstract void write(ByteBuf out);

  int sizeHint() {
    return 64;
  }

  void release() {}

  /** The sum of integers: DEL UNLINK EXISTS TOUCH. */
  static final class Sum extends ReplyMerger {
    private long sum;

    @Override
    boolean accept(int index, ByteBuf in, int offset, int length) {
      if (in.getByte(offset) != ':') {
        return false;
      }
      long value = 0;
      for (int at = offset + 1; at < offset + length - 2; at++) {
        value = value * 10 + (in.getByte(at) - '0');
      }
      sum += value;
      return true;
    }

    @Override
    void write(ByteBuf out) {
      RespWriter.integer(out, sum);
    }
  }

  /** MSET. */
  static final class AllOk extends ReplyMerger {

    @Override
    boolean accept(int index, ByteBuf in, int offset, int length) {
      return in.getByte(offset) == '+';
    }

    @Override
    void write(ByteBuf out) {
      RespWriter.ok(out);
    }
  }
}

package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.resp.RespWriter;
import java.util.List;

/** The usual form of an inline request. */
public final class InlineFrame {

  private InlineFrame() {}

  static ByteBuf of(List<byte[]> words) {
    ByteBuf frame = RespSocket.ALLOCATOR.directBuffer(256);
    RespWriter.arrayHeader(frame, words.size());
    for (byte[] word : words) {
      RespWriter.bulk(frame, word);
    }
    return frame;
  }
}

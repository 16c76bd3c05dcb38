package io.vodis.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;

/** The bytes benchmarks work on, in the kind of buffer that sockets are read into. */
final class Wire {

  private Wire() {}

  static ByteBuf buffer() {
    return PooledByteBufAllocator.DEFAULT.directBuffer(64 << 10);
  }

  static void request(ByteBuf out, String... args) {
    RespWriter.arrayHeader(out, args.length);
    for (String arg : args) {
      RespWriter.bulk(out, arg);
    }
  }

  static ByteBuf text(String text) {
    ByteBuf out = buffer();
    out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
    return out;
  }
}

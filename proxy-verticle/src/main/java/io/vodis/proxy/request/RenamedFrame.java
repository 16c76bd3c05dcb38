package io.vodis.proxy.request;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** A request with the name by which its servers know the command; all else is as it came. */
public final class RenamedFrame {

  private RenamedFrame() {}

  /** The frame, which the caller releases. */
  static ByteBuf of(CommandSpec spec, ByteBuf in, RequestDecoder request) {
    byte[] name = Objects.requireNonNull(spec.sentAs()).getBytes(StandardCharsets.ISO_8859_1);
    int afterName = request.argOffset(0) + request.argLength(0) + 2;
    int rest = request.frameLength() - afterName;
    ByteBuf frame = RespSocket.ALLOCATOR.directBuffer(32 + name.length + rest);
    RespWriter.arrayHeader(frame, request.argCount());
    RespWriter.bulk(frame, name);
    return frame.writeBytes(in, in.readerIndex() + afterName, rest);
  }
}

package io.vodis.proxy.command;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespLimits;
import io.vodis.resp.RespWriter;
import java.util.List;

/** Requests as a session has them. */
final class Requests {

  private Requests() {}

  static ByteBuf frame(List<String> args) {
    ByteBuf in = Unpooled.buffer();
    RespWriter.arrayHeader(in, args.size());
    args.forEach(arg -> RespWriter.bulk(in, arg));
    return in;
  }

  /** A decoder that stands on that request. */
  static RequestDecoder decoded(ByteBuf frame) {
    RequestDecoder request = new RequestDecoder(RespLimits.defaults());
    if (request.decode(frame) != RequestDecoder.Progress.FRAME) {
      throw new IllegalArgumentException("not one request");
    }
    return request;
  }
}

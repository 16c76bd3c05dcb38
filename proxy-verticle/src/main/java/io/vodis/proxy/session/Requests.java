package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.vodis.resp.RequestDecoder;

/** Requests that are there as a whole. */
public final class Requests {

  private Requests() {}

  /** Has the decoder stand on a frame; an argument may be large enough to be reported first. */
  static void decodeWhole(RequestDecoder decoder, ByteBuf frame) {
    decoder.reset();
    if (decoder.decode(frame) == RequestDecoder.Progress.LARGE) {
      decoder.decode(frame);
    }
  }
}

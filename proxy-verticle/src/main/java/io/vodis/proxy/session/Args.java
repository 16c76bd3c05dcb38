package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.vodis.resp.RequestDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Arguments of the request a decoder stands on, as values; for commands answered here. */
public final class Args {

  private Args() {}

  public static byte[] bytes(ByteBuf in, RequestDecoder request, int arg) {
    return bytes(in, request, arg, Integer.MAX_VALUE);
  }

  public static byte[] bytes(ByteBuf in, RequestDecoder request, int arg, int most) {
    byte[] bytes = new byte[Math.min(most, request.argLength(arg))];
    in.getBytes(in.readerIndex() + request.argOffset(arg), bytes);
    return bytes;
  }

  public static String text(ByteBuf in, RequestDecoder request, int arg) {
    return in.toString(
        in.readerIndex() + request.argOffset(arg), request.argLength(arg), StandardCharsets.UTF_8);
  }

  /** In lower case, one character per byte, as commands are named. */
  static String name(ByteBuf in, RequestDecoder request, int arg) {
    return in.toString(
            in.readerIndex() + request.argOffset(arg),
            request.argLength(arg),
            StandardCharsets.ISO_8859_1)
        .toLowerCase(Locale.ROOT);
  }

  public static String lower(ByteBuf in, RequestDecoder request, int arg) {
    return text(in, request, arg).toLowerCase(Locale.ROOT);
  }
}

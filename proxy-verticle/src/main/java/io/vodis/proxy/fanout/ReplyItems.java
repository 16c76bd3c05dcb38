package io.vodis.proxy.fanout;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.resp.ReplyDecoder;
import io.vodis.resp.RespLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes whole replies apart. Pure. */
public final class ReplyItems {

  private ReplyItems() {}

  /** The elements of an array, each a whole reply; null if it is not one. */
  public static @Nullable List<byte[]> of(ByteBuf in, int offset, int length) {
    if (in.getByte(offset) != '*' || in.getByte(offset + 1) == '-') {
      return null;
    }
    RespLimits stock = RespLimits.defaults();
    ReplyDecoder decoder =
        new ReplyDecoder(
            new RespLimits(
                stock.inlineBytesMax(),
                stock.bulkBytesMax(),
                stock.argCountMax(),
                stock.depthMax(),
                Integer.MAX_VALUE));
    int headEnd = in.indexOf(offset, offset + length, (byte) '\n') + 1;
    ByteBuf rest = in.slice(headEnd, offset + length - headEnd);
    List<byte[]> elements = new ArrayList<>();
    while (rest.isReadable() && decoder.decode(rest) == ReplyDecoder.Progress.FRAME) {
      byte[] element = new byte[decoder.frameLength()];
      rest.readBytes(element);
      elements.add(element);
      decoder.reset();
    }
    return elements;
  }

  /** As above, of a reply that stands alone; none if it is no array. */
  public static List<byte[]> of(byte[] reply) {
    List<byte[]> items = of(Unpooled.wrappedBuffer(reply), 0, reply.length);
    return items == null ? List.of() : items;
  }

  /** What a bulk string holds; null if the reply is none. */
  public static byte @Nullable [] bulk(byte[] reply) {
    if (reply[0] != '$' || reply[1] == '-') {
      return null;
    }
    int from = 0;
    while (reply[from] != '\n') {
      from++;
    }
    byte[] bytes = new byte[reply.length - from - 3];
    System.arraycopy(reply, from + 1, bytes, 0, bytes.length);
    return bytes;
  }

  /** As above, as text; empty if the reply is no bulk string. */
  public static String text(byte[] reply) {
    byte[] bytes = bulk(reply);
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }
}

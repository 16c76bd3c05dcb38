package io.vodis.proxy.tracking;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.proxy.session.ClientLine;
import io.vodis.proxy.session.Session;
import io.vodis.resp.Protocol;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What a tracking client is told: an array of keys, or nothing, which stands for all keys. */
final class Invalidation {

  private static final byte[] HEAD =
      ">2\r\n$10\r\ninvalidate\r\n".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] CHANNEL_HEAD =
      "*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n".getBytes(StandardCharsets.US_ASCII);

  private Invalidation() {}

  /** The keys in a server's push message, as RESP; null: forget all. */
  static byte @Nullable [] keys(ByteBuf in, int offset, int length) {
    int begin = offset + HEAD.length;
    if (in.getByte(begin) != '*') {
      return null;
    }
    byte[] keys = new byte[length - HEAD.length];
    in.getBytes(begin, keys);
    return keys;
  }

  /** Whether a push message of a server is an invalidation. */
  static boolean isOne(ByteBuf in, int offset, int length) {
    if (length <= HEAD.length) {
      return false;
    }
    for (int i = 0; i < HEAD.length; i++) {
      if (in.getByte(offset + i) != HEAD[i]) {
        return false;
      }
    }
    return true;
  }

  /** Tells a client, in the form it understands; one that understands none is told nothing. */
  static void tell(Session client, byte @Nullable [] keys) {
    boolean pushes = client.protocol() == Protocol.RESP3;
    if (!pushes && !ClientLine.of(client).isPubsub()) {
      return;
    }
    ByteBuf message = Unpooled.buffer(64 + (keys == null ? 0 : keys.length));
    message.writeBytes(pushes ? HEAD : CHANNEL_HEAD);
    if (keys != null) {
      message.writeBytes(keys);
    } else {
      client.protocol().nil(message);
    }
    client.push(message, 0, message.readableBytes());
    client.endCopies();
  }

  /** Tells a client that nobody gets its invalidations. */
  static void tellBroken(Session client, long redirect) {
    if (client.protocol() == Protocol.RESP3) {
      ByteBuf message = Unpooled.buffer(64);
      client.protocol().pushHeader(message, 2);
      RespWriter.bulk(message, "tracking-redir-broken");
      RespWriter.integer(message, redirect);
      client.push(message, 0, message.readableBytes());
      client.endCopies();
    }
  }
}

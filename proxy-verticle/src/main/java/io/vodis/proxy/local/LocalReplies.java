package io.vodis.proxy.local;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.session.Session;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Replies that many commands share. */
public final class LocalReplies {

  static final byte[] OK = "+OK\r\n".getBytes(StandardCharsets.US_ASCII);

  private LocalReplies() {}

  static ByteBuf buffer(int bytes) {
    return RespSocket.ALLOCATOR.directBuffer(bytes);
  }

  static ByteBuf of(byte[] reply) {
    return buffer(reply.length).writeBytes(reply);
  }

  static ByteBuf integer(long value) {
    ByteBuf out = buffer(32);
    RespWriter.integer(out, value);
    return out;
  }

  /** A text for people: verbatim in RESP3. */
  static ByteBuf text(Session session, String text) {
    ByteBuf out = buffer(text.length() + 32);
    session.protocol().text(out, text);
    return out;
  }

  static ByteBuf bulk(String text) {
    ByteBuf out = buffer(text.length() + 32);
    RespWriter.bulk(out, text);
    return out;
  }

  /** An array of bulk strings. */
  static ByteBuf bulks(List<String> texts) {
    ByteBuf out = buffer(256);
    RespWriter.arrayHeader(out, texts.size());
    texts.forEach(text -> RespWriter.bulk(out, text));
    return out;
  }

  /** An array of statuses, as HELP answers. */
  static ByteBuf lines(List<String> lines) {
    ByteBuf out = buffer(512);
    RespWriter.arrayHeader(out, lines.size());
    lines.forEach(line -> RespWriter.simple(out, line));
    return out;
  }
}

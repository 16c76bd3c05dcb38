package io.vodis.proxy.fanout;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.resp.RespWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The reply of a server to SCAN or KEYS, read. Pure. */
public final class KeyPage {

  private final long cursor;
  private final List<byte[]> keys;

  private KeyPage(long cursor, List<byte[]> keys) {
    this.cursor = cursor;
    this.keys = keys;
  }

  /** Reads {@code *2 $cursor *n $key ...}; null if it is something else. */
  public static @Nullable KeyPage ofScan(byte[] reply) {
    int cursorLine = next(reply, 0);
    if (reply[0] != '*' || Merge.number(reply, 1) != 2 || reply[cursorLine] != '$') {
      return null;
    }
    int digits = next(reply, cursorLine);
    long cursor = 0;
    for (int at = digits; reply[at] != '\r'; at++) {
      cursor = cursor * 10 + (reply[at] - '0');
    }
    List<byte[]> keys = keys(reply, next(reply, digits));
    return keys == null ? null : new KeyPage(cursor, keys);
  }

  /** Reads {@code *n $key ...}; null if it is something else. */
  public static @Nullable List<byte[]> keys(byte[] reply, int from) {
    if (reply[from] != '*') {
      return null;
    }
    long count = Merge.number(reply, from + 1);
    List<byte[]> keys = new ArrayList<>((int) count);
    int at = next(reply, from);
    for (long i = 0; i < count; i++) {
      if (reply[at] != '$') {
        return null;
      }
      int length = (int) Merge.number(reply, at + 1);
      int begin = next(reply, at);
      keys.add(Arrays.copyOfRange(reply, begin, begin + length));
      at = begin + length + 2;
    }
    return keys;
  }

  /** Where the next line begins. */
  private static int next(byte[] reply, int from) {
    int at = from;
    while (reply[at] != '\n') {
      at++;
    }
    return at + 1;
  }

  /** The server's cursor, unsigned. */
  public long cursor() {
    return cursor;
  }

  public List<byte[]> keys() {
    return keys;
  }

  /** A page for the client; its cursor is never negative. */
  public static ByteBuf page(long cursor, List<byte[]> keys) {
    ByteBuf out = RespSocket.ALLOCATOR.directBuffer(64 + 32 * keys.size());
    RespWriter.arrayHeader(out, 2);
    RespWriter.bulk(out, cursor);
    return keys(out, keys);
  }

  /** Keys as an array. */
  public static ByteBuf keys(List<byte[]> keys) {
    return keys(RespSocket.ALLOCATOR.directBuffer(64 + 32 * keys.size()), keys);
  }

  private static ByteBuf keys(ByteBuf out, List<byte[]> keys) {
    RespWriter.arrayHeader(out, keys.size());
    keys.forEach(key -> RespWriter.bulk(out, key));
    return out;
  }
}

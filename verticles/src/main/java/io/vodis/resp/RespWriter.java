package io.vodis.resp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/** Writes requests and replies. Numbers become digits in the buffer, never a String before. */
public final class RespWriter {

  private static final int CRLF = 0x0D0A;
  private static final byte[] LONG_MIN =
      String.valueOf(Long.MIN_VALUE).getBytes(StandardCharsets.US_ASCII);
  private static final byte[] OK = ascii("+OK\r\n");
  private static final byte[] PONG = ascii("+PONG\r\n");
  private static final byte[] NULL_BULK = ascii("$-1\r\n");
  private static final byte[] NULL_ARRAY = ascii("*-1\r\n");
  private static final byte[] NULL_RESP3 = ascii("_\r\n");

  private RespWriter() {}

  public static void ok(ByteBuf out) {
    out.writeBytes(OK);
  }

  public static void pong(ByteBuf out) {
    out.writeBytes(PONG);
  }

  /** {@code $-1}, the null of RESP2. */
  public static void nullBulk(ByteBuf out) {
    out.writeBytes(NULL_BULK);
  }

  /** {@code *-1}, the null array of RESP2. */
  public static void nullArray(ByteBuf out) {
    out.writeBytes(NULL_ARRAY);
  }

  /** {@code _}, the null of RESP3. */
  public static void nullResp3(ByteBuf out) {
    out.writeBytes(NULL_RESP3);
  }

  public static void arrayHeader(ByteBuf out, int count) {
    header(out, '*', count);
  }

  public static void setHeader(ByteBuf out, int count) {
    header(out, '~', count);
  }

  public static void pushHeader(ByteBuf out, int count) {
    header(out, '>', count);
  }

  /** The head of a RESP3 map of that many pairs. */
  public static void mapHeader(ByteBuf out, int pairs) {
    header(out, '%', pairs);
  }

  /** The head of a bulk string whose bytes and line end the caller writes. */
  public static void bulkHeader(ByteBuf out, int length) {
    header(out, '$', length);
  }

  public static void bulk(ByteBuf out, byte[] value) {
    header(out, '$', value.length);
    out.writeBytes(value);
    out.writeShort(CRLF);
  }

  /** A bulk string from a range of another buffer, whose indexes stay as they are. */
  public static void bulk(ByteBuf out, ByteBuf from, int offset, int length) {
    header(out, '$', length);
    out.writeBytes(from, offset, length);
    out.writeShort(CRLF);
  }

  public static void bulk(ByteBuf out, String value) {
    header(out, '$', ByteBufUtil.utf8Bytes(value));
    ByteBufUtil.writeUtf8(out, value);
    out.writeShort(CRLF);
  }

  /** A number as a bulk string, as commands take it. */
  public static void bulk(ByteBuf out, long value) {
    header(out, '$', digits(value));
    decimal(out, value);
    out.writeShort(CRLF);
  }

  public static void integer(ByteBuf out, long value) {
    header(out, ':', value);
  }

  /** A status; line ends in it become blanks, since they would end it early. */
  public static void simple(ByteBuf out, String text) {
    line(out, '+', text);
  }

  /** An error with its code, such as {@code ERR syntax error}; line ends become blanks. */
  public static void error(ByteBuf out, String text) {
    line(out, '-', text);
  }

  public static void bool(ByteBuf out, boolean value) {
    out.writeByte('#');
    out.writeByte(value ? 't' : 'f');
    out.writeShort(CRLF);
  }

  /** The number in decimal, nothing around it. */
  public static void decimal(ByteBuf out, long value) {
    if (value == Long.MIN_VALUE) {
      out.writeBytes(LONG_MIN);
      return;
    }
    long rest = value;
    if (rest < 0) {
      out.writeByte('-');
      rest = -rest;
    }
    if (rest < 10) {
      out.writeByte('0' + (int) rest);
      return;
    }
    int digits = digits(rest);
    int from = out.writerIndex();
    out.ensureWritable(digits);
    for (int at = from + digits - 1; at >= from; at--) {
      out.setByte(at, '0' + (int) (rest % 10));
      rest /= 10;
    }
    out.writerIndex(from + digits);
  }

  /** Characters of the number in decimal, the sign included. */
  public static int digits(long value) {
    if (value == Long.MIN_VALUE) {
      return LONG_MIN.length;
    }
    int digits = value < 0 ? 2 : 1;
    for (long rest = Math.abs(value); rest >= 10; rest /= 10) {
      digits++;
    }
    return digits;
  }

  private static void header(ByteBuf out, char marker, long number) {
    out.writeByte(marker);
    decimal(out, number);
    out.writeShort(CRLF);
  }

  private static void line(ByteBuf out, char marker, String text) {
    out.writeByte(marker);
    int from = out.writerIndex();
    out.writeCharSequence(text, StandardCharsets.UTF_8);
    for (int at = from; at < out.writerIndex(); at++) {
      byte b = out.getByte(at);
      if (b == '\r' || b == '\n') {
        out.setByte(at, ' ');
      }
    }
    out.writeShort(CRLF);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

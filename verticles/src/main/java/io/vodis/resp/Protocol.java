package io.vodis.resp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/**
 * The version of the protocol a connection speaks, and how it writes what the two have in different
 * forms. RESP2 shows a map as a flat array, a set as an array, a double as a bulk string, a boolean
 * as an integer.
 */
public enum Protocol {
  RESP2(2) {
    @Override
    public void mapHeader(ByteBuf out, int pairs) {
      RespWriter.arrayHeader(out, 2 * pairs);
    }

    @Override
    public void setHeader(ByteBuf out, int count) {
      RespWriter.arrayHeader(out, count);
    }

    @Override
    public void pushHeader(ByteBuf out, int count) {
      RespWriter.arrayHeader(out, count);
    }

    @Override
    public void nil(ByteBuf out) {
      RespWriter.nullBulk(out);
    }

    @Override
    public void nilArray(ByteBuf out) {
      RespWriter.nullArray(out);
    }

    @Override
    public void bool(ByteBuf out, boolean value) {
      RespWriter.integer(out, value ? 1 : 0);
    }

    @Override
    public void decimal(ByteBuf out, String number) {
      RespWriter.bulk(out, number);
    }

    @Override
    public void text(ByteBuf out, String text) {
      RespWriter.bulk(out, text);
    }
  },
  RESP3(3) {
    @Override
    public void mapHeader(ByteBuf out, int pairs) {
      RespWriter.mapHeader(out, pairs);
    }

    @Override
    public void setHeader(ByteBuf out, int count) {
      RespWriter.setHeader(out, count);
    }

    @Override
    public void pushHeader(ByteBuf out, int count) {
      RespWriter.pushHeader(out, count);
    }

    @Override
    public void nil(ByteBuf out) {
      RespWriter.nullResp3(out);
    }

    @Override
    public void nilArray(ByteBuf out) {
      RespWriter.nullResp3(out);
    }

    @Override
    public void bool(ByteBuf out, boolean value) {
      RespWriter.bool(out, value);
    }

    @Override
    public void decimal(ByteBuf out, String number) {
      out.writeByte(',');
      ByteBufUtil.writeAscii(out, number);
      out.writeBytes(CRLF);
    }

    @Override
    public void text(ByteBuf out, String text) {
      out.writeByte('=');
      RespWriter.decimal(out, ByteBufUtil.utf8Bytes(text) + 4L);
      out.writeBytes(CRLF);
      out.writeBytes(PLAIN_TEXT);
      ByteBufUtil.writeUtf8(out, text);
      out.writeBytes(CRLF);
    }
  };

  private static final byte[] CRLF = {'\r', '\n'};
  private static final byte[] PLAIN_TEXT = "txt:".getBytes(StandardCharsets.US_ASCII);

  private final int version;

  Protocol(int version) {
    this.version = version;
  }

  /** As HELLO counts: 2 or 3. */
  public int version() {
    return version;
  }

  /** The head of a map of that many pairs. */
  public abstract void mapHeader(ByteBuf out, int pairs);

  public abstract void setHeader(ByteBuf out, int count);

  /** The head of a message that answers no request; in RESP2 an array. */
  public abstract void pushHeader(ByteBuf out, int count);

  /** Nothing, where a string is expected. */
  public abstract void nil(ByteBuf out);

  /** Nothing, where an array is expected. */
  public abstract void nilArray(ByteBuf out);

  public abstract void bool(ByteBuf out, boolean value);

  /** A floating-point number in the digits given. */
  public abstract void decimal(ByteBuf out, String number);

  /** A text for people, such as INFO: verbatim in RESP3. */
  public abstract void text(ByteBuf out, String text);
}

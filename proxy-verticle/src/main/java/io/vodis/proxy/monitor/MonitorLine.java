package io.vodis.proxy.monitor;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.vodis.proxy.command.SecretArgs;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One request as Redis shows it.
 *
 * <pre>
 *   +1339518083.107412 [0 127.0.0.1:60866] "keys" "*"
 * </pre>
 *
 * Passwords are replaced by {@code (redacted)}.
 */
final class MonitorLine {

  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private static final int PIECE = 8 << 10;
  private static final byte BELL = 7;

  private MonitorLine() {}

  /** Appends the line of the request that {@code request} stands on. */
  static void write(
      ByteBuf out,
      long epochMicros,
      int database,
      String address,
      String command,
      ByteBuf in,
      RequestDecoder request) {
    out.writeByte('+');
    RespWriter.decimal(out, epochMicros / 1_000_000);
    out.writeByte('.');
    ByteBufUtil.writeAscii(out, String.format(Locale.ROOT, "%06d", epochMicros % 1_000_000));
    ByteBufUtil.writeAscii(out, " [" + database + " " + address + "]");
    SecretArgs secrets = new SecretArgs(command);
    for (int arg = 0; arg < request.argCount(); arg++) {
      out.writeByte(' ');
      int offset = in.readerIndex() + request.argOffset(arg);
      int length = request.argLength(arg);
      if (secrets.isSecret(in, request, arg)) {
        out.writeByte('"').writeBytes(SecretArgs.REDACTED).writeByte('"');
      } else {
        quote(out, in, offset, length);
      }
    }
    out.writeByte('\r').writeByte('\n');
  }

  /** As C programs write a string. A piece at a time: an argument may be very large. */
  private static void quote(ByteBuf out, ByteBuf in, int offset, int length) {
    byte[] plain = new byte[Math.min(length, PIECE)];
    byte[] quoted = new byte[4 * plain.length];
    out.writeByte('"');
    for (int done = 0; done < length; done += plain.length) {
      int here = Math.min(plain.length, length - done);
      in.getBytes(offset + done, plain, 0, here);
      out.writeBytes(quoted, 0, quote(plain, here, quoted));
    }
    out.writeByte('"');
  }

  private static int quote(byte[] plain, int length, byte[] quoted) {
    int end = 0;
    for (int i = 0; i < length; i++) {
      byte b = plain[i];
      int letter =
          switch (b) {
            case '\\', '"' -> b;
            case '\n' -> 'n';
            case '\r' -> 'r';
            case '\t' -> 't';
            case BELL -> 'a';
            case '\b' -> 'b';
            default -> 0;
          };
      if (letter != 0) {
        quoted[end++] = '\\';
        quoted[end++] = (byte) letter;
      } else if (b >= ' ' && b <= '~') {
        quoted[end++] = b;
      } else {
        quoted[end++] = '\\';
        quoted[end++] = 'x';
        quoted[end++] = HEX[b >> 4 & 15];
        quoted[end++] = HEX[b & 15];
      }
    }
    return end;
  }
}

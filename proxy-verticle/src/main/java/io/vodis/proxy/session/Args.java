package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.SecretArgs;
import io.vodis.resp.RequestDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

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

  /** What SLOWLOG shows of a request; passwords are redacted. */
  public static List<byte[]> forSlowLog(String command, ByteBuf in, RequestDecoder request) {
    int argCount = request.argCount();
    int kept = SlowLog.argsKept(argCount);
    List<byte[]> args = new ArrayList<>(kept);
    SecretArgs secrets = new SecretArgs(command);
    for (int arg = 0; arg < kept; arg++) {
      if (secrets.isSecret(in, request, arg)) {
        args.add(SecretArgs.REDACTED.clone());
        continue;
      }
      int length = request.argLength(arg);
      byte[] tail = SlowLog.moreBytes(length);
      byte[] start = bytes(in, request, arg, SlowLog.bytesKept(length));
      byte[] shown = Arrays.copyOf(start, start.length + tail.length);
      System.arraycopy(tail, 0, shown, start.length, tail.length);
      args.add(shown);
    }
    if (kept < argCount) {
      args.set(kept - 1, SlowLog.moreArgs(argCount));
    }
    return args;
  }

  public static String text(ByteBuf in, RequestDecoder request, int arg) {
    return in.toString(
        in.readerIndex() + request.argOffset(arg), request.argLength(arg), StandardCharsets.UTF_8);
  }

  /** In lower case, one character per byte, as commands are named. */
  public static String name(ByteBuf in, RequestDecoder request, int arg) {
    return in.toString(
            in.readerIndex() + request.argOffset(arg),
            request.argLength(arg),
            StandardCharsets.ISO_8859_1)
        .toLowerCase(Locale.ROOT);
  }

  /** A whole number as Redis reads one: no blanks, no leading zeros; null if it is none. */
  public static @Nullable Long number(ByteBuf in, RequestDecoder request, int arg) {
    return number(text(in, request, arg));
  }

  public static @Nullable Long number(String word) {
    if (!word.matches("0|-?[1-9]\\d{0,18}")) {
      return null;
    }
    try {
      return Long.valueOf(word);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** The whole request. */
  public static byte[] frame(ByteBuf in, int length) {
    byte[] frame = new byte[length];
    in.getBytes(in.readerIndex(), frame);
    return frame;
  }

  public static String lower(ByteBuf in, RequestDecoder request, int arg) {
    return text(in, request, arg).toLowerCase(Locale.ROOT);
  }
}

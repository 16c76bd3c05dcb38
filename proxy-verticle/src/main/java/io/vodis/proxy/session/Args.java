package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.SecretArgs;
import io.vodis.resp.RequestDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Arguments of the request a decoder stands on, as values; for commands answered here. */
public final class Args {

  /** As many arguments, and bytes of one, as Redis shows in SLOWLOG. */
  private static final int LOGGED_ARGS_MAX = 32;

  private static final int LOGGED_BYTES_MAX = 128;

  private Args() {}

  public static byte[] bytes(ByteBuf in, RequestDecoder request, int arg) {
    return bytes(in, request, arg, Integer.MAX_VALUE);
  }

  public static byte[] bytes(ByteBuf in, RequestDecoder request, int arg, int most) {
    byte[] bytes = new byte[Math.min(most, request.argLength(arg))];
    in.getBytes(in.readerIndex() + request.argOffset(arg), bytes);
    return bytes;
  }

  /** What SLOWLOG and COMMANDLOG show of a request; passwords are redacted. */
  public static List<byte[]> forCommandLog(String command, ByteBuf in, RequestDecoder request) {
    int argCount = request.argCount();
    int kept = Math.min(argCount, LOGGED_ARGS_MAX);
    List<byte[]> args = new ArrayList<>(kept);
    SecretArgs secrets = new SecretArgs(command);
    for (int arg = 0; arg < kept; arg++) {
      args.add(
          secrets.isSecret(in, request, arg)
              ? SecretArgs.REDACTED.clone()
              : logged(in, request, arg));
    }
    if (kept < argCount) {
      args.set(kept - 1, moreArgs(argCount - kept + 1));
    }
    return args;
  }

  /**
   * The same of a request with one key whose large argument is still arriving: what follows that is
   * not known yet.
   */
  public static List<byte[]> ofLargeRequest(ByteBuf in, RequestDecoder request) {
    int there = request.argCount() + 1;
    int kept = Math.min(there, LOGGED_ARGS_MAX - 1);
    List<byte[]> args = new ArrayList<>(kept + 1);
    for (int arg = 0; arg < kept; arg++) {
      args.add(logged(in, request, arg));
    }
    if (kept < request.declaredArgCount()) {
      args.add(moreArgs(request.declaredArgCount() - kept));
    }
    return args;
  }

  /** As much of an argument as is there and worth keeping, and how much more there is. */
  private static byte[] logged(ByteBuf in, RequestDecoder request, int arg) {
    int at = in.readerIndex() + request.argOffset(arg);
    int length = request.argLength(arg);
    int kept = Math.min(Math.min(length, LOGGED_BYTES_MAX), in.writerIndex() - at);
    byte[] tail = kept < length ? ascii("... (" + (length - kept) + " more bytes)") : new byte[0];
    byte[] shown = new byte[kept + tail.length];
    in.getBytes(at, shown, 0, kept);
    System.arraycopy(tail, 0, shown, kept, tail.length);
    return shown;
  }

  private static byte[] moreArgs(int count) {
    return ascii("... (" + count + " more arguments)");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
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

package io.vodis.proxy.command;

import io.netty.buffer.ByteBuf;
import io.vodis.resp.RequestDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/**
 * Which arguments of a request nobody is to read in MONITOR and SLOWLOG. Asked for each argument in
 * order: what one says may make the next a secret.
 */
public final class SecretArgs {

  /** What stands for one. */
  public static final byte[] REDACTED = "(redacted)".getBytes(StandardCharsets.US_ASCII);

  private static final Set<String> SECRET_SETTINGS =
      Set.of(
          "requirepass",
          "masterauth",
          "masteruser",
          "primaryauth",
          "primaryuser",
          "tls-key-file-pass",
          "tls-client-key-file-pass");

  private final String command;
  private int secretsToCome;

  /** For a command by its name in lower case; of a subcommand {@code container|subcommand}. */
  public SecretArgs(String command) {
    this.command = command;
  }

  /** Whether CONFIG must not show that setting. */
  public static boolean isSetting(String name) {
    return SECRET_SETTINGS.contains(name);
  }

  /** Whether the next argument of the request is secret. */
  public boolean isSecret(ByteBuf in, RequestDecoder request, int arg) {
    if (secretsToCome > 0) {
      secretsToCome--;
      return true;
    }
    switch (command) {
      case "auth" -> {
        return arg > 0;
      }
      case "acl|setuser" -> {
        return arg > 1;
      }
      case "hello" -> {
        if (arg > 1 && isAuth(in, request, arg)) {
          secretsToCome = 2;
        }
      }
      case "config|set" -> {
        if (arg > 1 && arg % 2 == 0 && isSetting(word(in, request, arg))) {
          secretsToCome = 1;
        }
      }
      default -> {
        // Everything may be read.
      }
    }
    return false;
  }

  private static boolean isAuth(ByteBuf in, RequestDecoder request, int arg) {
    return request.argLength(arg) == 4 && word(in, request, arg).equals("auth");
  }

  private static String word(ByteBuf in, RequestDecoder request, int arg) {
    return in.toString(
            in.readerIndex() + request.argOffset(arg),
            request.argLength(arg),
            StandardCharsets.ISO_8859_1)
        .toLowerCase(Locale.ROOT);
  }
}

package io.vodis.resp;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The errors clients see, in the words of Redis. Each constant is a whole reply, ready to be
 * written; do not change its bytes.
 */
public final class RespErrors {

  public static final byte[] SLOT_NOT_SERVED = reply("CLUSTERDOWN Hash slot not served");
  public static final byte[] CLUSTER_DOWN = reply("CLUSTERDOWN The cluster is down");
  public static final byte[] TRY_AGAIN =
      reply("TRYAGAIN Multiple keys request during rehashing of slot");
  public static final byte[] CROSS_SLOT =
      reply("CROSSSLOT Keys in request don't hash to the same slot");
  public static final byte[] NO_AUTH = reply("NOAUTH Authentication required.");
  public static final byte[] WRONG_PASS =
      reply("WRONGPASS invalid username-password pair or user is disabled.");
  public static final byte[] NO_PROTO = reply("NOPROTO unsupported protocol version");
  public static final byte[] MAX_CLIENTS = reply("ERR max number of clients reached");
  public static final byte[] SYNTAX = reply("ERR syntax error");
  public static final byte[] NOT_AN_INTEGER = reply("ERR value is not an integer or out of range");
  public static final byte[] DB_OUT_OF_RANGE = reply("ERR DB index is out of range");
  public static final byte[] INVALID_KEYS =
      reply("ERR The command has no key arguments or its keys cannot be told");
  public static final byte[] NO_KEY_SCRIPT =
      reply(
          "ERR a script without keys cannot be routed while several servers have the slots: name at"
              + " least one key, or allow it on any of them (command_policy, NAME=any-group)");

  /** As many bytes of the name, and of all arguments together, as Redis repeats in an error. */
  private static final int ECHO_BYTES_MAX = 128;

  private RespErrors() {}

  /** {@code ERR unknown command 'x', with args beginning with: 'a' 'b' }. */
  public static byte[] unknownCommand(byte[] name, List<byte[]> args) {
    StringBuilder text = new StringBuilder("ERR unknown command '");
    text.append(cut(name, ECHO_BYTES_MAX)).append("', with args beginning with: ");
    int from = text.length();
    for (byte[] arg : args) {
      int room = ECHO_BYTES_MAX - (text.length() - from);
      if (room <= 0) {
        break;
      }
      text.append('\'').append(cut(arg, room)).append("' ");
    }
    return reply(text.toString());
  }

  /** {@code ERR wrong number of arguments for 'x' command}. */
  public static byte[] wrongArity(String name) {
    return reply("ERR wrong number of arguments for '" + name + "' command");
  }

  /** {@code ERR unknown subcommand 'x'. Try CLIENT HELP.} */
  public static byte[] unknownSubcommand(String container, byte[] subcommand) {
    return reply(
        "ERR unknown subcommand '"
            + cut(subcommand, ECHO_BYTES_MAX)
            + "'. Try "
            + container.toUpperCase(java.util.Locale.ROOT)
            + " HELP.");
  }

  /** {@code ERR unknown subcommand or wrong number of arguments for 'x'. Try CLIENT HELP.} */
  public static byte[] subcommandSyntax(String container, byte[] subcommand) {
    return reply(
        "ERR unknown subcommand or wrong number of arguments for '"
            + cut(subcommand, ECHO_BYTES_MAX)
            + "'. Try "
            + container.toUpperCase(java.util.Locale.ROOT)
            + " HELP.");
  }

  /** Known to Redis, but not offered behind this proxy. */
  public static byte[] unsupported(String name) {
    return reply("ERR command '" + name + "' is not supported by this proxy");
  }

  /** Never offered: it would change or stop a server behind everybody's back. */
  public static byte[] denied(String name) {
    return reply("NOPERM command '" + name + "' is not allowed through this proxy");
  }

  /** What {@link RequestDecoder#error()} says, as a reply. */
  public static byte[] protocol(String error) {
    return reply("ERR " + error);
  }

  /** Any error text with its code, as a whole reply; line ends become blanks. */
  public static byte[] reply(String text) {
    byte[] bytes = ("-" + text + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < bytes.length - 2; i++) {
      if (bytes[i] == '\r' || bytes[i] == '\n') {
        bytes[i] = ' ';
      }
    }
    return bytes;
  }

  /** At most that many bytes, one character each, up to the first zero byte as C does. */
  private static String cut(byte[] bytes, int bytesMax) {
    int length = 0;
    while (length < bytes.length && length < bytesMax && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
  }
}

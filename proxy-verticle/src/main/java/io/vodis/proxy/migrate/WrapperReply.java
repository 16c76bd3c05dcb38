package io.vodis.proxy.migrate;

/**
 * The reply of {@code SLOTSMGRT-EXEC-WRAPPER}: a code, and behind it the reply of the command or an
 * error.
 *
 * @param offset of what is behind the code
 */
public record WrapperReply(int code, int offset) {

  /** The key is not on the source. */
  public static final int NO_KEY = 0;

  /** The key is being sent, and the command might change it. */
  public static final int UNDER_WAY = 1;

  /** What follows is the command's own reply. */
  public static final int EXECUTED = 2;

  /** The command was not executed, whatever the reason. */
  public static final int REFUSED = -1;

  private static final String HEADER = "*2\r\n:";

  /** Reads one; {@link #REFUSED} of anything else. */
  public static WrapperReply of(String reply) {
    int end = reply.indexOf('\r', HEADER.length());
    if (!reply.startsWith(HEADER) || end < 0 || end > HEADER.length() + 2) {
      return new WrapperReply(REFUSED, 0);
    }
    return switch (reply.substring(HEADER.length(), end)) {
      case "0" -> new WrapperReply(NO_KEY, end + 2);
      case "1" -> new WrapperReply(UNDER_WAY, end + 2);
      case "2" -> new WrapperReply(EXECUTED, end + 2);
      default -> new WrapperReply(REFUSED, end + 2);
    };
  }
}

package io.vodis.redis;

/**
 * How often a server has answered with an error, from {@code INFO errorstats} (Redis 6.2). Pure.
 */
public final class ErrorCounts {

  private ErrorCounts() {}

  /**
   * How many attempts of MIGRATE have ended without being known to have ended on the target. The
   * server counts each before it executes any other command.
   *
   * @return 0 if there was none, or the server does not count
   */
  public static long failedMoves(String info) {
    String field = "errorstat_IOERR:count=";
    int at = info.indexOf(field);
    if (at < 0) {
      return 0;
    }
    long count = 0;
    for (int i = at + field.length(); i < info.length(); i++) {
      int digit = info.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      count = count * 10 + digit;
    }
    return count;
  }
}

package io.vodis.proxy.session;

/**
 * The bytes of replies that wait for clients which take too little, all of a loop together. As long
 * as there is room each may have as many as session_max_output allows. When there is none left, a
 * client that has more than an equal share is disconnected, as Redis does beyond maxmemory-clients:
 * many that take nothing must not use up the memory in which the replies to all others are read.
 */
final class OutputBudget {

  /** Less would hit clients that are merely not the fastest. */
  private static final long SHARE_BYTES_MIN = 1 << 20;

  private final long bytesMax;
  private long bytes;
  private int clients;

  OutputBudget(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** Of one client; nothing waits for it yet. */
  Part newPart() {
    return new Part();
  }

  /** What waits for one client. */
  final class Part {

    private long waiting;

    /** So many bytes wait for it now; none if it takes what is written, or has gone. */
    void set(long now) {
      bytes += now - waiting;
      clients += Long.signum(now) - Long.signum(waiting);
      waiting = now;
    }

    /** It takes less than is written, of which so much waits now. */
    void onCongested(Session session, long now, SessionEnvironment env) {
      set(now);
      if (isTooMuch()) {
        // Not read any further it would hold up those whose replies come over the same connections.
        session.closeOverLimit("it leaves " + now + " bytes of replies, and all together too many");
      } else if (now > env.limits().maxOutputBytes()) {
        env.stats().outputStops++;
        session.stop(Stop.OUTPUT);
      }
    }

    /** Whether that is too much for what is left to all. */
    boolean isTooMuch() {
      return bytes > bytesMax
          && waiting > Math.max(SHARE_BYTES_MIN, bytesMax / Math.max(1, clients));
    }
  }
}

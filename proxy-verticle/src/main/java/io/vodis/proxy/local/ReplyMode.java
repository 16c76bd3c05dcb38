package io.vodis.proxy.local;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionState;
import org.jspecify.annotations.Nullable;

/**
 * CLIENT REPLY OFF or SKIP: the session's requests are handled as ever, but not answered. It begins
 * and ends only while nothing is unanswered, so that it is a state of the session and not of each
 * request.
 */
public final class ReplyMode implements SessionState {

  private final Session session;

  /** Requests that are still not to be answered; negative for all. */
  private int left;

  private ReplyMode(Session session, int left) {
    this.session = session;
    this.left = left;
  }

  /** No more replies from now on. */
  static void off(Session session) {
    on(session);
    begin(session, -1);
  }

  /** No reply to the next request; without effect if there are none anyway. */
  static void skipNext(Session session) {
    if (session.state(ReplyMode.class) == null) {
      begin(session, 1);
    }
  }

  /** Replies again. */
  static void on(Session session) {
    ReplyMode mode = session.state(ReplyMode.class);
    if (mode != null) {
      session.end(mode);
      mode.onEnd();
    }
  }

  private static void begin(Session session, int left) {
    session.replies().silence(true);
    session.begin(new ReplyMode(session, left));
  }

  @Override
  public Verdict intercept(Session of, @Nullable CommandSpec spec, ByteBuf in, int length) {
    if (left < 0) {
      return Verdict.PASS;
    }
    if (left > 0) {
      left--;
      return Verdict.PASS;
    }
    if (session.awaitsEarlierReplies()) {
      return Verdict.STALLED;
    }
    on(session);
    return Verdict.PASS;
  }

  @Override
  public boolean delaysDrain() {
    return false;
  }

  @Override
  public void onEnd() {
    session.replies().silence(false);
  }
}

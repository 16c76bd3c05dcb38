package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import org.jspecify.annotations.Nullable;

/**
 * What changes how a session's requests are handled for as long as it lasts: an open MULTI, watched
 * keys, subscriptions, tracking. While a session has any, no request takes the short way; each is
 * shown to all of them first, in the order in which they began.
 */
public interface SessionState {

  /** What became of a request that was shown. */
  enum Verdict {
    /** It is to be handled as if this state were not there. */
    PASS,
    /** It has been handled. */
    HANDLED,
    /** There is no room now; the session has been stopped and comes again with it. */
    STALLED
  }

  /** Looks at the request the session's decoder stands on. {@code spec} is null if unknown. */
  default Verdict intercept(Session session, @Nullable CommandSpec spec, ByteBuf in, int length) {
    return Verdict.PASS;
  }

  /** A request has been handled, whatever came of it; not called for one that comes again. */
  default void onHandled(Session session, @Nullable CommandSpec spec) {}

  /** The session has another protocol from here on. */
  default void onProtocol() {}

  /** Whether a client in it may say nothing for ever: it waits for messages. */
  default boolean listens() {
    return false;
  }

  /** Adds what CLIENT LIST shows of it. */
  default void describe(ClientLine line) {}

  /** Whether it keeps requests that may write, as an open transaction does. */
  default boolean holdsWrites() {
    return false;
  }

  /** Whether a proxy that is told to end lets the session go on until its bound, or not at all. */
  default boolean delaysDrain() {
    return true;
  }

  /** The proxy is stopping: what would go on for long is to be ended. */
  default void onDrain() {}

  /** The session ends, by its client or by ours; or RESET returns it to its beginning. */
  void onEnd();
}

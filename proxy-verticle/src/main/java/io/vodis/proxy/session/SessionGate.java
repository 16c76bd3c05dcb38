package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.script.ScriptFlags;
import org.jspecify.annotations.Nullable;

/**
 * What holds up the requests of a whole loop, or has them looked at more closely: CLIENT PAUSE, and
 * the time after a slow request. While it is not open no session takes the short way, so that the
 * short way itself need not ask.
 */
public final class SessionGate {

  /** Which requests a pause holds. */
  public enum Pause {
    NONE,
    /** Those that may write. */
    WRITE,
    ALL
  }

  private final SessionRegistry sessions;
  private Pause pause = Pause.NONE;
  private long pauseEndNanos;
  private @Nullable RequestFeed feed;
  private boolean close;
  private boolean alwaysClose;
  private long closeEndNanos;

  public SessionGate(SessionRegistry sessions) {
    this.sessions = sessions;
  }

  /** Whether requests may take the short way. */
  boolean isOpen() {
    return pause == Pause.NONE && !close && feed == null;
  }

  /** Who is shown every request, if anybody. */
  public @Nullable RequestFeed feed() {
    return feed;
  }

  /** Has every request shown from now on, or none. */
  public void feed(@Nullable RequestFeed to) {
    feed = to;
    update();
  }

  /** Whether the arguments of requests are to be kept. */
  public boolean looksClosely() {
    return close;
  }

  public Pause pause() {
    return pause;
  }

  /** How long the pause still lasts; 0 if there is none. */
  public long pauseLeftMillis(long now) {
    return pause == Pause.NONE ? 0 : Math.max(0, (pauseEndNanos - now) / 1_000_000);
  }

  /** Pauses; a pause that runs already becomes neither shorter nor weaker. */
  public void pause(Pause what, long endNanos) {
    pauseEndNanos = pause == Pause.NONE || endNanos - pauseEndNanos > 0 ? endNanos : pauseEndNanos;
    pause = what.compareTo(pause) > 0 ? what : pause;
    update();
  }

  /** Ends the pause; what it held goes on. */
  public void unpause() {
    if (pause != Pause.NONE) {
      pause = Pause.NONE;
      update();
      for (Session session : sessions.all()) {
        if (session.isStopped(Stop.PAUSED)) {
          session.unstop(Stop.PAUSED);
        }
      }
    }
  }

  /** Has the arguments of requests kept until then. */
  void lookCloselyUntil(long endNanos) {
    closeEndNanos = endNanos;
    if (!close) {
      close = true;
      update();
    }
  }

  /**
   * Has the arguments of all requests kept, because each may be worth an entry; or no longer, but
   * for as long as was said before.
   */
  public void lookCloselyAlways(boolean always, long now) {
    if (alwaysClose && !always && closeEndNanos - now < 0) {
      closeEndNanos = now;
    }
    alwaysClose = always;
    if (always && !close) {
      close = true;
      update();
    }
  }

  /** Ends what has lasted long enough. */
  public void tick(long now) {
    if (pause != Pause.NONE && now - pauseEndNanos >= 0) {
      unpause();
    }
    if (close && !alwaysClose && now - closeEndNanos >= 0) {
      close = false;
      update();
    }
  }

  private void update() {
    sessions.all().forEach(Session::updateShortWay);
  }

  /** Whether a request has to wait for the end of the pause. */
  public boolean holds(Session session, @Nullable CommandSpec spec, ByteBuf in) {
    if (pause == Pause.NONE
        || spec == null
        || !session.authenticated()
        || session.isReplaying()
        || !spec.acceptsArgCount(session.decoder().argCount())
        || spec.name().equals("client|unpause")) {
      return false;
    }
    return pause == Pause.ALL || mayWrite(session, spec, in);
  }

  /** Whether a pause of writes concerns the request the session's decoder stands on. */
  public static boolean mayWrite(Session session, CommandSpec spec, ByteBuf in) {
    return switch (spec.name()) {
      case "exec" -> session.states().stream().anyMatch(SessionState::holdsWrites);
      // A message goes to replicas, and so may what PFCOUNT has worked out.
      case "publish", "spublish", "pfcount" -> true;
      case "eval" -> !ScriptFlags.neverWrites(Args.bytes(in, session.decoder(), 1));
      case "evalsha" -> {
        String sha1 = Args.lower(in, session.decoder(), 1);
        byte[] body = session.environment().scripts().body(sha1);
        yield body == null || !ScriptFlags.neverWrites(body);
      }
      default -> spec.write();
    };
  }
}

package io.vodis.proxy.local;

import io.vodis.proxy.session.ClientLine;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionEnvironment;
import io.vodis.proxy.session.SessionGate;
import java.util.List;

/** How many sessions of a loop are in which state, for INFO clients. */
public record LoopCounts(
    int blocked,
    int paused,
    int tracking,
    int subscribed,
    int watching,
    SessionGate.Pause pause,
    long pauseLeftMillis) {

  static LoopCounts of(SessionEnvironment env) {
    int blocked = 0;
    int paused = 0;
    int tracking = 0;
    int subscribed = 0;
    int watching = 0;
    for (Session session : env.sessions().all()) {
      ClientLine line = ClientLine.of(session);
      paused += line.isPaused() ? 1 : 0;
      blocked += line.has('b') && !line.isPaused() ? 1 : 0;
      tracking += line.has('t') ? 1 : 0;
      subscribed += line.has('P') ? 1 : 0;
      watching += line.watches() ? 1 : 0;
    }
    return new LoopCounts(
        blocked,
        paused,
        tracking,
        subscribed,
        watching,
        env.gate().pause(),
        env.gate().pauseLeftMillis(env.clock().refresh()));
  }

  static LoopCounts sum(List<LoopCounts> loops) {
    return loops.stream()
        .reduce(
            new LoopCounts(0, 0, 0, 0, 0, SessionGate.Pause.NONE, 0),
            (a, b) ->
                new LoopCounts(
                    a.blocked + b.blocked,
                    a.paused + b.paused,
                    a.tracking + b.tracking,
                    a.subscribed + b.subscribed,
                    a.watching + b.watching,
                    a.pause.compareTo(b.pause) > 0 ? a.pause : b.pause,
                    Math.max(a.pauseLeftMillis, b.pauseLeftMillis)));
  }
}

package io.vodis.proxy.backend;

import io.vodis.proxy.loop.CopyRun;
import io.vodis.proxy.loop.FlushQueue;
import io.vodis.proxy.loop.LoopClock;
import io.vodis.resp.RespLimits;
import org.jspecify.annotations.Nullable;

/**
 * What all backend connections of one loop share.
 *
 * @param own what is special about them if they belong to one session
 * @param onRoom told when a connection that had refused requests takes them again
 * @param busy told of servers that a script keeps busy
 * @param givenUp names the connections and hears of those given up; null if nobody needs to know
 */
public record BackendEnvironment(
    BackendLimits limits,
    RespLimits respLimits,
    LoopClock clock,
    FlushQueue flushes,
    CopyRun copies,
    Connector connector,
    Runnable onRoom,
    BusyServers busy,
    @Nullable GivenUp givenUp,
    @Nullable PrivateLine own) {

  /** For connections that sessions share. */
  public BackendEnvironment(
      BackendLimits limits,
      RespLimits respLimits,
      LoopClock clock,
      FlushQueue flushes,
      CopyRun copies,
      Connector connector,
      Runnable onRoom,
      BusyServers busy,
      @Nullable GivenUp givenUp) {
    this(limits, respLimits, clock, flushes, copies, connector, onRoom, busy, givenUp, null);
  }

  /** The same, for the connections of one session. */
  public BackendEnvironment forOneSession(PrivateLine special) {
    return new BackendEnvironment(
        limits, respLimits, clock, flushes, copies, connector, onRoom, busy, givenUp, special);
  }
}

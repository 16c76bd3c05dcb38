package io.vodis.proxy.backend;

import io.vodis.proxy.loop.CopyRun;
import io.vodis.proxy.loop.FlushQueue;
import io.vodis.proxy.loop.LoopClock;
import io.vodis.resp.RespLimits;

/**
 * What all backend connections of one loop share.
 *
 * @param onRoom told when a connection that had refused requests takes them again
 */
public record BackendEnvironment(
    BackendLimits limits,
    RespLimits respLimits,
    LoopClock clock,
    FlushQueue flushes,
    CopyRun copies,
    Connector connector,
    Runnable onRoom) {}

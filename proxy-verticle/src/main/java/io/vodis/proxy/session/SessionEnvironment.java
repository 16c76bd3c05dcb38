package io.vodis.proxy.session;

import io.vodis.proxy.backend.BusyServers;
import io.vodis.proxy.command.KeyLocator;
import io.vodis.proxy.command.LiveCommands;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.loop.CopyRun;
import io.vodis.proxy.loop.FlushQueue;
import io.vodis.proxy.loop.LoopClock;
import io.vodis.proxy.script.ScriptSender;
import io.vodis.proxy.script.ScriptStore;
import io.vodis.proxy.stats.CommandLogs;
import io.vodis.proxy.stats.LoopStats;
import io.vodis.proxy.stats.ServerSettings;

/** What all sessions of one loop share. */
public record SessionEnvironment(
    LoopSettings settings,
    LoopClock clock,
    FlushQueue flushes,
    CopyRun copies,
    Dispatcher dispatcher,
    LiveCommands commands,
    KeyLocator locator,
    LoopStats stats,
    SessionRegistry sessions,
    SessionGate gate,
    CommandLogs commandLogs,
    RequestFeed monitors,
    ScriptStore scripts,
    ScriptSender scriptSender,
    BusyServers busyServers,
    RequestHandler handler) {

  /** The bounds of sessions in force. */
  SessionLimits limits() {
    return settings.limits();
  }

  /** Puts other settings in force on this loop. */
  public void apply(SessionLimits newLimits, ServerSettings newServer) {
    settings.replace(newLimits, newServer);
    stats.lookFromNanos = newServer.commandLog().lookFromNanos();
    gate.lookCloselyAlways(newServer.commandLog().looksAtAll(), clock.nowNanos());
    commandLogs.apply(newServer.commandLog());
  }
}

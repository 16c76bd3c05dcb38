package io.vodis.proxy.stats;

import io.vodis.proxy.command.CommandSpec;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What COMMANDLOG of one loop keeps, and SLOWLOG as a part of it. Nobody asks for the size of a
 * short request or reply on its way: with thresholds above {@link
 * CommandLogSettings#ONE_READ_BYTES_MAX} only what comes in several pieces can be large, and with
 * lower ones no request takes the short way.
 */
public final class CommandLogs {

  /** More than arrives in one read, so a request that grows is watched before it is large. */
  private static final int READ_BYTES_MAX = 128 << 10;

  private final Map<CommandLog.Kind, CommandLog> logs = new EnumMap<>(CommandLog.Kind.class);
  private CommandLogSettings settings;

  // Of the settings; here as well, for the first is read for each request off the short way.
  private long requestFromBytes;
  private long replyFromBytes;

  public CommandLogs(int loopIndex, int loopCount, CommandLogSettings settings) {
    this.settings = settings;
    for (CommandLog.Kind kind : CommandLog.Kind.values()) {
      logs.put(kind, new CommandLog(loopIndex, loopCount, settings.of(kind).most()));
    }
    requestFromBytes = settings.largeRequest().from();
    replyFromBytes = settings.largeReply().from();
  }

  /** Other thresholds and lengths are in force from now on. */
  public void apply(CommandLogSettings newSettings) {
    settings = newSettings;
    requestFromBytes = newSettings.largeRequest().from();
    replyFromBytes = newSettings.largeReply().from();
    logs.forEach((kind, log) -> log.keep(newSettings.of(kind).most()));
  }

  /** One of the lists. */
  public CommandLog of(CommandLog.Kind kind) {
    CommandLog log = logs.get(kind);
    if (log == null) {
      throw new IllegalStateException("no log of " + kind);
    }
    return log;
  }

  /** A request of which so much is there may become large. */
  public long watchFromBytes() {
    return requestFromBytes - READ_BYTES_MAX;
  }

  /** Whether a request of that length is large. */
  public boolean isLargeRequest(long bytes) {
    return bytes >= requestFromBytes;
  }

  /** Whether a reply of that length is large. */
  public boolean isLargeReply(long bytes) {
    return bytes >= replyFromBytes;
  }

  /** Whether an answer came late; that of a command that may wait has been asked to. */
  public boolean isSlow(CommandSpec spec, long took) {
    long slowFrom = settings.slow().from();
    return took >= slowFrom && (slowFrom <= 0 || !spec.mayBlock());
  }

  /** Adds an entry, unless the command is not to be shown; says whether it did. */
  public boolean note(
      CommandLog.Kind kind,
      CommandSpec spec,
      List<byte[]> args,
      long value,
      String address,
      String clientName) {
    // Redis and Valkey have a flag each for what is not to be shown.
    if (spec.hasFlag("skip_slowlog") || spec.hasFlag("skip_commandlog")) {
      return false;
    }
    of(kind).note(spec, args, value, Instant.now().getEpochSecond(), address, clientName);
    return true;
  }
}

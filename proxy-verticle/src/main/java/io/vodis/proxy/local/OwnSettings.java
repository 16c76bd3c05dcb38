package io.vodis.proxy.local;

import io.vodis.config.ByteSize;
import io.vodis.config.Durations;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.SessionLimits;
import io.vodis.proxy.stats.CommandLogSettings;
import io.vodis.proxy.stats.ServerSettings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The settings that CONFIG GET and CONFIG SET know as the proxy's own: those Redis has too under
 * its names and in its units, and those of the configuration file under theirs.
 */
public final class OwnSettings {

  /** Both parts of a loop's settings. */
  record Both(SessionLimits limits, ServerSettings server) {
    Both with(SessionLimits other) {
      return new Both(other, server);
    }

    Both with(ServerSettings other) {
      return new Both(limits, other);
    }

    Both with(CommandLogSettings log) {
      return with(server.with(log));
    }
  }

  /**
   * One of them.
   *
   * @param set what the settings are with another value; null if it cannot be changed. Throws
   *     {@link IllegalArgumentException} with what is wrong with the value
   */
  record Setting(Function<Both, String> get, @Nullable BiFunction<Both, String, Both> set) {

    /** The settings with this value of it; one that cannot be changed may keep its own. */
    Both with(Both from, String value) {
      if (get.apply(from).equals(value)) {
        return from;
      }
      if (set == null) {
        throw new IllegalArgumentException("can't set immutable config");
      }
      return set.apply(from, value);
    }
  }

  private final Map<String, Setting> byName = new LinkedHashMap<>();

  OwnSettings(int port) {
    fixed("bind", both -> "");
    add(
        "port",
        both -> Integer.toString(port),
        (both, text) -> {
          throw new IllegalArgumentException(
              "Unable to listen on this port: a proxy keeps its own while it runs");
        });
    fixed("databases", both -> Integer.toString(both.limits().databaseCount()));
    fixed("cluster-enabled", both -> both.server().clusterCompatible() ? "yes" : "no");
    fixed("proto-max-bulk-len", both -> Long.toString(both.limits().resp().bulkBytesMax()));
    add(
        "maxclients",
        both -> Integer.toString(both.server().maxClients()),
        (both, text) ->
            both.with(both.server().withMaxClients((int) number(text, 1, Integer.MAX_VALUE))));
    add(
        "timeout",
        both -> Long.toString(both.limits().recvTimeoutNanos() / 1_000_000_000),
        (both, text) ->
            both.with(
                both.limits()
                    .withRecvTimeout(number(text, 0, Integer.MAX_VALUE) * 1_000_000_000L)));
    add(
        "tcp-keepalive",
        both -> Integer.toString(both.limits().keepAliveSeconds()),
        (both, text) ->
            both.with(both.limits().withKeepAlive((int) number(text, 0, Integer.MAX_VALUE))));
    addCommandLog();
    addOfFile();
  }

  /** Redis has the first two; Valkey since 8.1 all, the first two by another name as well. */
  private void addCommandLog() {
    for (String name : List.of("slowlog-log-slower-than", "commandlog-execution-slower-than")) {
      log(
          name,
          log -> Math.floorDiv(log.slowNanos(), 1000),
          (log, text) -> log.withSlowNanos(number(text, -1, Long.MAX_VALUE / 1_000_000) * 1000));
    }
    for (String name : List.of("slowlog-max-len", "commandlog-slow-execution-max-len")) {
      log(name, log -> (long) log.slowMax(), (log, text) -> log.withSlowMax(length(text)));
    }
    log(
        "commandlog-request-larger-than",
        CommandLogSettings::requestBytes,
        (log, text) -> log.withRequestBytes(number(text, -1, Long.MAX_VALUE)));
    log(
        "commandlog-large-request-max-len",
        log -> (long) log.requestMax(),
        (log, text) -> log.withRequestMax(length(text)));
    log(
        "commandlog-reply-larger-than",
        CommandLogSettings::replyBytes,
        (log, text) -> log.withReplyBytes(number(text, -1, Long.MAX_VALUE)));
    log(
        "commandlog-large-reply-max-len",
        log -> (long) log.replyMax(),
        (log, text) -> log.withReplyMax(length(text)));
  }

  private static int length(String text) {
    return (int) number(text, 0, 1 << 20);
  }

  private void addOfFile() {
    duration(
        "session_recv_timeout",
        both -> both.limits().recvTimeoutNanos(),
        (both, nanos) -> both.with(both.limits().withRecvTimeout(nanos)));
    duration(
        "session_send_timeout",
        both -> both.limits().sendTimeoutNanos(),
        (both, nanos) -> both.with(both.limits().withSendTimeout(nanos)));
    duration(
        "slowlog_log_slower_than",
        both -> Math.max(0, both.server().commandLog().slowNanos()),
        (both, nanos) -> both.with(both.server().commandLog().withSlowNanos(nanos)));
    duration(
        "slowlog_close_look",
        both -> both.server().commandLog().closeLookNanos(),
        (both, nanos) -> both.with(both.server().commandLog().withCloseLook(nanos)));
    logBytes(
        "commandlog_request_larger_than",
        CommandLogSettings::requestBytes,
        CommandLogSettings::withRequestBytes);
    logBytes(
        "commandlog_reply_larger_than",
        CommandLogSettings::replyBytes,
        CommandLogSettings::withReplyBytes);
    duration(
        "client_max_pause",
        both -> both.server().pauseMaxNanos(),
        (both, nanos) -> both.with(both.server().withPauseMax(nanos)));
    add(
        "session_max_pipeline",
        both -> Integer.toString(both.limits().maxPipeline()),
        (both, text) ->
            both.with(both.limits().withMaxPipeline((int) number(text, 1, Integer.MAX_VALUE))));
    add(
        "session_max_output",
        both -> new ByteSize(both.limits().maxOutputBytes()).toString(),
        (both, text) -> both.with(both.limits().withMaxOutput(bytes(text))));
    add(
        "session_max_request",
        both -> new ByteSize(both.limits().maxRequestBytes()).toString(),
        (both, text) -> both.with(both.limits().withMaxRequest(bytes(text))));
  }

  private void fixed(String name, Function<Both, String> get) {
    byName.put(name, new Setting(get, null));
  }

  private void add(String name, Function<Both, String> get, BiFunction<Both, String, Both> set) {
    byName.put(name, new Setting(get, set));
  }

  private void log(
      String name,
      Function<CommandLogSettings, Long> get,
      BiFunction<CommandLogSettings, String, CommandLogSettings> set) {
    add(
        name,
        both -> Long.toString(get.apply(both.server().commandLog())),
        (both, text) -> both.with(set.apply(both.server().commandLog(), text)));
  }

  private void logBytes(
      String name,
      Function<CommandLogSettings, Long> get,
      BiFunction<CommandLogSettings, Long, CommandLogSettings> set) {
    add(
        name,
        both -> new ByteSize(Math.max(0, get.apply(both.server().commandLog()))).toString(),
        (both, text) -> {
          long bytes = ByteSize.parse(text).bytes();
          if (bytes < 0) {
            throw new IllegalArgumentException("argument must not be negative");
          }
          return both.with(set.apply(both.server().commandLog(), bytes));
        });
  }

  private void duration(String name, Function<Both, Long> get, BiFunction<Both, Long, Both> set) {
    add(
        name,
        both -> Durations.render(Duration.ofNanos(get.apply(both))),
        (both, text) -> set.apply(both, Durations.parse(text).toNanos()));
  }

  private static long number(String text, long least, long most) {
    Long number = Args.number(text);
    if (number == null) {
      throw new IllegalArgumentException("argument couldn't be parsed into an integer");
    }
    if (number < least || number > most) {
      throw new IllegalArgumentException(
          "argument must be between " + least + " and " + most + " inclusive");
    }
    return number;
  }

  private static long bytes(String text) {
    long bytes = ByteSize.parse(text).bytes();
    if (bytes < 1 << 20 || bytes > 1 << 30) {
      throw new IllegalArgumentException("argument must be between 1mb and 1gb");
    }
    return bytes;
  }

  Map<String, Setting> all() {
    return byName;
  }

  @Nullable Setting find(String name) {
    return byName.get(name);
  }
}

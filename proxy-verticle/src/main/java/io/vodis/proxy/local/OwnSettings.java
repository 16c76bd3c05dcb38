package io.vodis.proxy.local;

import io.vodis.config.ByteSize;
import io.vodis.config.Durations;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.SessionLimits;
import io.vodis.proxy.stats.CommandLog.Kind;
import io.vodis.proxy.stats.CommandLogSettings;
import io.vodis.proxy.stats.CommandLogSettings.Bound;
import io.vodis.proxy.stats.ServerSettings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The settings that CONFIG GET and CONFIG SET know as the proxy's own: those Redis has too under
 * its names and in its units, and those of the configuration file under theirs.
 */
public final class OwnSettings {

  private static final long NANOS_PER_MICRO = 1000;

  private static final long MICROS_MAX = Long.MAX_VALUE / 1_000_000;

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

    Bound bound(Kind kind) {
      return server.commandLog().of(kind);
    }

    Both with(Kind kind, Bound bound) {
      return with(server.commandLog().with(kind, bound));
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
    log(Kind.SLOW, "slowlog-log-slower-than", NANOS_PER_MICRO, "slowlog-max-len");
    log(
        Kind.SLOW,
        "commandlog-execution-slower-than",
        NANOS_PER_MICRO,
        "commandlog-slow-execution-max-len");
    log(
        Kind.LARGE_REQUEST,
        "commandlog-request-larger-than",
        1,
        "commandlog-large-request-max-len");
    log(Kind.LARGE_REPLY, "commandlog-reply-larger-than", 1, "commandlog-large-reply-max-len");
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
        both -> Math.max(0, both.bound(Kind.SLOW).threshold()),
        (both, nanos) -> both.with(Kind.SLOW, both.bound(Kind.SLOW).withThreshold(nanos)));
    duration(
        "slowlog_close_look",
        both -> both.server().commandLog().closeLookNanos(),
        (both, nanos) -> both.with(both.server().commandLog().withCloseLook(nanos)));
    logBytes(Kind.LARGE_REQUEST, "commandlog_request_larger_than");
    logBytes(Kind.LARGE_REPLY, "commandlog_reply_larger_than");
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

  /** The two settings of a list: from which threshold, in that unit, and how many. */
  private void log(Kind kind, String thresholdName, long unit, String mostName) {
    add(
        thresholdName,
        both -> Long.toString(Math.floorDiv(both.bound(kind).threshold(), unit)),
        (both, text) -> {
          long threshold = number(text, -1, unit == 1 ? Long.MAX_VALUE : MICROS_MAX) * unit;
          return both.with(kind, both.bound(kind).withThreshold(threshold));
        });
    add(
        mostName,
        both -> Integer.toString(both.bound(kind).most()),
        (both, text) -> both.with(kind, both.bound(kind).withMost(length(text))));
  }

  private void logBytes(Kind kind, String name) {
    add(
        name,
        both -> new ByteSize(Math.max(0, both.bound(kind).threshold())).toString(),
        (both, text) -> {
          long bytes = ByteSize.parse(text).bytes();
          if (bytes < 0) {
            throw new IllegalArgumentException("argument must not be negative");
          }
          return both.with(kind, both.bound(kind).withThreshold(bytes));
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

package io.vodis.proxy;

import io.vodis.config.ConfigException;
import io.vodis.config.Doc;
import io.vodis.proxy.session.ServerSettings;
import java.time.Duration;

/** How the proxy behaves where a Redis server answers for itself. */
public record ServerConfig(
    @Doc("Longest CLIENT PAUSE; one that is asked for longer ends then.") Duration clientMaxPause,
    @Doc(
            "Requests that take so long, from their arrival to their reply, are kept for SLOWLOG."
                + " 0: all.")
        Duration slowlogLogSlowerThan,
    @Doc("Most entries that SLOWLOG keeps. 0: none.") int slowlogMaxLen,
    @Doc(
            "For so long after a slow request the arguments of all requests are noted, at some"
                + " cost, so that SLOWLOG can show them; a slow request before that is shown with"
                + " its command's name only. 0: never.")
        Duration slowlogCloseLook) {

  private static final int SLOWLOG_LENGTH_MAX = 1 << 20;

  public ServerConfig {
    SessionConfig.notNegative("client_max_pause", clientMaxPause);
    SessionConfig.notNegative("slowlog_log_slower_than", slowlogLogSlowerThan);
    SessionConfig.notNegative("slowlog_close_look", slowlogCloseLook);
    if (slowlogMaxLen < 0 || slowlogMaxLen > SLOWLOG_LENGTH_MAX) {
      throw ConfigException.invalid("slowlog_max_len", slowlogMaxLen, "0 to " + SLOWLOG_LENGTH_MAX);
    }
  }

  public static ServerConfig defaults() {
    return new ServerConfig(
        Duration.ofMinutes(5), Duration.ofMillis(10), 128, Duration.ofSeconds(10));
  }

  ServerSettings settings() {
    return new ServerSettings(
        clientMaxPause.toNanos(),
        slowlogLogSlowerThan.toNanos(),
        slowlogMaxLen,
        slowlogCloseLook.toNanos());
  }
}

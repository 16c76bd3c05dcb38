package io.vodis.proxy;

import io.vodis.config.ConfigException;
import io.vodis.config.Doc;
import io.vodis.proxy.stats.ServerSettings;
import java.time.Duration;
import java.util.List;

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
        Duration slowlogCloseLook,
    @Doc(
            "How long servers are waited for when a client asks about all of them (INFO, CONFIG,"
                + " LASTSAVE).")
        Duration serverSurveyTimeout,
    @Doc(
            "Patterns of the servers' settings that clients may change with CONFIG SET, on all"
                + " primaries and replicas; ['*'] for all, [] for none. Clients that listen to"
                + " keyspace notifications (Spring Session) set the one named here by default."
                + " The proxy's own can always be changed.")
        List<String> configSetAllowed,
    @Doc(
            "Whether the proxies of the product answer as the nodes of a Redis Cluster, for clients"
                + " that know nothing else.")
        boolean clusterCompatible,
    @Doc(
            "Whether PING and INFO take the address of a server before their other arguments (PING"
                + " 10.0.0.1:6379, INFO 10.0.0.1:6379 memory) and are passed on to it, as by a"
                + " Codis proxy. An argument that is no address keeps its meaning.")
        boolean serverAddressedCommands) {

  private static final int SLOWLOG_LENGTH_MAX = 1 << 20;

  public ServerConfig {
    configSetAllowed = List.copyOf(configSetAllowed);
    SessionConfig.notNegative("client_max_pause", clientMaxPause);
    SessionConfig.notNegative("slowlog_log_slower_than", slowlogLogSlowerThan);
    SessionConfig.notNegative("slowlog_close_look", slowlogCloseLook);
    if (serverSurveyTimeout.toMillis() < 10 || serverSurveyTimeout.toMillis() > 60_000) {
      throw ConfigException.invalid("server_survey_timeout", serverSurveyTimeout, "10ms to 60s");
    }
    if (slowlogMaxLen < 0 || slowlogMaxLen > SLOWLOG_LENGTH_MAX) {
      throw ConfigException.invalid("slowlog_max_len", slowlogMaxLen, "0 to " + SLOWLOG_LENGTH_MAX);
    }
  }

  public static ServerConfig defaults() {
    return new ServerConfig(
        Duration.ofMinutes(5),
        Duration.ofMillis(10),
        128,
        Duration.ofSeconds(10),
        Duration.ofMillis(500),
        List.of("notify-keyspace-events"),
        false,
        false);
  }

  ServerSettings settings(int maxClients) {
    return new ServerSettings(
        maxClients,
        clientMaxPause.toNanos(),
        slowlogLogSlowerThan.toNanos(),
        slowlogMaxLen,
        slowlogCloseLook.toNanos(),
        configSetAllowed,
        clusterCompatible,
        serverAddressedCommands);
  }
}

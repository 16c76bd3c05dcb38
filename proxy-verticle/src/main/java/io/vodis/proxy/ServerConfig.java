package io.vodis.proxy;

import io.vodis.config.ByteSize;
import io.vodis.config.ConfigException;
import io.vodis.config.Doc;
import io.vodis.proxy.stats.CommandLogSettings;
import io.vodis.proxy.stats.CommandLogSettings.Bound;
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
                + " its command's name only. The same for requests of one client after a large"
                + " reply to it. 0: never.")
        Duration slowlogCloseLook,
    @Doc(
            "Requests of so many bytes are kept for COMMANDLOG, in front of servers that have it"
                + " (Valkey 8.1). 0: all. Below 256kb every request is looked at, at some cost.")
        ByteSize commandlogRequestLargerThan,
    @Doc("Most large requests that COMMANDLOG keeps. 0: none.") int commandlogLargeRequestMaxLen,
    @Doc(
            "Requests whose replies have so many bytes are kept for COMMANDLOG. 0: all. Below 256kb"
                + " every request is looked at, at some cost.")
        ByteSize commandlogReplyLargerThan,
    @Doc("Most requests with large replies that COMMANDLOG keeps. 0: none.")
        int commandlogLargeReplyMaxLen,
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

  private static final int LOG_LENGTH_MAX = 1 << 20;

  public ServerConfig {
    configSetAllowed = List.copyOf(configSetAllowed);
    SessionConfig.notNegative("client_max_pause", clientMaxPause);
    SessionConfig.notNegative("slowlog_log_slower_than", slowlogLogSlowerThan);
    SessionConfig.notNegative("slowlog_close_look", slowlogCloseLook);
    if (serverSurveyTimeout.toMillis() < 10 || serverSurveyTimeout.toMillis() > 60_000) {
      throw ConfigException.invalid("server_survey_timeout", serverSurveyTimeout, "10ms to 60s");
    }
    notNegative("commandlog_request_larger_than", commandlogRequestLargerThan);
    notNegative("commandlog_reply_larger_than", commandlogReplyLargerThan);
    length("slowlog_max_len", slowlogMaxLen);
    length("commandlog_large_request_max_len", commandlogLargeRequestMaxLen);
    length("commandlog_large_reply_max_len", commandlogLargeReplyMaxLen);
  }

  private static void notNegative(String key, ByteSize size) {
    if (size.bytes() < 0) {
      throw ConfigException.invalid(key, size, "0 or more");
    }
  }

  private static void length(String key, int entries) {
    if (entries < 0 || entries > LOG_LENGTH_MAX) {
      throw ConfigException.invalid(key, entries, "0 to " + LOG_LENGTH_MAX);
    }
  }

  public static ServerConfig defaults() {
    return new ServerConfig(
        Duration.ofMinutes(5),
        Duration.ofMillis(10),
        128,
        Duration.ofSeconds(10),
        ByteSize.ofMib(1),
        128,
        ByteSize.ofMib(1),
        128,
        Duration.ofMillis(500),
        List.of("notify-keyspace-events"),
        false,
        false);
  }

  ServerSettings settings(int maxClients) {
    return new ServerSettings(
        maxClients,
        clientMaxPause.toNanos(),
        new CommandLogSettings(
            new Bound(slowlogLogSlowerThan.toNanos(), slowlogMaxLen),
            new Bound(commandlogRequestLargerThan.bytes(), commandlogLargeRequestMaxLen),
            new Bound(commandlogReplyLargerThan.bytes(), commandlogLargeReplyMaxLen),
            slowlogCloseLook.toNanos()),
        configSetAllowed,
        clusterCompatible,
        serverAddressedCommands);
  }
}

package io.vodis.proxy;

import io.vodis.config.ByteSize;
import io.vodis.config.ConfigException;
import io.vodis.config.Doc;
import io.vodis.proxy.backend.BackendLimits;
import io.vodis.redis.ServerAccess;
import java.time.Duration;

/** Limits of connections to servers. */
public record BackendConfig(
    @Doc("Number of databases; clients may SELECT 0 up to one less.") int backendNumberDatabases,
    @Doc("Time for a connection to a server to be ready, AUTH and SELECT included.")
        Duration backendConnectTimeout,
    @Doc(
            "A server that sends nothing for so long although a reply is awaited is disconnected,"
                + " and the requests on that connection fail. 0: never.")
        Duration backendRecvTimeout,
    @Doc("A server that takes nothing for so long is disconnected likewise. 0: never.")
        Duration backendSendTimeout,
    @Doc("A connection idle for so long is tested with PING. 0: never.") Duration backendPingPeriod,
    @Doc(
            "Most requests that may wait for replies on one connection; sessions that need more of"
                + " it are not read meanwhile.")
        int backendMaxPipeline,
    @Doc("Most bytes that may wait to be sent on one connection; then as above.")
        ByteSize backendMaxOutput,
    @Doc(
            "Most connections for large requests, per server, database and event loop; further"
                + " large requests wait.")
        int backendMaxDedicated,
    @Doc(
            "Most connections that single clients have for themselves because they watch keys or"
                + " wait for elements (WATCH, BLPOP and its like, WAIT), per server, database and"
                + " event loop; further clients get an error.")
        int backendMaxExclusive,
    @Doc("TCP keepalive of connections to servers: idle time before the first probe. 0: off.")
        Duration backendKeepalivePeriod) {

  public BackendConfig {
    SessionConfig.notNegative("backend_recv_timeout", backendRecvTimeout);
    SessionConfig.notNegative("backend_send_timeout", backendSendTimeout);
    SessionConfig.notNegative("backend_ping_period", backendPingPeriod);
    SessionConfig.notNegative("backend_keepalive_period", backendKeepalivePeriod);
    if (backendConnectTimeout.toMillis() < 1) {
      throw ConfigException.invalid(
          "backend_connect_timeout", backendConnectTimeout, "1ms or more");
    }
    if (backendNumberDatabases < 1 || backendNumberDatabases > 1 << 16) {
      throw ConfigException.invalid(
          "backend_number_databases", backendNumberDatabases, "1 to 65536");
    }
    if (backendMaxPipeline < 1) {
      throw ConfigException.invalid("backend_max_pipeline", backendMaxPipeline, "1 or more");
    }
    if (backendMaxOutput.bytes() < 64 << 10) {
      throw ConfigException.invalid("backend_max_output", backendMaxOutput, "64kb or more");
    }
    if (backendMaxExclusive < 1) {
      throw ConfigException.invalid("backend_max_exclusive", backendMaxExclusive, "1 or more");
    }
    if (backendMaxDedicated < 1) {
      throw ConfigException.invalid("backend_max_dedicated", backendMaxDedicated, "1 or more");
    }
  }

  public static BackendConfig defaults() {
    return new BackendConfig(
        16,
        Duration.ofSeconds(2),
        Duration.ofSeconds(30),
        Duration.ofSeconds(30),
        Duration.ofSeconds(5),
        20_480,
        ByteSize.ofMib(8),
        16,
        1024,
        Duration.ofSeconds(75));
  }

  BackendLimits limits(ServerAccess access, String clientName) {
    return new BackendLimits(
        access,
        clientName,
        backendMaxPipeline,
        backendMaxOutput.bytes(),
        backendMaxDedicated,
        backendMaxExclusive,
        backendConnectTimeout.toNanos(),
        backendRecvTimeout.toNanos(),
        backendSendTimeout.toNanos(),
        backendPingPeriod.toNanos());
  }
}

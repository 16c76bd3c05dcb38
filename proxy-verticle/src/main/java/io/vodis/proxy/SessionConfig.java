package io.vodis.proxy;

import io.vodis.config.ByteSize;
import io.vodis.config.ConfigException;
import io.vodis.config.Doc;
import io.vodis.proxy.session.SessionLimits;
import io.vodis.resp.RespLimits;
import java.time.Duration;

/** Limits of client connections. */
public record SessionConfig(
    @Doc(value = "Password that clients must give with AUTH. Empty: none.", secret = true)
        String sessionAuth,
    @Doc("A client that is idle for so long is disconnected. 0: never.")
        Duration sessionRecvTimeout,
    @Doc(
            "A client that takes nothing for so long, although replies wait for it, is"
                + " disconnected. 0: never.")
        Duration sessionSendTimeout,
    @Doc(
            "Most requests of a client that may be unanswered; it is not read beyond that (Codis"
                + " closes the connection).")
        int sessionMaxPipeline,
    @Doc(
            "Most bytes of replies that wait for a client to take them; beyond that it is not read,"
                + " and neither are the servers' replies to it. When the replies that wait for all"
                + " clients take a third of the JVM's memory for buffers (-XX:MaxDirectMemorySize,"
                + " by default as much as -Xmx), clients for which more than an equal share waits"
                + " are disconnected.")
        ByteSize sessionMaxOutput,
    @Doc(
            "Largest request that is collected whole, such as an MSET; a larger one closes the"
                + " connection. Requests with one key are passed on as they come and are not"
                + " limited by this.")
        ByteSize sessionMaxRequest,
    @Doc("Most commands queued between MULTI and EXEC; one more makes the transaction fail.")
        int sessionMultiMaxCommands,
    @Doc("Most bytes of commands queued between MULTI and EXEC; likewise.")
        ByteSize sessionMultiMaxSize,
    @Doc("TCP keepalive of client connections: idle time before the first probe. 0: off.")
        Duration sessionKeepalivePeriod,
    @Doc(
            "Whether a client is disconnected after an error reply that is the proxy's or a"
                + " backend connection's.")
        boolean sessionBreakOnFailure) {

  /** Values from here on are passed on as they come instead of being collected. */
  private static final int STREAM_BYTES_MIN = 512 << 10;

  public SessionConfig {
    notNegative("session_recv_timeout", sessionRecvTimeout);
    notNegative("session_send_timeout", sessionSendTimeout);
    notNegative("session_keepalive_period", sessionKeepalivePeriod);
    if (sessionMaxPipeline < 1) {
      throw ConfigException.invalid("session_max_pipeline", sessionMaxPipeline, "1 or more");
    }
    if (sessionMultiMaxCommands < 1) {
      throw ConfigException.invalid(
          "session_multi_max_commands", sessionMultiMaxCommands, "1 or more");
    }
    if (sessionMultiMaxSize.bytes() < 1024 || sessionMultiMaxSize.bytes() > 1 << 30) {
      throw ConfigException.invalid("session_multi_max_size", sessionMultiMaxSize, "1kb to 1gb");
    }
    if (sessionMaxOutput.bytes() < 1 << 20) {
      throw ConfigException.invalid("session_max_output", sessionMaxOutput, "1mb or more");
    }
    if (sessionMaxRequest.bytes() < 1 << 20 || sessionMaxRequest.bytes() > 1 << 30) {
      throw ConfigException.invalid("session_max_request", sessionMaxRequest, "1mb to 1gb");
    }
  }

  public static SessionConfig defaults() {
    return new SessionConfig(
        "",
        Duration.ofMinutes(30),
        Duration.ofSeconds(30),
        10_000,
        ByteSize.ofMib(64),
        ByteSize.ofMib(512),
        100_000,
        ByteSize.ofMib(64),
        Duration.ofSeconds(75),
        false);
  }

  static void notNegative(String key, Duration value) {
    if (value.isNegative()) {
      throw ConfigException.invalid(key, value, "0 or more");
    }
  }

  SessionLimits limits(int databaseCount) {
    RespLimits stock = RespLimits.defaults();
    return new SessionLimits(
        sessionAuth,
        databaseCount,
        sessionMaxPipeline,
        sessionMaxOutput.bytes(),
        sessionMaxRequest.bytes(),
        sessionMultiMaxCommands,
        sessionMultiMaxSize.bytes(),
        sessionRecvTimeout.toNanos(),
        sessionSendTimeout.toNanos(),
        (int) Math.min(Integer.MAX_VALUE, sessionKeepalivePeriod.toSeconds()),
        sessionBreakOnFailure,
        new RespLimits(
            stock.inlineBytesMax(),
            stock.bulkBytesMax(),
            stock.argCountMax(),
            stock.depthMax(),
            STREAM_BYTES_MIN));
  }

  @Override
  public String toString() {
    return "SessionConfig[sessionMaxPipeline=" + sessionMaxPipeline + "]";
  }
}

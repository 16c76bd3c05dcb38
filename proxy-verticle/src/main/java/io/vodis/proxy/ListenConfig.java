package io.vodis.proxy;

import io.vodis.config.ConfigException;
import io.vodis.config.Doc;
import io.vodis.config.ListenAddress;
import io.vodis.config.Section;
import java.time.Duration;

/** Where the proxy listens, and for how many. */
public record ListenConfig(
    @Doc("Where clients connect, host:port.") String proxyAddr,
    @Doc("HTTP port for health and status, host:port.") String adminAddr,
    @Doc("Data centre of this proxy, shown to operators. Empty: not said.") String proxyDatacenter,
    @Doc(
            "Most clients at one time; one more gets an error and is closed. 0: no limit (Codis"
                + " refuses everybody).")
        int proxyMaxClients,
    @Doc("Event loops that serve clients, each on its own. 0: one per processor.") int proxyLoops,
    @Doc(
            "A proxy that is told to end (SIGTERM) waits so long for requests in flight, for open"
                + " transactions, blocked clients and subscribers; then it closes what is left."
                + " Idle clients are closed at once.")
        Duration proxyDrainTimeout,
    @Section("TLS to the clients") ClientTlsConfig tls) {

  public ListenConfig {
    ListenAddress.parse("proxy_addr", proxyAddr);
    ListenAddress.parse("admin_addr", adminAddr);
    if (proxyMaxClients < 0) {
      throw ConfigException.invalid("proxy_max_clients", proxyMaxClients, "0 or more");
    }
    if (proxyDrainTimeout.isNegative() || proxyDrainTimeout.toMinutes() > 60) {
      throw ConfigException.invalid("proxy_drain_timeout", proxyDrainTimeout, "0 to 1h");
    }
    if (proxyLoops < 0 || proxyLoops > 256) {
      throw ConfigException.invalid("proxy_loops", proxyLoops, "0 to 256");
    }
  }

  public static ListenConfig defaults() {
    return new ListenConfig(
        "0.0.0.0:19000",
        "0.0.0.0:11080",
        "",
        10_000,
        0,
        Duration.ofSeconds(5),
        ClientTlsConfig.OFF);
  }

  ListenAddress proxyAddress() {
    return ListenAddress.parse("proxy_addr", proxyAddr);
  }

  ListenAddress adminAddress() {
    return ListenAddress.parse("admin_addr", adminAddr);
  }

  /** The number of loops meant. */
  int loopCount() {
    return proxyLoops > 0 ? proxyLoops : Runtime.getRuntime().availableProcessors();
  }
}

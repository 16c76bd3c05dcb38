package io.vodis.proxy;

import io.vodis.config.CoordinatorConfig;
import io.vodis.config.LogConfig;
import io.vodis.config.ProductConfig;
import io.vodis.config.Section;

/**
 * The configuration of a proxy. Keys that Codis has keep their names. Left out are those about
 * memory outside the Go heap, about buffer sizes, Jodis and reporters: the JVM and Netty have
 * theirs, every proxy is listed in the store, and figures are the metrics role's.
 */
public record ProxyConfig(
    @Section("Product") ProductConfig product,
    @Section("Coordinator") CoordinatorConfig coordinator,
    @Section("Log") LogConfig log,
    @Section("Proxy") ListenConfig listen,
    @Section("Sessions (clients)") SessionConfig session,
    @Section("Backends (servers)") BackendConfig backend,
    @Section("Slots that change hands") SlotConfig slot,
    @Section("Commands") CommandConfig command,
    @Section("Answers of the proxy's own") ServerConfig server,
    @Section("Pub/Sub, MONITOR and CLIENT TRACKING") PubSubConfig pubsub,
    @Section("Without topom or store") IsolationConfig isolation) {

  public static ProxyConfig defaults() {
    return new ProxyConfig(
        ProductConfig.defaults(),
        CoordinatorConfig.defaults(),
        LogConfig.defaults(),
        ListenConfig.defaults(),
        SessionConfig.defaults(),
        BackendConfig.defaults(),
        SlotConfig.defaults(),
        CommandConfig.defaults(),
        ServerConfig.defaults(),
        PubSubConfig.defaults(),
        IsolationConfig.defaults());
  }
}

package io.vodis.proxy;

import java.util.List;

/** Configurations for tests. */
final class Configs {

  private Configs() {}

  /** The defaults, but for the address and the number of loops. */
  static ProxyConfig listening(String address, int loops) {
    ProxyConfig defaults = ProxyConfig.defaults();
    return new ProxyConfig(
        defaults.product(),
        defaults.coordinator(),
        defaults.log(),
        new ListenConfig(
            address,
            "127.0.0.1:0",
            "",
            0,
            loops,
            java.time.Duration.ofSeconds(1),
            ClientTlsConfig.OFF),
        defaults.session(),
        defaults.backend(),
        defaults.slot(),
        defaults.command(),
        defaults.server(),
        defaults.pubsub(),
        defaults.isolation());
  }

  /** The defaults, but for the sessions. */
  static ProxyConfig withSessions(SessionConfig sessions) {
    ProxyConfig config = listening("127.0.0.1:0", 1);
    return new ProxyConfig(
        config.product(),
        config.coordinator(),
        config.log(),
        config.listen(),
        sessions,
        config.backend(),
        config.slot(),
        config.command(),
        config.server(),
        config.pubsub(),
        config.isolation());
  }

  /** The defaults, but for the backends. */
  static ProxyConfig withBackends(BackendConfig backends) {
    ProxyConfig config = listening("127.0.0.1:0", 1);
    return new ProxyConfig(
        config.product(),
        config.coordinator(),
        config.log(),
        config.listen(),
        config.session(),
        backends,
        config.slot(),
        config.command(),
        config.server(),
        config.pubsub(),
        config.isolation());
  }

  /** Another configuration of messages. */
  static ProxyConfig withPubSub(ProxyConfig config, PubSubConfig pubsub) {
    return new ProxyConfig(
        config.product(),
        config.coordinator(),
        config.log(),
        config.listen(),
        config.session(),
        config.backend(),
        config.slot(),
        config.command(),
        config.server(),
        pubsub,
        config.isolation());
  }

  /** The same, but clients must give that password. */
  static SessionConfig withPassword(SessionConfig open, String password) {
    return new SessionConfig(
        password,
        open.sessionRecvTimeout(),
        open.sessionSendTimeout(),
        open.sessionMaxPipeline(),
        open.sessionMaxOutput(),
        open.sessionMaxRequest(),
        open.sessionMultiMaxCommands(),
        open.sessionMultiMaxSize(),
        open.sessionKeepalivePeriod(),
        open.sessionBreakOnFailure());
  }

  /** The same, with these rules of the operator. */
  static ProxyConfig withPolicy(ProxyConfig config, List<String> rules) {
    CommandConfig commands = config.command();
    return new ProxyConfig(
        config.product(),
        config.coordinator(),
        config.log(),
        config.listen(),
        config.session(),
        config.backend(),
        config.slot(),
        new CommandConfig(
            rules,
            commands.commandRefreshPeriod(),
            commands.commandUnknownWait(),
            commands.commandUnknownRemember(),
            commands.commandUnknownMax(),
            commands.commandUnknownRate(),
            commands.commandScriptCache()),
        config.server(),
        config.pubsub(),
        config.isolation());
  }
}

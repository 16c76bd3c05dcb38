package io.vodis.proxy;

/** Configurations for tests. */
final class Configs {

  private Configs() {}

  /** The defaults, but for the address and the number of loops. */
  static ProxyConfig listening(String address, int loops) {
    ProxyConfig defaults = ProxyConfig.defaults();
    return new ProxyConfig(
        defaults.product(),
        defaults.coordinator(),
        new ListenConfig(address, "127.0.0.1:0", "", 0, loops),
        defaults.session(),
        defaults.backend(),
        defaults.slot());
  }
}

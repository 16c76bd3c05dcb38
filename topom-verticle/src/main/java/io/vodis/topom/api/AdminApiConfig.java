package io.vodis.topom.api;

/**
 * Where the admin API listens and what a caller must know to change anything.
 *
 * @param port 0 picks a free one
 * @param adminToken empty: every changing call is refused
 */
public record AdminApiConfig(String host, int port, String adminToken) {

  public AdminApiConfig {
    if (host.isBlank()) {
      throw new IllegalArgumentException("the host to listen on is empty");
    }
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("invalid port " + port + ", expected 0..65535");
    }
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "AdminApiConfig[" + host + ":" + port + "]";
  }
}

package io.vodis.config;

/**
 * Where a process listens, written {@code host:port}. The host may be a wildcard ({@code 0.0.0.0});
 * port 0 lets the system choose, which only makes sense where others learn the port from the store.
 */
public record ListenAddress(String host, int port) {

  /**
   * Reads {@code host:port} or {@code [v6]:port}.
   *
   * @param key of the configuration, for the message
   */
  public static ListenAddress parse(String key, String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      throw ConfigException.invalid(key, text, "host:port");
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (port >= 0 && port <= 65535) {
        return new ListenAddress(host, port);
      }
    } catch (NumberFormatException e) {
      // Reported below, with the other way to write a wrong port.
    }
    throw ConfigException.invalid(key, text, "a port from 0 to 65535");
  }

  /** Whether others cannot connect to this host as written. */
  public boolean isWildcard() {
    return host.equals("0.0.0.0") || host.equals("::") || host.equals("*");
  }

  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}

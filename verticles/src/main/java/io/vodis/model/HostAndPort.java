package io.vodis.model;

/**
 * The address of a server, proxy or HTTP endpoint, written {@code host:port}; an IPv6 host is
 * written in brackets. The host is kept as given and never resolved here.
 *
 * @param port 1 to 65535
 */
public record HostAndPort(String host, int port) implements Comparable<HostAndPort> {

  public HostAndPort {
    if (host.isEmpty() || host.indexOf(' ') >= 0) {
      throw new IllegalArgumentException("invalid host '" + host + "'");
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("invalid port " + port + ", expected 1..65535");
    }
  }

  /**
   * Reads {@code host:port} or {@code [v6]:port}.
   *
   * @throws IllegalArgumentException if the text is not of that form
   */
  public static HostAndPort parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      throw new IllegalArgumentException("invalid address '" + text + "', expected host:port");
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    try {
      return new HostAndPort(host, Integer.parseInt(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("invalid port in address '" + text + "'", e);
    }
  }

  @Override
  public int compareTo(HostAndPort other) {
    int byHost = host.compareTo(other.host);
    return byHost != 0 ? byHost : Integer.compare(port, other.port);
  }

  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}

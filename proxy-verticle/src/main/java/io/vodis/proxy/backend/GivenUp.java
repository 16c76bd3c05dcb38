package io.vodis.proxy.backend;

import io.vodis.model.HostAndPort;

/**
 * Hears of connections that this side has closed although requests on them had not been answered:
 * the server may still execute those, as long as it has not been seen to have closed its end.
 */
public interface GivenUp {

  /** A name that no other connection has, beginning with {@code prefix}. */
  String nextName(String prefix);

  void onGivenUp(HostAndPort server, String name);
}

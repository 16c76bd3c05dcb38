package io.vodis.topom.dump;

import io.vodis.model.HostAndPort;

/** From where to where keys of a database go. */
public record DumpWay(HostAndPort source, HostAndPort target, int database) {

  boolean isBetween(HostAndPort one, HostAndPort other) {
    return source.equals(one) && target.equals(other) || source.equals(other) && target.equals(one);
  }

  boolean involves(HostAndPort server) {
    return source.equals(server) || target.equals(server);
  }
}

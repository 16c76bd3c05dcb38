package io.vodis.proxy.backend;

import io.vodis.resp.Protocol;

/**
 * What a connection to a server is set to: a database and a protocol, as one small number, so that
 * the hot path finds the connections of a session by index. Sessions of different protocols never
 * share a connection, so that replies pass through untouched in both.
 */
public final class Lane {

  private Lane() {}

  /** The lane of a database in a protocol. */
  public static int of(int database, Protocol protocol) {
    return database << 1 | protocol.ordinal();
  }

  public static int database(int lane) {
    return lane >> 1;
  }

  public static Protocol protocol(int lane) {
    return (lane & 1) == 0 ? Protocol.RESP2 : Protocol.RESP3;
  }

  /** Lanes of that many databases. */
  static int count(int databases) {
    return databases << 1;
  }
}

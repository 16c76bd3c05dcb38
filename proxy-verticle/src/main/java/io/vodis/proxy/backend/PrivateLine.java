package io.vodis.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.vodis.model.HostAndPort;
import org.jspecify.annotations.Nullable;

/** What is special about connections that belong to one session alone. */
public interface PrivateLine {

  /**
   * One more command that each connection to that server begins with, as RESP; empty for none. Null
   * says that none may be opened now: {@link #refusal} says why, or there will be room later.
   */
  @Nullable ByteBuf greeting(HostAndPort server);

  /** The error for requests that need a connection; null if they are to wait. */
  byte @Nullable [] refusal(HostAndPort server);

  /** A push message. The bytes are valid during the call only. */
  void onPush(ByteBuf in, int offset, int length);

  /** A connection has greeted, and been greeted. */
  void onReady(HostAndPort server);

  /** A connection that had been ready is gone. */
  void onLost(HostAndPort server);
}

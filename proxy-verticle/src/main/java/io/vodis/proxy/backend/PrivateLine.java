package io.vodis.proxy.backend;

import io.netty.buffer.ByteBuf;

/**
 * What is special about connections that belong to one session alone.
 *
 * @param greeting one more command that each begins with, as RESP
 * @param sink gets what they say unasked
 */
public record PrivateLine(ByteBuf greeting, Sink sink) {

  /** Whom such connections tell what is no reply. */
  public interface Sink {

    /** A push message. The bytes are valid during the call only. */
    void onPush(ByteBuf in, int offset, int length);

    /** A connection that had been ready is gone. */
    void onLost();
  }
}

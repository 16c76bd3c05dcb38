package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.vodis.resp.RequestDecoder;

/** Something a session does before it handles the next request of its client. */
public interface Detour {

  /** Goes on with what has been read; returns false if the session must wait. */
  boolean advance(ByteBuf in, RequestDecoder decoder);

  /** The client will send nothing more, and takes nothing more. */
  void onClientGone();
}

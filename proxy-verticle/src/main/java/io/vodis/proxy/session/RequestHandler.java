package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import org.jspecify.annotations.Nullable;

/** Handles the requests that do not take the short way. */
public interface RequestHandler {

  /**
   * Answers, sends or parks the request that the session's decoder stands on.
   *
   * @param spec its command; null if unknown
   * @return false if there is no room now; the session has been told to stop and comes again
   */
  boolean handle(Session session, @Nullable CommandSpec spec, ByteBuf in, int length);
}

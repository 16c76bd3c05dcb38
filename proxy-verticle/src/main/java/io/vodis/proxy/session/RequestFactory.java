package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import org.jspecify.annotations.Nullable;

/** Makes the request objects of commands that are sent with more than their own bytes. */
public interface RequestFactory {

  /** The object for the request the session's decoder stands on, whose keys are in these slots. */
  SessionRequest make(Session session, CommandSpec spec, ByteBuf in, int[] slots);

  /**
   * Whether a function may be called on that slot now; if not, the session has been stopped and the
   * request has to come again.
   */
  boolean isReady(Session session, int slot);

  /**
   * Learns of the script in a request, if it has one.
   *
   * @return the SHA-1 of a script that has to be sent ahead of the request to servers that may lack
   *     it; null if there is none
   */
  @Nullable String script(Session session, CommandSpec spec, ByteBuf in);
}

package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;

/** Makes the request objects of commands that are sent with more than their own bytes. */
@FunctionalInterface
public interface RequestFactory {

  /** The object for the request the session's decoder stands on. */
  SessionRequest make(Session session, CommandSpec spec, ByteBuf in);
}

package io.vodis.proxy.request;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRequest;

/** Makes the request objects of commands that are sent with more than their own bytes. */
@FunctionalInterface
public interface RequestFactory {

  /** The object for the request the session's decoder stands on. */
  SessionRequest make(Session session, CommandSpec spec, ByteBuf in);
}

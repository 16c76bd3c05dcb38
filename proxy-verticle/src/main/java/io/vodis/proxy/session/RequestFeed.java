package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;

/** Whoever is shown the requests of a loop as they are executed: MONITOR. */
public interface RequestFeed {

  /** The request the session's decoder stands on has been executed, sent or queued. */
  void show(Session session, CommandSpec spec, ByteBuf in);
}

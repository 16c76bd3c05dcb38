package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;

/**
 * What answers a command that is not simply sent to the server of its keys. Name, arity and
 * permission have been checked.
 */
@FunctionalInterface
public interface CommandHandler {

  /**
   * Answers, sends or queues the request that the session's decoder stands on.
   *
   * @return false if it has to be handled again later: the session has been stopped until then
   */
  boolean handle(Session session, CommandSpec spec, ByteBuf in, int length);

  /** One that always has its answer at once. */
  @FunctionalInterface
  interface Immediate {
    void handle(Session session, CommandSpec spec, ByteBuf in);
  }
}

package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.command.Routing;
import io.vodis.resp.RespErrors;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The handlers of one loop, by the name of their command or subcommand. */
public final class CommandHandlers {

  private final Map<String, CommandHandler> byName = new HashMap<>();
  private @Nullable CommandHandler allGroups;

  /** Adds a handler; a name may be given once. */
  public CommandHandlers add(String name, CommandHandler handler) {
    if (byName.put(name, handler) != null) {
      throw new IllegalStateException("two handlers for " + name);
    }
    return this;
  }

  /** Adds a handler that never has to come again. */
  public CommandHandlers addImmediate(String name, CommandHandler.Immediate handler) {
    return add(
        name,
        (session, spec, in, length) -> {
          handler.handle(session, spec, in);
          return true;
        });
  }

  /** Sets what handles the commands that the operator's policy sends to all groups. */
  public void forAllGroups(CommandHandler handler) {
    allGroups = handler;
  }

  /** Has another handler stand before the one of that name, which it is given. */
  public CommandHandlers before(String name, UnaryOperator<CommandHandler> outer) {
    CommandHandler inner = byName.get(name);
    if (inner == null) {
      throw new IllegalStateException("no handler for " + name);
    }
    byName.put(name, outer.apply(inner));
    return this;
  }

  /** Whether a handler of that name exists. */
  public boolean has(String name) {
    return byName.containsKey(name);
  }

  /** Handles the request the session's decoder stands on, or says that nobody does. */
  public boolean handle(Session session, CommandSpec spec, ByteBuf in, int length) {
    CommandHandler handler =
        spec.routing() == Routing.ALL_GROUPS ? allGroups : byName.get(spec.name());
    if (handler == null) {
      session.reject(spec, RespErrors.unsupported(spec.name()));
      return true;
    }
    return handler.handle(session, spec, in, length);
  }
}

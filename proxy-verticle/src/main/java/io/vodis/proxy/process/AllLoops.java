package io.vodis.proxy.process;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionEnvironment;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.proxy.session.Stop;
import java.util.List;
import java.util.function.Function;

/**
 * Answers a command with what all loops say. The session reads nothing meanwhile, so that what it
 * sends next finds the command done.
 */
public final class AllLoops {

  private AllLoops() {}

  public static <T> void answer(
      ProcessView process,
      Session session,
      CommandSpec spec,
      Function<SessionEnvironment, T> task,
      Function<List<T>, ByteBuf> reply) {
    SessionRequest waiting = session.enqueue(spec);
    session.stop(Stop.ELSEWHERE);
    process.eachLoop(
        task,
        answers -> {
          session.onLocalAnswer(waiting, reply.apply(answers));
          session.unstop(Stop.ELSEWHERE);
        });
  }
}

package io.vodis.proxy.local;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.process.Servers;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandler;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.proxy.session.Stop;
import io.vodis.redis.Replies;
import io.vodis.resp.RespErrors;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;

/** MEMORY STATS DOCTOR MALLOC-STATS PURGE, asked of all servers beside the traffic. */
public final class MemoryCommands {

  private final ProcessView process;

  public MemoryCommands(ProcessView process) {
    this.process = process;
  }

  /** Adds the handlers of these commands. */
  public void addTo(CommandHandlers handlers) {
    handlers
        .addImmediate("memory|stats", asked(false, MemoryCommands::stats))
        .addImmediate("memory|doctor", asked(false, MemoryCommands::text))
        .addImmediate("memory|malloc-stats", asked(false, MemoryCommands::text))
        .addImmediate("memory|purge", asked(true, MemoryCommands::ok));
  }

  private CommandHandler.Immediate asked(
      boolean replicasToo, BiFunction<Session, List<Servers.Answer>, ByteBuf> reply) {
    return (session, spec, in) -> {
      List<byte[]> command =
          List.of(Args.bytes(in, session.decoder(), 0), Args.bytes(in, session.decoder(), 1));
      SessionRequest waiting = session.enqueue(spec);
      session.stop(Stop.ELSEWHERE);
      process
          .servers()
          .call(
              List.of(command),
              replicasToo,
              answers -> {
                session.onLocalAnswer(waiting, reply.apply(session, answers));
                session.unstop(Stop.ELSEWHERE);
              });
    };
  }

  /** Those that answered; none, as a reply that says why, if there are none. */
  private static ByteBuf error(List<Servers.Answer> answers) {
    String error = answers.isEmpty() ? "no server is known" : answers.getFirst().error();
    return LocalReplies.of(RespErrors.reply(error.startsWith("ERR ") ? error : "ERR " + error));
  }

  private static boolean nobodyAnswered(List<Servers.Answer> answers) {
    return answers.stream().allMatch(answer -> answer.replies().isEmpty());
  }

  private static ByteBuf stats(Session session, List<Servers.Answer> answers) {
    if (nobodyAnswered(answers)) {
      return error(answers);
    }
    MemoryStats all = new MemoryStats();
    for (Servers.Answer answer : answers) {
      if (!answer.replies().isEmpty()) {
        all.add(answer.replies().getFirst());
      }
    }
    return all.reply(session.protocol());
  }

  /** One text if all say the same, else each with the address of its server. */
  private static ByteBuf text(Session session, List<Servers.Answer> answers) {
    if (nobodyAnswered(answers)) {
      return error(answers);
    }
    List<String> different =
        answers.stream()
            .filter(answer -> !answer.replies().isEmpty())
            .map(answer -> Replies.text(answer.replies().getFirst()))
            .distinct()
            .toList();
    boolean same = different.size() == 1 && answers.stream().noneMatch(a -> a.replies().isEmpty());
    return LocalReplies.text(
        session,
        same ? Objects.requireNonNull(different.getFirst()) : LatencyEvents.texts(answers));
  }

  /** An error says of how many it is true. */
  private static ByteBuf ok(Session session, List<Servers.Answer> answers) {
    List<Servers.Answer> failed =
        answers.stream().filter(answer -> answer.replies().isEmpty()).toList();
    if (failed.isEmpty()) {
      return LocalReplies.of(LocalReplies.OK);
    }
    Servers.Answer first = failed.getFirst();
    return LocalReplies.of(
        RespErrors.reply(
            "ERR %d of %d servers did not do it: %s: %s"
                .formatted(failed.size(), answers.size(), first.server(), first.error())));
  }
}

package io.vodis.proxy.local;

import io.netty.buffer.ByteBuf;
import io.vodis.metric.LatencyBuckets;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.command.LiveCommands;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.process.Servers;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandler;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.proxy.session.Stop;
import io.vodis.proxy.stats.LoopSnapshot;
import io.vodis.proxy.stats.LoopStats;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * LATENCY HISTOGRAM from the figures the proxy keeps per command, from arrival to reply. Events are
 * the servers': the other subcommands ask all primaries and make one answer of theirs.
 */
public final class LatencyCommands {

  private final ProcessView process;
  private final LiveCommands commands;

  public LatencyCommands(ProcessView process, LiveCommands commands) {
    this.process = process;
    this.commands = commands;
  }

  /** Adds the handlers of these commands. */
  public void addTo(CommandHandlers handlers) {
    handlers
        .addImmediate("latency|histogram", this::histogram)
        .addImmediate(
            "latency|latest",
            asked((session, answers) -> LatencyEvents.latestReply(LatencyEvents.latest(answers))))
        .addImmediate(
            "latency|history",
            asked((session, answers) -> LatencyEvents.historyReply(LatencyEvents.history(answers))))
        .addImmediate(
            "latency|reset",
            asked((session, answers) -> LocalReplies.integer(LatencyEvents.sum(answers))))
        .addImmediate("latency|graph", asked(LatencyCommands::textOrError))
        .addImmediate("latency|doctor", asked(LatencyCommands::textOrError));
  }

  /** The request as it came to all primaries; one that does not answer is left out. */
  private CommandHandler.Immediate asked(BiFunction<Session, List<Servers.Answer>, ByteBuf> reply) {
    return (session, spec, in) -> {
      List<byte[]> command = new ArrayList<>();
      for (int arg = 0; arg < session.decoder().argCount(); arg++) {
        command.add(Args.bytes(in, session.decoder(), arg));
      }
      SessionRequest waiting = session.enqueue(spec);
      session.stop(Stop.ELSEWHERE);
      process
          .servers()
          .call(
              List.of(command),
              false,
              answers -> {
                session.onLocalAnswer(waiting, reply.apply(session, answers));
                session.unstop(Stop.ELSEWHERE);
              });
    };
  }

  private static ByteBuf textOrError(Session session, List<Servers.Answer> answers) {
    String text = LatencyEvents.texts(answers);
    if (!text.isEmpty() || answers.isEmpty()) {
      return LocalReplies.text(session, text);
    }
    String error = answers.getFirst().error();
    return LocalReplies.of(RespErrors.reply(error.startsWith("ERR ") ? error : "ERR " + error));
  }

  private void histogram(Session session, CommandSpec spec, ByteBuf in) {
    Set<String> wanted = new HashSet<>();
    for (int arg = 2; arg < session.decoder().argCount(); arg++) {
      wanted.add(Args.lower(in, session.decoder(), arg));
    }
    SessionRequest waiting = session.enqueue(spec);
    process.ask(
        loops -> {
          LoopStats stats = LoopSnapshot.sum(loops);
          session.onLocalAnswer(waiting, histograms(session, stats, wanted));
        });
  }

  private ByteBuf histograms(Session session, LoopStats stats, Set<String> wanted) {
    List<Integer> shown = new ArrayList<>();
    for (int id = 0; id < stats.commandCount(); id++) {
      String name = commands.table().byId(id).name();
      String container = name.substring(0, Math.max(0, name.indexOf('|')));
      if (stats.calls(id) > 0
          && (wanted.isEmpty() || wanted.contains(name) || wanted.contains(container))) {
        shown.add(id);
      }
    }
    ByteBuf out = LocalReplies.buffer(1024);
    session.protocol().mapHeader(out, shown.size());
    for (int id : shown) {
      RespWriter.bulk(out, commands.table().byId(id).name());
      session.protocol().mapHeader(out, 2);
      RespWriter.bulk(out, "calls");
      RespWriter.integer(out, stats.calls(id));
      RespWriter.bulk(out, "histogram_usec");
      buckets(session, stats, id, out);
    }
    return out;
  }

  private static void buckets(Session session, LoopStats stats, int id, ByteBuf out) {
    List<Integer> filled = new ArrayList<>();
    for (int bucket = 0; bucket < LatencyBuckets.COUNT; bucket++) {
      if (stats.bucket(id, bucket) > 0) {
        filled.add(bucket);
      }
    }
    session.protocol().mapHeader(out, filled.size());
    long seen = 0;
    for (int bucket : filled) {
      seen += stats.bucket(id, bucket);
      int bounded = Math.min(bucket, LatencyBuckets.COUNT - 2);
      RespWriter.integer(out, (long) (LatencyBuckets.boundSeconds(bounded) * 1e6));
      RespWriter.integer(out, seen);
    }
  }
}

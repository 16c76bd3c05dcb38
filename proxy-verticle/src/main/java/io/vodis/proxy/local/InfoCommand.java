package io.vodis.proxy.local;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.command.LiveCommands;
import io.vodis.proxy.info.ServerReports;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.LoopSettings;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.resp.RequestDecoder;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/** INFO: asks loops and servers, and puts their answers together. */
public final class InfoCommand {

  private final ProcessView process;
  private final InfoText text;
  private final LoopSettings settings;

  public InfoCommand(ProcessView process, LiveCommands commands, LoopSettings settings) {
    this.process = process;
    this.text = new InfoText(process, commands);
    this.settings = settings;
  }

  /** Adds the handler. */
  public void addTo(CommandHandlers handlers) {
    handlers.add("info", this::info);
  }

  private boolean info(Session session, CommandSpec spec, ByteBuf in, int length) {
    RequestDecoder request = session.decoder();
    Set<String> sections = new HashSet<>();
    for (int arg = 1; arg < request.argCount(); arg++) {
      sections.add(Args.lower(in, request, arg));
    }
    if (InfoText.concernsServers(sections) && session.awaitsEarlierReplies()) {
      // The servers are asked on other connections, and must have done what came before.
      return false;
    }
    SessionRequest waiting = session.enqueue(spec);
    reports(
        sections,
        servers ->
            process.eachLoop(
                LoopCounts::of,
                counts ->
                    process.ask(
                        loops -> {
                          InfoText.Facts facts =
                              new InfoText.Facts(
                                  loops, LoopCounts.sum(counts), servers, settings.server());
                          session.onLocalAnswer(
                              waiting, LocalReplies.text(session, text.of(sections, facts)));
                        })));
    return true;
  }

  private void reports(Set<String> sections, Consumer<ServerReports> onReports) {
    if (InfoText.concernsServers(sections)) {
      process.servers().report(onReports);
    } else {
      onReports.accept(process.servers().latest());
    }
  }
}

package io.vodis.proxy.session;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.command.Glob;
import io.vodis.proxy.command.KeyLocator;
import io.vodis.proxy.command.LiveCommands;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespWriter;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** TIME INFO CONFIG GET COMMAND. */
public final class ServerCommands {

  private static final List<String> COMMAND_NAMES =
      List.of(
          "command",
          "command|count",
          "command|docs",
          "command|getkeys",
          "command|getkeysandflags",
          "command|info",
          "command|list");

  private final ProcessView process;
  private final InfoText info;
  private final LiveCommands commands;
  private final KeyLocator locator;

  /**
   * What clients and benchmarks ask a server about itself; what does not apply to a proxy is off.
   */
  private final Map<String, String> config;

  public ServerCommands(
      ProcessView process, LiveCommands commands, KeyLocator locator, SessionLimits limits) {
    this.process = process;
    this.info = new InfoText(process, commands);
    this.commands = commands;
    this.locator = locator;
    this.config = new LinkedHashMap<>();
    config.put("appendonly", "no");
    config.put("bind", "");
    config.put("cluster-enabled", "no");
    config.put("databases", Integer.toString(limits.databaseCount()));
    config.put("hz", "10");
    config.put("maxmemory", "0");
    config.put("maxmemory-policy", "noeviction");
    config.put("notify-keyspace-events", "");
    config.put("port", Integer.toString(process.proxyPort()));
    config.put("proto-max-bulk-len", Long.toString(limits.resp().bulkBytesMax()));
    config.put("save", "");
    config.put("slowlog-log-slower-than", "-1");
    config.put("slowlog-max-len", "0");
    config.put("tcp-keepalive", Integer.toString(limits.keepAliveSeconds()));
    config.put("timeout", Long.toString(limits.recvTimeoutNanos() / 1_000_000_000));
  }

  /** Adds the handlers of these commands. */
  public void addTo(CommandHandlers handlers) {
    handlers
        .addImmediate("time", (session, spec, in) -> time(session, spec))
        .addImmediate("info", this::info)
        .addImmediate("config|get", this::configGet);
    for (String name : COMMAND_NAMES) {
      handlers.addImmediate(name, this::command);
    }
  }

  private void time(Session session, CommandSpec spec) {
    Instant now = Instant.now();
    ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(64);
    RespWriter.arrayHeader(reply, 2);
    RespWriter.bulk(reply, now.getEpochSecond());
    RespWriter.bulk(reply, now.getNano() / 1000);
    session.reply(spec, reply);
  }

  private void info(Session session, CommandSpec spec, ByteBuf in) {
    RequestDecoder request = session.decoder();
    Set<String> sections = new HashSet<>();
    for (int arg = 1; arg < request.argCount(); arg++) {
      sections.add(Args.lower(in, request, arg));
    }
    SessionRequest waiting = session.enqueue(spec);
    process.ask(
        loops -> {
          String text = info.of(sections, loops);
          ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(text.length() + 32);
          session.protocol().text(reply, text);
          session.onLocalAnswer(waiting, reply);
        });
  }

  private void command(Session session, CommandSpec spec, ByteBuf in) {
    ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(1024);
    commands.catalogue().reply(spec, in, session.decoder(), locator, session.protocol(), reply);
    session.reply(spec, reply);
  }

  private void configGet(Session session, CommandSpec spec, ByteBuf in) {
    RequestDecoder request = session.decoder();
    Map<String, String> found = new LinkedHashMap<>();
    for (int arg = 2; arg < request.argCount(); arg++) {
      String pattern = Args.text(in, request, arg);
      config.forEach(
          (key, value) -> {
            if (Glob.matches(pattern, key)) {
              found.put(key, value);
            }
          });
    }
    ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(256);
    session.protocol().mapHeader(reply, found.size());
    found.forEach(
        (key, value) -> {
          RespWriter.bulk(reply, key);
          RespWriter.bulk(reply, value);
        });
    session.reply(spec, reply);
  }
}

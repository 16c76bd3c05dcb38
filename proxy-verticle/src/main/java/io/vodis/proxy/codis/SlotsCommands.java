package io.vodis.proxy.codis;

import io.netty.buffer.ByteBuf;
import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.fanout.GroupCalls;
import io.vodis.proxy.groups.GroupGate;
import io.vodis.proxy.groups.GroupGate.Needs;
import io.vodis.proxy.loop.LoopClock;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import io.vodis.slot.SlotHash;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** SLOTSHASHKEY SLOTSMAPPING SLOTSINFO SLOTSSCAN, in the forms of a Codis proxy. */
public final class SlotsCommands {

  private static final byte[] COUNTS = GroupCalls.frame("SLOTSINFO");
  private static final byte[] UNEXPECTED =
      RespErrors.reply("ERR a backend sent an unexpected reply");

  private final Dispatcher dispatcher;
  private final GroupCalls calls;
  private final GroupGate gate;
  private final CodisServers codis;
  private final SlotCensus census;
  private final SlotScan scan;

  public SlotsCommands(Dispatcher dispatcher, LoopClock clock, GroupCalls calls) {
    this.dispatcher = dispatcher;
    this.calls = calls;
    this.gate = new GroupGate(dispatcher, clock, calls);
    this.codis = new CodisServers(calls, clock);
    this.census = new SlotCensus(calls);
    this.scan = new SlotScan(dispatcher, calls, gate, codis);
  }

  /** Adds the handlers of these commands. */
  public void addTo(CommandHandlers handlers) {
    handlers
        .addImmediate("slotshashkey", SlotsCommands::hashKey)
        .addImmediate("slotsmapping", this::mapping)
        .add("slotsinfo", (session, spec, in, length) -> info(session, spec, in))
        .add("slotsscan", (session, spec, in, length) -> scan.handle(session, spec, in));
  }

  /** With the name in capital letters, as a Codis proxy writes it. */
  static byte[] wrongArity(String name) {
    return RespErrors.reply("ERR wrong number of arguments for '" + name + "' command");
  }

  static byte[] notFound(String address) {
    return RespErrors.reply("ERR backend server '" + address + "' not found");
  }

  private static void hashKey(Session session, CommandSpec spec, ByteBuf in) {
    RequestDecoder request = session.decoder();
    ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(16 + 8 * request.argCount());
    RespWriter.arrayHeader(reply, request.argCount() - 1);
    for (int arg = 1; arg < request.argCount(); arg++) {
      int offset = in.readerIndex() + request.argOffset(arg);
      RespWriter.integer(reply, SlotHash.slotOf(in, offset, request.argLength(arg)));
    }
    session.reply(spec, reply);
  }

  private void mapping(Session session, CommandSpec spec, ByteBuf in) {
    RequestDecoder request = session.decoder();
    if (request.argCount() > 2) {
      session.reply(spec, wrongArity("SLOTSMAPPING"));
      return;
    }
    ByteBuf reply;
    if (request.argCount() == 1) {
      reply = RespSocket.ALLOCATOR.directBuffer(64 * Topology.SLOT_COUNT);
      RespWriter.arrayHeader(reply, Topology.SLOT_COUNT);
      for (int slot = 0; slot < Topology.SLOT_COUNT; slot++) {
        write(session, slot, reply);
      }
    } else {
      byte[] word = Args.bytes(in, request, 1);
      int slot = SlotNumber.parse(word);
      if (slot < 0) {
        session.reply(spec, SlotNumber.error(word));
        return;
      }
      reply = RespSocket.ALLOCATOR.directBuffer(64);
      write(session, slot, reply);
    }
    session.reply(spec, reply);
  }

  /** The slot, its server, the server it moves from, and groups of replicas: one group here. */
  private void write(Session session, int slot, ByteBuf out) {
    String server = "";
    String from = "";
    List<HostAndPort> replicas = List.of();
    switch (dispatcher.table().route(slot)) {
      case SlotRoute.Serving serving -> {
        server = serving.primary().toString();
        replicas = serving.replicas();
      }
      case SlotRoute.Migrating moving -> {
        server = moving.target().toString();
        from = moving.source().toString();
      }
      case SlotRoute.Fenced fence -> server = fence.owner().toString();
      case SlotRoute.Offline offline -> {}
    }
    RespWriter.arrayHeader(out, 4);
    RespWriter.simple(out, Integer.toString(slot));
    RespWriter.simple(out, server);
    RespWriter.simple(out, from);
    if (replicas.isEmpty()) {
      session.protocol().nilArray(out);
    } else {
      RespWriter.arrayHeader(out, 1);
      RespWriter.arrayHeader(out, replicas.size());
      replicas.forEach(replica -> RespWriter.simple(out, replica.toString()));
    }
  }

  /** Of one server, whatever it holds; without an address of all, what belongs there. */
  private boolean info(Session session, CommandSpec spec, ByteBuf in) {
    RequestDecoder request = session.decoder();
    if (request.argCount() > 2) {
      session.reply(spec, wrongArity("SLOTSINFO"));
      return true;
    }
    if (request.argCount() == 1) {
      return gate.begin(session, spec, Needs.SERVERS, whole -> new Sum(session, whole).ask());
    }
    if (session.awaitsEarlierReplies()) {
      return false;
    }
    HostAndPort server = server(Args.text(in, request, 1));
    if (server == null) {
      session.reply(spec, notFound(Args.text(in, request, 1)));
      return true;
    }
    gate.start(
        session,
        spec,
        whole ->
            count(
                session,
                server,
                (counts, error) -> {
                  if (counts != null) {
                    session.onLocalAnswer(whole, counts.reply());
                  } else {
                    session.onError(whole, error == null ? UNEXPECTED : error);
                  }
                }));
    return true;
  }

  private @Nullable HostAndPort server(String address) {
    return find(dispatcher, address);
  }

  /** The server of that address, if the table in force names it. */
  static @Nullable HostAndPort find(Dispatcher dispatcher, String address) {
    for (HostAndPort server : dispatcher.table().servers()) {
      if (server.toString().equals(address)) {
        return server;
      }
    }
    for (HostAndPort replica : dispatcher.table().replicas()) {
      if (replica.toString().equals(address)) {
        return replica;
      }
    }
    return null;
  }

  private void count(
      Session session,
      HostAndPort server,
      BiConsumer<@Nullable SlotCounts, byte @Nullable []> onCounted) {
    codis.ask(
        session,
        session.lane(),
        server,
        knows -> {
          if (!knows) {
            census.count(session, server, onCounted);
            return;
          }
          calls.ask(
              session,
              session.lane(),
              GroupCalls.Way.SHARED,
              List.of(server),
              COUNTS,
              replies -> {
                byte[] reply = replies.getFirst();
                onCounted.accept(SlotCounts.parse(reply), reply[0] == '-' ? reply : UNEXPECTED);
              });
        });
  }

  /** The counts of all servers together. */
  private final class Sum {
    private final Session session;
    private final SessionRequest whole;
    private final SlotCounts sum = new SlotCounts();
    private byte @Nullable [] error;
    private int unanswered;

    private Sum(Session session, SessionRequest whole) {
      this.session = session;
      this.whole = whole;
    }

    private void ask() {
      List<HostAndPort> servers = calls.groups().servers();
      unanswered = servers.size();
      for (HostAndPort server : servers) {
        count(session, server, (counts, problem) -> onCounts(server, counts, problem));
      }
    }

    private void onCounts(
        HostAndPort server, @Nullable SlotCounts counts, byte @Nullable [] problem) {
      if (counts == null) {
        error = problem == null ? UNEXPECTED : problem;
      } else {
        sum.add(counts, slot -> belongs(slot, server));
      }
      unanswered--;
      byte[] failure = error;
      if (unanswered == 0 && failure != null) {
        session.onError(whole, failure);
      } else if (unanswered == 0) {
        session.onLocalAnswer(whole, sum.reply());
      }
    }

    private boolean belongs(int slot, HostAndPort server) {
      return switch (dispatcher.table().route(slot)) {
        case SlotRoute.Serving serving -> serving.primary().equals(server);
        case SlotRoute.Migrating moving ->
            moving.source().equals(server) || moving.target().equals(server);
        case SlotRoute.Fenced fence -> fence.owner().equals(server);
        case SlotRoute.Offline offline -> false;
      };
    }
  }
}

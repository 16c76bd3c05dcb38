package io.vodis.proxy.local;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.info.ClusterView;
import io.vodis.proxy.info.ClusterView.Node;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandler;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.LoopSettings;
import io.vodis.proxy.session.Session;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import java.util.List;

/**
 * CLUSTER, READONLY, READWRITE, ASKING: the proxies of the product as nodes of a Redis Cluster, so
 * that clients which know nothing else can use them. Only if the operator has said so; else there
 * is no cluster, as with a plain server.
 */
public final class ClusterCommands {

  private static final byte[] DISABLED =
      RespErrors.reply("ERR This instance has cluster support disabled");
  private static final byte[] NOT_COUNTED =
      RespErrors.reply("ERR this proxy cannot tell which keys are in a slot of Redis Cluster");
  private static final int BUS_PORT_OFFSET = 10_000;

  private final ProcessView process;
  private final LoopSettings settings;

  public ClusterCommands(ProcessView process, LoopSettings settings) {
    this.process = process;
    this.settings = settings;
  }

  /** Adds the handlers of these commands. */
  public void addTo(CommandHandlers handlers) {
    handlers.addImmediate("readonly", this::readOnlyOrNot);
    handlers.addImmediate("readwrite", this::readOnlyOrNot);
    add(handlers, "asking", (session, spec, in) -> session.reply(spec, LocalReplies.OK));
    add(handlers, "cluster|slots", (session, spec, in) -> slots(session, spec));
    add(handlers, "cluster|shards", (session, spec, in) -> groupsOfNodes(session, spec));
    add(handlers, "cluster|nodes", (session, spec, in) -> nodes(session, spec));
    add(handlers, "cluster|info", (session, spec, in) -> info(session, spec));
    add(
        handlers,
        "cluster|myid",
        (session, spec, in) ->
            session.reply(spec, LocalReplies.bulk(ClusterView.id(process.address()))));
    add(
        handlers,
        "cluster|keyslot",
        (session, spec, in) ->
            session.reply(
                spec,
                LocalReplies.integer(ClusterView.slotOf(Args.bytes(in, session.decoder(), 2)))));
    for (String counted : List.of("cluster|countkeysinslot", "cluster|getkeysinslot")) {
      add(handlers, counted, (session, spec, in) -> session.reply(spec, NOT_COUNTED));
    }
    for (String empty : List.of("cluster|replicas", "cluster|slaves", "cluster|links")) {
      add(
          handlers,
          empty,
          (session, spec, in) -> session.reply(spec, LocalReplies.bulks(List.of())));
    }
  }

  /** Valkey takes it without a cluster as well, for clients that can be redirected. */
  private void readOnlyOrNot(Session session, CommandSpec spec, ByteBuf in) {
    boolean taken =
        settings.server().clusterCompatible()
            || process.servers().latest().lowestValkeyVersion().isPresent();
    session.reply(spec, taken ? LocalReplies.OK : DISABLED);
  }

  private void add(CommandHandlers handlers, String name, CommandHandler.Immediate handler) {
    handlers.addImmediate(
        name,
        (session, spec, in) -> {
          if (settings.server().clusterCompatible()) {
            handler.handle(session, spec, in);
          } else {
            session.reply(spec, DISABLED);
          }
        });
  }

  private ClusterView view() {
    return process.cluster();
  }

  private void slots(Session session, CommandSpec spec) {
    List<Node> nodes = view().nodes().stream().filter(Node::hasSlots).toList();
    ByteBuf out = LocalReplies.buffer(1024);
    RespWriter.arrayHeader(out, nodes.size());
    for (Node node : nodes) {
      RespWriter.arrayHeader(out, 3);
      RespWriter.integer(out, node.first());
      RespWriter.integer(out, node.last());
      RespWriter.arrayHeader(out, 4);
      RespWriter.bulk(out, node.address().host());
      RespWriter.integer(out, node.address().port());
      RespWriter.bulk(out, node.id());
      RespWriter.arrayHeader(out, 0);
    }
    session.reply(spec, out);
  }

  private void groupsOfNodes(Session session, CommandSpec spec) {
    List<Node> nodes = view().nodes();
    ByteBuf out = LocalReplies.buffer(1024);
    RespWriter.arrayHeader(out, nodes.size());
    for (Node node : nodes) {
      session.protocol().mapHeader(out, 2);
      RespWriter.bulk(out, "slots");
      RespWriter.arrayHeader(out, node.hasSlots() ? 2 : 0);
      if (node.hasSlots()) {
        RespWriter.integer(out, node.first());
        RespWriter.integer(out, node.last());
      }
      RespWriter.bulk(out, "nodes");
      RespWriter.arrayHeader(out, 1);
      session.protocol().mapHeader(out, 7);
      field(out, "id", node.id());
      RespWriter.bulk(out, "port");
      RespWriter.integer(out, node.address().port());
      field(out, "ip", node.address().host());
      field(out, "endpoint", node.address().host());
      field(out, "role", "master");
      RespWriter.bulk(out, "replication-offset");
      RespWriter.integer(out, 0);
      field(out, "health", "online");
    }
    session.reply(spec, out);
  }

  private static void field(ByteBuf out, String name, String value) {
    RespWriter.bulk(out, name);
    RespWriter.bulk(out, value);
  }

  private void nodes(Session session, CommandSpec spec) {
    StringBuilder lines = new StringBuilder();
    for (Node node : view().nodes()) {
      lines
          .append(node.id())
          .append(' ')
          .append(node.address())
          .append('@')
          .append(node.address().port() + BUS_PORT_OFFSET)
          .append(node.address().equals(process.address()) ? " myself,master" : " master")
          .append(" - 0 0 1 connected");
      if (node.hasSlots()) {
        lines.append(' ').append(node.first());
        if (node.last() > node.first()) {
          lines.append('-').append(node.last());
        }
      }
      lines.append('\n');
    }
    session.reply(spec, LocalReplies.text(session, lines.toString()));
  }

  private void info(Session session, CommandSpec spec) {
    int size = view().nodes().size();
    session.reply(
        spec,
        LocalReplies.text(
            session,
            String.join(
                "\r\n",
                "cluster_state:ok",
                "cluster_slots_assigned:" + ClusterView.SLOTS,
                "cluster_slots_ok:" + ClusterView.SLOTS,
                "cluster_slots_pfail:0",
                "cluster_slots_fail:0",
                "cluster_known_nodes:" + size,
                "cluster_size:" + size,
                "cluster_current_epoch:1",
                "cluster_my_epoch:1",
                "cluster_stats_messages_sent:0",
                "cluster_stats_messages_received:0",
                "")));
  }
}

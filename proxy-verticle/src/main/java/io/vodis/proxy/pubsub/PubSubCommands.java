package io.vodis.proxy.pubsub;

import io.netty.buffer.ByteBuf;
import io.vodis.model.HostAndPort;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.BackendPool;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.Session;
import io.vodis.resp.RespErrors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** PUBSUB CHANNELS NUMSUB NUMPAT SHARDCHANNELS SHARDNUMSUB HELP, asked of the servers. */
public final class PubSubCommands {

  private final Subscribers hub;
  private final BackendPool pool;

  public PubSubCommands(Subscribers hub, BackendPool pool) {
    this.hub = hub;
    this.pool = pool;
  }

  /** Adds the handlers of these commands. */
  public void addTo(CommandHandlers handlers) {
    add(handlers, "pubsub|channels", PubSubQuery.Merge.NAMES);
    add(handlers, "pubsub|shardchannels", PubSubQuery.Merge.NAMES);
    add(handlers, "pubsub|numsub", PubSubQuery.Merge.NUMBERS);
    add(handlers, "pubsub|shardnumsub", PubSubQuery.Merge.NUMBERS);
    add(handlers, "pubsub|numpat", PubSubQuery.Merge.NUMBER);
    handlers.addImmediate("pubsub|help", (session, spec, in) -> help(session, spec));
  }

  private void add(CommandHandlers handlers, String name, PubSubQuery.Merge merge) {
    handlers.add(name, (session, spec, in, length) -> ask(session, spec, in, length, merge));
  }

  private boolean ask(
      Session session, CommandSpec spec, ByteBuf in, int length, PubSubQuery.Merge merge) {
    Collection<HostAndPort> servers = Set.copyOf(hub.everywhere());
    if (servers.isEmpty() || !hub.dispatcher().leased()) {
      session.reply(spec, RespErrors.CLUSTER_DOWN);
      return true;
    }
    List<BackendConnection> connections = new ArrayList<>(servers.size());
    for (HostAndPort server : servers) {
      Backend backend = pool.server(server).lane(session.lane());
      BackendConnection connection = backend.acquire();
      if (connection == null) {
        byte[] refusal = backend.refusal();
        if (refusal == null) {
          session.stall();
          return false;
        }
        session.reply(spec, refusal);
        return true;
      }
      connections.add(connection);
    }
    new PubSubQuery(session, session.enqueue(spec), merge)
        .send(connections, in, in.readerIndex(), length);
    return true;
  }

  private static void help(Session session, CommandSpec spec) {
    session.reply(spec, HelpText.reply());
  }
}

package io.vodis.proxy.groups;

import io.netty.buffer.ByteBuf;
import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRoute;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.fanout.GroupCalls;
import io.vodis.proxy.fanout.KeyPage;
import io.vodis.proxy.fanout.Merge;
import io.vodis.proxy.groups.GroupGate.Needs;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.resp.RespErrors;
import io.vodis.slot.ReservedName;
import io.vodis.slot.SlotHash;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * KEYS. While nothing migrates, the replies of the servers pass through, see {@link KeysStream}.
 * While slots migrate, a key may be met twice or on its way: all servers are asked, then the
 * targets once more, and what they say is gathered, within the bound of replies of all groups.
 */
final class KeysCommand {

  private final Dispatcher dispatcher;
  private final GroupCalls calls;
  private final GroupGate gate;

  KeysCommand(Dispatcher dispatcher, GroupCalls calls, GroupGate gate) {
    this.dispatcher = dispatcher;
    this.calls = calls;
    this.gate = gate;
  }

  void addTo(CommandHandlers handlers) {
    handlers.add("keys", this::keys);
  }

  private boolean keys(Session session, CommandSpec spec, ByteBuf in, int length) {
    byte[] frame = Args.frame(in, length);
    return gate.begin(
        session,
        spec,
        Needs.SLOTS,
        whole -> {
          if (calls.groups().anyMigrating()) {
            gather(session, whole, frame);
          } else {
            new KeysStream(session, whole, calls.groups().servers())
                .start(dispatcher, calls, frame);
          }
        });
  }

  private void gather(Session session, SessionRequest whole, byte[] frame) {
    Set<ByteBuffer> keys = new LinkedHashSet<>();
    List<HostAndPort> servers = calls.groups().servers();
    calls.ask(
        session,
        session.lane(),
        GroupCalls.Way.SHARED,
        servers,
        frame,
        first -> {
          byte[] error = take(servers, first, keys);
          if (error != null) {
            GroupCommands.answer(session, whole, error);
            return;
          }
          List<HostAndPort> targets = calls.groups().targets();
          calls.ask(
              session,
              session.lane(),
              GroupCalls.Way.SHARED,
              targets,
              frame,
              second -> {
                byte[] secondError = take(targets, second, keys);
                if (secondError != null) {
                  GroupCommands.answer(session, whole, secondError);
                } else {
                  session.onLocalAnswer(
                      whole, KeyPage.keys(keys.stream().map(ByteBuffer::array).toList()));
                }
              });
        });
  }

  /** Adds the keys that clients can reach where they were found; returns an error if there is. */
  private byte @Nullable [] take(
      List<HostAndPort> servers, List<byte[]> replies, Set<ByteBuffer> keys) {
    byte[] error = Merge.error(replies);
    for (int i = 0; error == null && i < servers.size(); i++) {
      List<byte[]> found = KeyPage.keys(replies.get(i), 0);
      if (found == null) {
        error = RespErrors.reply("ERR a backend sent an unexpected reply");
      } else {
        for (byte[] key : found) {
          if (!ReservedName.is(key) && mayHold(servers.get(i), SlotHash.slotOf(key))) {
            keys.add(ByteBuffer.wrap(key));
          }
        }
      }
    }
    return error;
  }

  private boolean mayHold(HostAndPort server, int slot) {
    return switch (dispatcher.table().route(slot)) {
      case SlotRoute.Serving serving -> serving.primary().equals(server);
      case SlotRoute.Migrating moving ->
          moving.source().equals(server) || moving.target().equals(server);
      case SlotRoute.Fenced fence -> true;
      case SlotRoute.Offline offline -> false;
    };
  }
}

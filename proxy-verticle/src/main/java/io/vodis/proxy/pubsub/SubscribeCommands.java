package io.vodis.proxy.pubsub;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespErrors;
import io.vodis.slot.SlotHash;
import java.util.ArrayList;
import java.util.List;

/**
 * SUBSCRIBE PSUBSCRIBE SSUBSCRIBE, their counterparts, and PUBLISH SPUBLISH, which go to the server
 * of the channel's slot.
 */
public final class SubscribeCommands {

  private static final byte[] TOO_MANY_TOPICS =
      RespErrors.reply("ERR max number of subscriptions reached");

  private final Subscribers hub;

  public SubscribeCommands(Subscribers hub) {
    this.hub = hub;
  }

  /** Adds the handlers of these commands. */
  public void addTo(CommandHandlers handlers) {
    handlers
        .add("subscribe", (session, spec, in, n) -> subscribe(session, spec, in, Kind.CHANNEL))
        .add("psubscribe", (session, spec, in, n) -> subscribe(session, spec, in, Kind.PATTERN))
        .add(
            "ssubscribe", (session, spec, in, n) -> subscribe(session, spec, in, Kind.SLOT_CHANNEL))
        .add("unsubscribe", (session, spec, in, n) -> unsubscribe(session, spec, in, Kind.CHANNEL))
        .add("punsubscribe", (session, spec, in, n) -> unsubscribe(session, spec, in, Kind.PATTERN))
        .add(
            "sunsubscribe",
            (session, spec, in, n) -> unsubscribe(session, spec, in, Kind.SLOT_CHANNEL))
        .add("publish", this::publish)
        .add("spublish", this::publish);
  }

  private boolean subscribe(Session session, CommandSpec spec, ByteBuf in, Kind kind) {
    if (session.awaitsEarlierReplies()) {
      return false;
    }
    List<byte[]> names = names(in, session.decoder());
    Subscriber subscriber = session.state(Subscriber.class);
    if (!hub.dispatcher().leased()) {
      session.reply(spec, RespErrors.CLUSTER_DOWN);
    } else if (subscriber == null && hub.isFull()) {
      session.reply(spec, RespErrors.MAX_CLIENTS);
    } else if (subscriber != null && !subscriber.hasRoomFor(names.size())
        || names.size() > hub.limits().maxTopics()) {
      session.reply(spec, TOO_MANY_TOPICS);
    } else {
      (subscriber == null ? hub.begin(session) : subscriber).subscribe(spec, kind, names);
    }
    return true;
  }

  private static boolean unsubscribe(Session session, CommandSpec spec, ByteBuf in, Kind kind) {
    if (session.awaitsEarlierReplies()) {
      return false;
    }
    List<byte[]> names = names(in, session.decoder());
    Subscriber subscriber = session.state(Subscriber.class);
    if (subscriber != null) {
      subscriber.unsubscribe(spec, kind, names.isEmpty() ? subscriber.names(kind) : names);
      return true;
    }
    ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(64);
    for (byte[] name : names) {
      Subscriber.confirm(session.protocol(), kind.unsubscribe(), name, 0, reply);
    }
    if (names.isEmpty()) {
      Subscriber.confirm(session.protocol(), kind.unsubscribe(), null, 0, reply);
    }
    session.reply(spec, reply);
    return true;
  }

  private static List<byte[]> names(ByteBuf in, RequestDecoder request) {
    List<byte[]> names = new ArrayList<>(request.argCount() - 1);
    for (int arg = 1; arg < request.argCount(); arg++) {
      names.add(Args.bytes(in, request, arg));
    }
    return names;
  }

  /** No keys are named: in a migrating slot nothing has to be moved before it runs. */
  private boolean publish(Session session, CommandSpec spec, ByteBuf in, int length) {
    RequestDecoder request = session.decoder();
    int at = in.readerIndex() + request.argOffset(1);
    int slot = SlotHash.slotOf(in, at, request.argLength(1));
    SessionRequest sent = session.enqueue(spec);
    boolean taken =
        hub.dispatcher()
            .dispatch(sent, slot, session.lane(), in, in.readerIndex(), length, List.of());
    if (!taken) {
      session.withdraw(sent);
      session.stall();
    }
    return taken;
  }
}

package io.vodis.proxy.pubsub;

import io.netty.buffer.ByteBuf;
import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRoute;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.command.Routing;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.ClientLine;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.proxy.session.SessionState;
import io.vodis.resp.Protocol;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import io.vodis.slot.SlotHash;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A session with subscriptions. It has a connection of its own to each server it needs, so that the
 * counts that servers give are those of clients.
 *
 * <p>Order: while a slot moves, its channels may be heard from two servers. What the server that
 * comes next says is held until the one before it has nothing left to say, which a PING sent behind
 * the last possible message tells. While a SUBSCRIBE is being confirmed all messages are held, so
 * that none precedes its confirmation.
 */
final class Subscriber implements SessionState {

  /** A server that may still have messages of slots that have left it. */
  private record Drain(HostAndPort from, BitSet slots) {}

  private record Held(HostAndPort from, int slot, ByteBuf frame) {}

  /** A (P|S)(UN)SUBSCRIBE that the servers have yet to confirm. */
  private static final class Change {
    private final boolean subscribing;
    private final List<Topic> topics;
    private final List<Topic> fresh;
    private final SessionRequest request;
    private final ByteBuf reply;
    private final long deadlineNanos;

    /** All topics before this one are confirmed. */
    private int next;

    private Change(
        boolean subscribing,
        List<Topic> topics,
        List<Topic> fresh,
        SessionRequest request,
        ByteBuf reply,
        long deadlineNanos) {
      this.subscribing = subscribing;
      this.topics = topics;
      this.fresh = fresh;
      this.request = request;
      this.reply = reply;
      this.deadlineNanos = deadlineNanos;
    }
  }

  /** Of a notification about a key: it is published where the key is. */
  private static final int ANY_SLOT = -1;

  private final Session session;
  private final Subscribers hub;
  private final OutputLimit limit;
  private final Set<Topic> topics = new LinkedHashSet<>();
  private final int[] counts = new int[Kind.values().length];
  private final Map<HostAndPort, SubscriberLink> links = new HashMap<>();
  private final List<Drain> drains = new ArrayList<>(1);
  private ArrayDeque<Held> held = new ArrayDeque<>(1);
  private long heldBytes;
  private @Nullable Change change;
  private boolean ended;

  Subscriber(Session session, Subscribers hub) {
    this.session = session;
    this.hub = hub;
    this.limit = new OutputLimit(hub.limits());
  }

  /** As a confirmation tells it: shard channels count for themselves. */
  int count(Kind kind) {
    return kind == Kind.SLOT_CHANNEL
        ? counts[kind.ordinal()]
        : counts[Kind.CHANNEL.ordinal()] + counts[Kind.PATTERN.ordinal()];
  }

  boolean hasRoomFor(int more) {
    return topics.size() + more <= hub.limits().maxTopics();
  }

  /** What it is subscribed to, of one kind. */
  List<byte[]> names(Kind kind) {
    return topics.stream().filter(topic -> topic.kind() == kind).map(Topic::name).toList();
  }

  /** Subscribes; the reply follows when the servers have confirmed. */
  void subscribe(CommandSpec spec, Kind kind, List<byte[]> names) {
    List<Topic> wanted = new ArrayList<>(names.size());
    List<Topic> fresh = new ArrayList<>(names.size());
    ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(64 * names.size());
    for (byte[] name : names) {
      Topic topic = new Topic(kind, name);
      wanted.add(topic);
      if (topics.add(topic)) {
        counts[kind.ordinal()]++;
        fresh.add(topic);
      }
      confirm(session.protocol(), kind.subscribe(), name, count(kind), reply);
    }
    begin(spec, new Change(true, wanted, fresh, session.enqueue(spec), reply, deadline()));
    fresh.forEach(topic -> place(topic, null));
    onProgress();
  }

  /** Unsubscribes; {@code names} is empty if the client had none to give and nothing to lose. */
  void unsubscribe(CommandSpec spec, Kind kind, List<byte[]> names) {
    List<Topic> left = new ArrayList<>(names.size());
    ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(64 * Math.max(1, names.size()));
    for (byte[] name : names) {
      Topic topic = new Topic(kind, name);
      if (topics.remove(topic)) {
        counts[kind.ordinal()]--;
        left.add(topic);
      }
      confirm(session.protocol(), kind.unsubscribe(), name, count(kind), reply);
    }
    if (names.isEmpty()) {
      confirm(session.protocol(), kind.unsubscribe(), null, count(kind), reply);
    }
    begin(spec, new Change(false, left, List.of(), session.enqueue(spec), reply, deadline()));
    for (SubscriberLink link : List.copyOf(links.values())) {
      left.forEach(link::remove);
      link.closeIfIdle();
    }
    onProgress();
  }

  private void begin(CommandSpec spec, Change begun) {
    if (change != null) {
      throw new IllegalStateException(spec + " overtakes another");
    }
    change = begun;
  }

  private long deadline() {
    return hub.now() + hub.limits().subscribeNanos();
  }

  /** One confirmation, as Redis writes it. */
  static void confirm(
      Protocol protocol, byte[] word, byte @Nullable [] name, int count, ByteBuf out) {
    protocol.pushHeader(out, 3);
    RespWriter.bulk(out, word);
    if (name == null) {
      protocol.nil(out);
    } else {
      RespWriter.bulk(out, name);
    }
    RespWriter.integer(out, count);
  }

  /** Asks for a topic where it belongs, and no more where it does not. */
  private void place(Topic topic, @Nullable Settling settling) {
    Set<HostAndPort> homes = hub.homes(topic);
    for (HostAndPort home : homes) {
      links
          .computeIfAbsent(home, server -> new SubscriberLink(server, this, hub))
          .add(topic, settling);
    }
    for (SubscriberLink link : List.copyOf(links.values())) {
      if (!homes.contains(link.server()) && link.wants(topic)) {
        link.remove(topic);
        link.closeIfIdle();
      }
    }
  }

  /** A server has answered or is lost: perhaps that was all that a change waited for. */
  void onProgress() {
    Change waiting = change;
    if (waiting == null) {
      return;
    }
    while (waiting.next < waiting.topics.size()) {
      Topic topic = waiting.topics.get(waiting.next);
      if (waiting.subscribing) {
        byte[] error = obstacle(topic);
        if (error != null) {
          finish(waiting, error);
          return;
        }
      }
      if (!(waiting.subscribing ? isSubscribed(topic) : isUnsubscribed(topic))) {
        return;
      }
      waiting.next++;
    }
    finish(waiting, null);
  }

  private boolean isUnsubscribed(Topic topic) {
    return links.values().stream().allMatch(link -> link.isFreeOf(topic));
  }

  /** Where it belongs; of many servers those that cannot be reached do not count. */
  private boolean isSubscribed(Topic topic) {
    Set<HostAndPort> homes = hub.homes(topic);
    boolean any = false;
    for (HostAndPort home : homes) {
      SubscriberLink link = links.get(home);
      if (link != null && link.isConfirmed(topic)) {
        any = true;
      } else if (link == null || !topic.everywhere() || !link.isUnreachable()) {
        return false;
      }
    }
    return any;
  }

  /** Why a topic cannot be subscribed to; null if it can, or may be able to. */
  private byte @Nullable [] obstacle(Topic topic) {
    if (!topic.everywhere() && hub.route(topic) instanceof SlotRoute.Offline) {
      return RespErrors.SLOT_NOT_SERVED;
    }
    SubscriberLink unreachable = null;
    for (HostAndPort home : hub.homes(topic)) {
      SubscriberLink link = links.get(home);
      if (link != null && link.isUnreachable()) {
        unreachable = link;
      } else if (topic.everywhere()) {
        return null;
      }
    }
    return unreachable == null
        ? null
        : RespErrors.reply(
            "ERR backend "
                + unreachable.server()
                + " is unavailable, nothing was executed: "
                + unreachable.lastError());
  }

  /** A server does not allow it, or does not know the command. */
  void onRefused(Topic topic, byte[] error) {
    Change waiting = change;
    if (waiting != null && waiting.subscribing && waiting.fresh.contains(topic)) {
      finish(waiting, error);
    }
  }

  private void finish(Change over, byte @Nullable [] error) {
    change = null;
    ByteBuf reply = over.reply;
    if (error != null) {
      reply.clear().writeBytes(error);
      for (Topic topic : over.fresh) {
        topics.remove(topic);
        counts[topic.kind().ordinal()]--;
        for (SubscriberLink link : List.copyOf(links.values())) {
          link.remove(topic);
          link.closeIfIdle();
        }
      }
    }
    if (error == null) {
      session.replies().onMessages(over.request, reply);
    } else {
      session.onLocalAnswer(over.request, reply);
    }
    releaseHeld();
    if (topics.isEmpty() && change == null && !ended) {
      session.end(this);
      onEnd();
    }
  }

  /** A link has nothing to do any more. */
  void onIdle(SubscriberLink link) {
    links.remove(link.server(), link);
  }

  void onMessage(SubscriberLink from, ByteBuf in, int offset, int length) {
    if (!held.isEmpty() || isAnythingHeld()) {
      byte[] channel = Messages.channel(in, offset);
      int slot = Topic.isNotification(channel) ? ANY_SLOT : SlotHash.slotOf(channel);
      if (mustWait(from.server(), slot) || isHeld(from.server(), slot)) {
        ByteBuf copy = RespSocket.ALLOCATOR.directBuffer(length).writeBytes(in, offset, length);
        held.addLast(new Held(from.server(), slot, copy));
        heldBytes += length;
        checkLimit();
        return;
      }
    }
    pass(in, offset, length);
  }

  /** What a server says about a slot is never passed on before what it said earlier. */
  private boolean isHeld(HostAndPort from, int slot) {
    for (Held message : held) {
      if (message.slot() == slot && message.from().equals(from)) {
        return true;
      }
    }
    return false;
  }

  private boolean isAnythingHeld() {
    Change waiting = change;
    return waiting != null && waiting.subscribing || !drains.isEmpty() || hub.owners().anyFenced();
  }

  private boolean mustWait(HostAndPort from, int slot) {
    Change waiting = change;
    if (waiting != null && waiting.subscribing) {
      return true;
    }
    if (slot == ANY_SLOT) {
      return false;
    }
    for (Drain drain : drains) {
      if (drain.slots().get(slot)) {
        // The oldest decides: what its server still says was said before any later move.
        return !drain.from().equals(from);
      }
    }
    return hub.owners().isAhead(slot, from);
  }

  private void releaseHeld() {
    if (held.isEmpty()) {
      return;
    }
    ArrayDeque<Held> candidates = held;
    held = new ArrayDeque<>(1);
    for (Held message : candidates) {
      if (!ended && mustWait(message.from(), message.slot())) {
        held.addLast(message);
        continue;
      }
      ByteBuf frame = message.frame();
      heldBytes -= frame.readableBytes();
      if (!ended) {
        pass(frame, 0, frame.readableBytes());
        hub.backends().copies().end();
      }
      frame.release();
    }
  }

  private void pass(ByteBuf in, int offset, int length) {
    if (session.protocol() == Protocol.RESP3) {
      in.setByte(offset, '>');
    }
    session.push(in, offset, length);
    hub.onMessage();
    checkLimit();
  }

  private void checkLimit() {
    if (!ended && limit.isExceeded(session.untakenBytes() + heldBytes, hub.now())) {
      hub.onCut();
      hub.backends().copies().end();
      session.closeOverLimit("it takes its messages too slowly");
    }
  }

  /**
   * Follows a change of routes.
   *
   * @param left slots that have another owner now, by the owner they had
   * @param broken servers that are believed dead
   */
  void follow(
      BitSet changed, Map<HostAndPort, BitSet> left, Set<HostAndPort> broken, Settling settling) {
    for (HostAndPort server : broken) {
      SubscriberLink link = links.get(server);
      if (link != null) {
        link.breakOff("the server is being replaced");
      }
    }
    List<Topic> affected =
        topics.stream().filter(t -> t.everywhere() || changed.get(t.slot())).toList();
    if (!affected.isEmpty()) {
      left.forEach(this::drain);
      affected.forEach(topic -> place(topic, settling));
    }
    Change waiting = change;
    if (waiting != null && waiting.subscribing) {
      waiting.next = 0;
      onProgress();
    }
    releaseHeld();
  }

  /** What that server has sent until now comes before what others say about these slots. */
  private void drain(HostAndPort server, BitSet slots) {
    SubscriberLink link = links.get(server);
    if (link != null) {
      Drain drain = new Drain(server, slots);
      drains.add(drain);
      link.mark(
          () -> {
            drains.remove(drain);
            releaseHeld();
          });
    }
  }

  void tick(long now) {
    for (SubscriberLink link : List.copyOf(links.values())) {
      link.tick(now);
    }
    checkLimit();
    Change waiting = change;
    if (waiting != null && now - waiting.deadlineNanos >= 0) {
      finish(
          waiting,
          !waiting.subscribing || isGoodEnough(waiting.topics) ? null : RespErrors.TRY_AGAIN);
    }
  }

  /** Of many servers one that has confirmed will do. */
  private boolean isGoodEnough(List<Topic> wanted) {
    return wanted.stream()
        .allMatch(
            topic ->
                topic.everywhere()
                    && links.values().stream().anyMatch(link -> link.isConfirmed(topic)));
  }

  @Override
  public Verdict intercept(Session of, @Nullable CommandSpec spec, ByteBuf in, int length) {
    RequestDecoder request = of.decoder();
    if (topics.isEmpty()
        || of.protocol() == Protocol.RESP3
        || spec == null
        || spec.routing() == Routing.CONTAINER
        || spec.routing() == Routing.CROSS_PROTOCOL
        || !spec.acceptsArgCount(request.argCount())) {
      return Verdict.PASS;
    }
    return switch (spec.name()) {
      case "subscribe",
          "psubscribe",
          "ssubscribe",
          "unsubscribe",
          "punsubscribe",
          "sunsubscribe",
          "quit",
          "reset" ->
          Verdict.PASS;
      case "ping" -> ping(of, spec, in);
      default -> {
        of.reply(
            spec,
            RespErrors.reply(
                "ERR Can't execute '"
                    + spec.name()
                    + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed"
                    + " in this context"));
        yield Verdict.HANDLED;
      }
    };
  }

  /** In RESP2 a reply must be told from a message: {@code *2 pong}. */
  private static Verdict ping(Session of, CommandSpec spec, ByteBuf in) {
    RequestDecoder request = of.decoder();
    if (request.argCount() > 2) {
      return Verdict.PASS;
    }
    ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(64);
    RespWriter.arrayHeader(reply, 2);
    RespWriter.bulk(reply, "pong");
    RespWriter.bulk(reply, request.argCount() == 2 ? Args.bytes(in, request, 1) : new byte[0]);
    of.reply(spec, reply);
    return Verdict.HANDLED;
  }

  @Override
  public boolean listens() {
    return !topics.isEmpty();
  }

  @Override
  public void describe(ClientLine line) {
    if (!topics.isEmpty()) {
      line.subscriptions(
          counts[Kind.CHANNEL.ordinal()],
          counts[Kind.PATTERN.ordinal()],
          counts[Kind.SLOT_CHANNEL.ordinal()]);
    }
  }

  @Override
  public boolean delaysDrain() {
    return false;
  }

  @Override
  public void onEnd() {
    ended = true;
    hub.remove(this);
    Change waiting = change;
    if (waiting != null) {
      change = null;
      // Its request has gone with the session.
      waiting.reply.release();
    }
    List.copyOf(links.values()).forEach(SubscriberLink::end);
    links.clear();
    releaseHeld();
  }
}

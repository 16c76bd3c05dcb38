package io.vodis.proxy.tracking;

import io.netty.buffer.ByteBuf;
import io.vodis.model.HostAndPort;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendPool;
import io.vodis.proxy.backend.PrivateLine;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.command.Routing;
import io.vodis.proxy.pubsub.OutputLimit;
import io.vodis.proxy.session.ClientLine;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionState;
import io.vodis.proxy.transaction.OpenTransaction;
import io.vodis.resp.Protocol;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A session whose server-side caches are tracked. Its requests use connections of its own, each of
 * which has begun with CLIENT TRACKING ON; what the servers say on them goes to the client. If it
 * redirects to another, so do these connections, to {@link ToldConnections}, whatever protocol they
 * are in. A session in RESP2 that redirects to nobody can be told nothing, and goes the usual way.
 *
 * <p>Invariant: when a server can no longer tell the client about a key, the client is told to
 * forget all ({@code invalidate} with null).
 */
final class Tracking implements SessionState, PrivateLine, ToldConnections.Owner {

  private static final ByteBuf CACHING_YES =
      TrackingOptions.frame(List.of("CLIENT", "CACHING", "YES"));

  private static final ByteBuf CACHING_NO =
      TrackingOptions.frame(List.of("CLIENT", "CACHING", "NO"));

  /** Longest time for the servers to be told, before the client is answered all the same. */
  private static final long BEGIN_NANOS = 1_000_000_000;

  /** Of that many changes of its options a session keeps the connections. */
  private static final int PREDECESSORS_MAX = 4;

  private final Session session;
  private final Trackings hub;
  private final TrackingOptions options;
  private final OutputLimit limit;
  private final @Nullable Redirection redirection;

  /** Null while nobody can be told. */
  private @Nullable BackendPool pool;

  private @Nullable ToldConnections told;

  /** In BCAST mode, until the client is answered: servers that do not track yet. */
  private final Set<HostAndPort> awaited = new HashSet<>();

  /** In BCAST mode: servers of whose writes nothing is heard at present. */
  private final Set<HostAndPort> unheard = new HashSet<>();

  /** The servers there were. */
  private Set<HostAndPort> known = Set.of();

  /** Keys may have been read of which the client cannot be told. */
  private boolean untold;

  private @Nullable Runnable onBegun;
  private long beginDeadlineNanos;

  /** The one that speaks for this one, and those that this one speaks for, the oldest first. */
  private @Nullable Tracking successor;

  private final ArrayDeque<Tracking> predecessors = new ArrayDeque<>(0);
  private boolean broken;
  private boolean over;

  Tracking(Session session, Trackings hub, TrackingOptions options) {
    this.session = session;
    this.hub = hub;
    this.options = options;
    this.limit = new OutputLimit(hub.limits());
    this.redirection =
        options.redirect() == 0 ? null : hub.redirection(options.redirect(), this::onBroken);
  }

  TrackingOptions options() {
    return options;
  }

  /** Whether the client it redirects to was not there when it was to be told. */
  boolean isBroken() {
    return broken;
  }

  /** Begins; {@code onDone} is called when the servers track what has to be tracked. */
  void begin(Runnable onDone) {
    session.begin(this);
    connect();
    if (options.broadcast() && pool != null) {
      onBegun = onDone;
      beginDeadlineNanos = hub.now() + BEGIN_NANOS;
      awaited.addAll(hub.servers());
      unheard.addAll(awaited);
      known = Set.copyOf(awaited);
      connectAll();
      endBeginning();
    } else {
      onDone.run();
    }
  }

  private void connect() {
    if (redirection != null) {
      told = new ToldConnections(hub, this);
      pool = hub.pool(this);
    } else if (session.protocol() == Protocol.RESP3) {
      pool = hub.pool(this);
    }
    session.ownPool(pool);
    session.announcement(pool == null ? null : announcement());
  }

  private @Nullable ByteBuf announcement() {
    return switch (options.mode()) {
      case OPTIN -> CACHING_YES;
      case OPTOUT -> CACHING_NO;
      case READ, BCAST -> null;
    };
  }

  private void disconnect() {
    session.ownPool(null);
    session.announcement(null);
    closeConnections();
  }

  private void closeConnections() {
    BackendPool former = pool;
    ToldConnections formerlyTold = told;
    pool = null;
    told = null;
    if (former != null) {
      former.close("tracking has ended");
    }
    if (formerlyTold != null) {
      formerlyTold.close();
    }
  }

  /** In BCAST mode every server tells of its keys, whether they have been read or not. */
  private void connectAll() {
    BackendPool own = pool;
    if (!options.broadcast() || own == null) {
      return;
    }
    for (HostAndPort server : hub.servers()) {
      Backend backend = own.server(server).lane(session.lane());
      if (backend.acquire() == null && backend.refusal() != null) {
        // It cannot be reached. When it can, the client is told to forget all.
        awaited.remove(server);
      }
    }
  }

  private void endBeginning() {
    Runnable answer = onBegun;
    if (answer != null && awaited.isEmpty()) {
      onBegun = null;
      answer.run();
    }
  }

  /** The command that has to be said for a CLIENT CACHING holds for the next one only. */
  @Override
  public void onHandled(Session handled, @Nullable CommandSpec spec) {
    if (pool == null && spec != null && spec.routing() != Routing.LOCAL) {
      untold = true;
    }
    if (session.announcing()
        && session.state(OpenTransaction.class) == null
        && (spec == null || !spec.name().startsWith("client|"))) {
      session.announcing(false);
    }
  }

  @Override
  public void onProtocol() {
    if (over) {
      return;
    }
    if (redirection == null) {
      disconnect();
      connect();
      if (pool == null) {
        endForebears();
        untold = true;
      } else if (untold) {
        untold = false;
        tell(null);
      }
    }
    connectAll();
  }

  /**
   * Another has begun for the same session. What has been read is tracked on the connections there
   * are, so they stay, and what they say is said by the other. In BCAST mode the other has heard
   * all since before this ends.
   */
  void giveWay(Tracking next) {
    next.untold |= untold;
    next.predecessors.addAll(predecessors);
    predecessors.clear();
    if (options.broadcast() || pool == null) {
      end();
    } else {
      next.predecessors.addLast(this);
    }
    next.predecessors.forEach(before -> before.successor = next);
    if (next.predecessors.size() > PREDECESSORS_MAX) {
      next.predecessors.removeFirst().end();
      next.tell(null);
    }
  }

  private void endForebears() {
    predecessors.forEach(Tracking::end);
    predecessors.clear();
  }

  private void end() {
    over = true;
    hub.remove(this);
    closeConnections();
  }

  /** Tells the client, or who is told in its place, of keys, or to forget all. */
  private void tell(byte @Nullable [] keys) {
    Tracking next = successor;
    if (over) {
      return;
    }
    if (next != null) {
      next.tell(keys);
    } else if (redirection != null) {
      redirection.tell(keys);
    } else {
      Invalidation.tell(session, keys);
      checkLimit();
    }
  }

  private void checkLimit() {
    if (limit.isExceeded(session.untakenBytes(), hub.now())) {
      hub.onCut();
      session.closeOverLimit("it takes its invalidations too slowly");
    }
  }

  private void onBroken() {
    if (!over) {
      broken = true;
      Invalidation.tellBroken(session, options.redirect());
    }
  }

  @Override
  public @Nullable ByteBuf greeting(HostAndPort server) {
    ToldConnections others = told;
    if (others == null) {
      return options.command(0);
    }
    long client = others.clientAt(server);
    return client == 0 ? null : options.command(client);
  }

  @Override
  public byte @Nullable [] refusal(HostAndPort server) {
    ToldConnections others = told;
    return others == null ? null : others.refusalAt(server);
  }

  @Override
  public void onPush(ByteBuf in, int offset, int length) {
    if (successor != null) {
      onTold(in, offset, length);
    } else if (!over && redirection == null) {
      session.push(in, offset, length);
      checkLimit();
    }
  }

  @Override
  public void onTold(ByteBuf in, int offset, int length) {
    if (!over && Invalidation.isOne(in, offset, length)) {
      tell(Invalidation.keys(in, offset, length));
    }
  }

  @Override
  public void onReady(HostAndPort server) {
    boolean missed = unheard.remove(server);
    if (awaited.remove(server)) {
      endBeginning();
    } else if (missed) {
      // What was written meanwhile is not known.
      tell(null);
    }
  }

  @Override
  public void onLost(HostAndPort server) {
    if (options.broadcast()) {
      unheard.add(server);
    }
    tell(null);
  }

  @Override
  public void onTellable(HostAndPort server) {
    connectAll();
  }

  /** What is read from now on has to be tracked for the connection that comes next. */
  @Override
  public void onUntold(HostAndPort server) {
    BackendPool own = pool;
    if (own != null) {
      own.server(server).renew();
    }
    tell(null);
  }

  /** Slots have another owner, which knows nothing of what was read from the one before. */
  void onMoved(Set<HostAndPort> servers, List<HostAndPort> gone) {
    BackendPool own = pool;
    if (own == null) {
      return;
    }
    ToldConnections others = told;
    for (HostAndPort server : gone) {
      own.server(server).breakAll("the server is being replaced");
      if (others != null) {
        others.breakAll(server);
      }
    }
    own.keepOnly(servers);
    if (others != null) {
      others.keepOnly(servers);
    }
    awaited.retainAll(servers);
    unheard.retainAll(servers);
    if (options.broadcast()) {
      for (HostAndPort server : servers) {
        if (!known.contains(server)) {
          unheard.add(server);
        }
      }
    }
    known = Set.copyOf(servers);
    tell(null);
    connectAll();
    endBeginning();
  }

  void tick(long now) {
    BackendPool own = pool;
    if (own != null) {
      own.tick(now);
    }
    if (told != null) {
      told.tick(now);
    }
    connectAll();
    if (onBegun != null && now - beginDeadlineNanos >= 0) {
      awaited.clear();
    }
    endBeginning();
  }

  @Override
  public boolean delaysDrain() {
    return false;
  }

  @Override
  public void describe(ClientLine line) {
    line.redirect(options.redirect());
    if (broken) {
      line.flag('R');
    }
    if (options.broadcast()) {
      line.flag('B');
    }
  }

  @Override
  public void onEnd() {
    if (!over) {
      endForebears();
      session.ownPool(null);
      session.announcement(null);
      end();
    }
  }
}

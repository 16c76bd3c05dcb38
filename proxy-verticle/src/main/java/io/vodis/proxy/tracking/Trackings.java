package io.vodis.proxy.tracking;

import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRoute;
import io.vodis.proxy.backend.BackendEnvironment;
import io.vodis.proxy.backend.BackendPool;
import io.vodis.proxy.backend.PrivateLine;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.dispatch.RouteListener;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.pubsub.PubSubLimits;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRegistry;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The tracking sessions of one loop. */
public final class Trackings implements RouteListener {

  private final Dispatcher dispatcher;
  private final BackendEnvironment backends;
  private final PubSubLimits limits;
  private final int databaseCount;
  private final int maxTrackings;
  private final ProcessView process;
  private final SessionRegistry sessions;
  private final Set<Tracking> all = new LinkedHashSet<>();
  private long cut;

  public Trackings(
      Dispatcher dispatcher,
      BackendEnvironment backends,
      PubSubLimits limits,
      int databaseCount,
      int maxTrackings,
      ProcessView process,
      SessionRegistry sessions) {
    this.dispatcher = dispatcher;
    this.backends = backends;
    this.limits = limits;
    this.databaseCount = databaseCount;
    this.maxTrackings = maxTrackings;
    this.process = process;
    this.sessions = sessions;
    dispatcher.addListener(this);
  }

  PubSubLimits limits() {
    return limits;
  }

  long now() {
    return backends.clock().nowNanos();
  }

  void endCopies() {
    backends.copies().end();
  }

  /** Requests that had to wait for a connection may try again. */
  void onRoom() {
    backends.onRoom().run();
  }

  boolean isHere(Session session) {
    return sessions.byId(session.client().id()) == session;
  }

  /** Says whether the process has that client, perhaps at once. */
  void find(long clientId, Consumer<Boolean> onFound) {
    if (sessions.byId(clientId) != null) {
      onFound.accept(true);
    } else {
      process.eachLoop(
          env -> env.sessions().byId(clientId) != null,
          found -> onFound.accept(found.contains(true)));
    }
  }

  Redirection redirection(long clientId, Runnable onBroken) {
    return new Redirection(clientId, process, sessions, limits.hardBytes(), onBroken);
  }

  boolean isFull() {
    return all.size() >= maxTrackings;
  }

  BackendPool pool(PrivateLine special) {
    return new BackendPool(databaseCount, backends.forOneSession(special));
  }

  Set<HostAndPort> servers() {
    return dispatcher.table().servers();
  }

  void add(Tracking tracking) {
    all.add(tracking);
  }

  void remove(Tracking tracking) {
    all.remove(tracking);
  }

  void onCut() {
    cut++;
  }

  /** A fence alone changes nothing: what was read is still what its owner has. */
  @Override
  public void onRoutesChanged(BitSet slots) {
    List<HostAndPort> broken = new ArrayList<>();
    boolean moved = false;
    for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
      if (dispatcher.table().route(slot) instanceof SlotRoute.Fenced fence) {
        if (fence.breakInFlight()) {
          broken.add(fence.owner());
        }
      } else {
        moved = true;
      }
    }
    if (moved || !broken.isEmpty()) {
      Set<HostAndPort> servers = servers();
      List.copyOf(all).forEach(tracking -> tracking.onMoved(servers, broken));
    }
  }

  /** Periodic care of their connections. */
  public void tick(long now) {
    List.copyOf(all).forEach(tracking -> tracking.tick(now));
  }

  /** Tracking sessions. */
  public int size() {
    return all.size();
  }

  /** Those that were disconnected because they took too little. */
  public long cut() {
    return cut;
  }
}

package io.vodis.proxy.tracking;

import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRoute;
import io.vodis.proxy.backend.BackendEnvironment;
import io.vodis.proxy.backend.BackendPool;
import io.vodis.proxy.backend.PrivateLine;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.dispatch.RouteListener;
import io.vodis.proxy.pubsub.PubSubLimits;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The tracking sessions of one loop. */
public final class Trackings implements RouteListener {

  private final Dispatcher dispatcher;
  private final BackendEnvironment backends;
  private final PubSubLimits limits;
  private final int databaseCount;
  private final int maxTrackings;
  private final Set<Tracking> all = new LinkedHashSet<>();
  private long cut;

  public Trackings(
      Dispatcher dispatcher,
      BackendEnvironment backends,
      PubSubLimits limits,
      int databaseCount,
      int maxTrackings) {
    this.dispatcher = dispatcher;
    this.backends = backends;
    this.limits = limits;
    this.databaseCount = databaseCount;
    this.maxTrackings = maxTrackings;
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

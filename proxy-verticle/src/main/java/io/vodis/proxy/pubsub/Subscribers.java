package io.vodis.proxy.pubsub;

import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRoute;
import io.vodis.proxy.backend.BackendEnvironment;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.dispatch.RouteListener;
import io.vodis.proxy.session.Session;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The subscribed sessions of one loop, and where their subscriptions belong.
 *
 * <p>A slot that changes its owner is fenced first, on every proxy; the fence names the server that
 * comes next. Subscribers subscribe there before the fence is confirmed, so before anybody can
 * publish there, and leave the old server after it is lifted. A message is published on one server
 * only: none is lost, none comes twice.
 */
public final class Subscribers implements RouteListener {

  private final Dispatcher dispatcher;
  private final BackendEnvironment backends;
  private final PubSubLimits limits;
  private final SlotOwners owners = new SlotOwners();
  private final Set<Subscriber> all = new LinkedHashSet<>();
  private Set<HostAndPort> everywhere = Set.of();
  private @Nullable Settling settling;
  private long messages;
  private long cut;
  private long lost;

  public Subscribers(Dispatcher dispatcher, BackendEnvironment backends, PubSubLimits limits) {
    this.dispatcher = dispatcher;
    this.backends = backends;
    this.limits = limits;
    dispatcher.addListener(this);
  }

  BackendEnvironment backends() {
    return backends;
  }

  /** The bounds of those who listen. */
  public PubSubLimits limits() {
    return limits;
  }

  Dispatcher dispatcher() {
    return dispatcher;
  }

  SlotOwners owners() {
    return owners;
  }

  long now() {
    return backends.clock().nowNanos();
  }

  boolean isFull() {
    return all.size() >= limits.maxSubscribers();
  }

  /** The session's subscriber, which it is from now on. */
  Subscriber begin(Session session) {
    Subscriber subscriber = new Subscriber(session, this);
    all.add(subscriber);
    session.begin(subscriber);
    return subscriber;
  }

  void remove(Subscriber subscriber) {
    all.remove(subscriber);
  }

  /** The servers a subscription has to be at; none if that is not known at present. */
  Set<HostAndPort> homes(Topic topic) {
    return topic.everywhere() ? everywhere : SlotOwners.homes(route(topic));
  }

  /** The servers on which anything may be published. */
  Set<HostAndPort> everywhere() {
    return everywhere;
  }

  SlotRoute route(Topic topic) {
    return dispatcher.table().route(topic.slot());
  }

  @Override
  public void onRoutesChanged(BitSet slots) {
    Map<HostAndPort, BitSet> left = owners.follow(dispatcher.table(), slots);
    everywhere = SlotOwners.allHomes(dispatcher.table());
    Settling following = new Settling(now() + limits.followNanos());
    Set<HostAndPort> broken = broken(slots);
    for (Subscriber subscriber : List.copyOf(all)) {
      subscriber.follow(slots, left, broken, following);
    }
    following.oneLess();
    settling = following;
  }

  /** Servers that are believed dead. */
  private Set<HostAndPort> broken(BitSet slots) {
    Set<HostAndPort> broken = new HashSet<>();
    for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
      if (dispatcher.table().route(slot) instanceof SlotRoute.Fenced fence
          && fence.breakInFlight()) {
        broken.add(fence.owner());
      }
    }
    return broken;
  }

  @Override
  public boolean follows(Runnable onFollowed) {
    Settling following = settling;
    if (following == null || following.isOver()) {
      return false;
    }
    following.whenOver(onFollowed);
    return true;
  }

  /** Frequent care: what has waited too long, what has to be connected again. */
  public void tick(long now) {
    Settling following = settling;
    if (following != null && !following.isOver()) {
      following.tick(now);
    }
    for (Subscriber subscriber : List.copyOf(all)) {
      subscriber.tick(now);
    }
  }

  void onMessage() {
    messages++;
  }

  void onCut() {
    cut++;
  }

  void onLost() {
    lost++;
  }

  /** Subscribed sessions. */
  public int size() {
    return all.size();
  }

  /** Messages passed on to clients. */
  public long messages() {
    return messages;
  }

  /** Subscribers that were disconnected because they took too little. */
  public long cut() {
    return cut;
  }

  /** Connections of subscribers to servers that ended without being asked to. */
  public long lost() {
    return lost;
  }
}

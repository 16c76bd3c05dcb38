package io.vodis.ha;

import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.Periodic;
import io.vodis.model.Topology;
import io.vodis.store.Registration;
import io.vodis.store.StoreException;
import io.vodis.store.TopologyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topology as this member last read it, and whether the store still answers. Keeps the
 * registration alive on a thread of its own, so that a hanging store never holds up the probes.
 */
final class StoreView implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(StoreView.class);

  private final TopologyStore store;
  private final Registration registration;
  private final Clock clock;
  private final Duration sessionTimeout;
  private final Duration renewPeriod;
  private final List<AutoCloseable> following = new ArrayList<>();
  private volatile Topology topology;
  private volatile long answeredNanos;
  private boolean reachable = true;

  /** The registration was made just before this object. */
  private long renewedNanos;

  /** Reads the topology once, then follows it. */
  StoreView(TopologyStore store, Registration registration, Clock clock, Duration sessionTimeout) {
    this.store = store;
    this.registration = registration;
    this.clock = clock;
    this.sessionTimeout = sessionTimeout;
    this.renewPeriod = sessionTimeout.dividedBy(9);
    this.topology = store.load();
    this.answeredNanos = clock.nanoTime();
    this.renewedNanos = answeredNanos;
  }

  void start() {
    Periodic follower = Periodic.start("ha store", renewPeriod, this::follow);
    following.add(store.watch(follower::wake));
    following.add(follower);
  }

  Topology topology() {
    return topology;
  }

  /**
   * Reads the topology now.
   *
   * @throws StoreException if the store does not answer
   */
  Topology refresh() {
    Topology latest = store.load();
    answeredNanos = clock.nanoTime();
    topology = latest;
    return latest;
  }

  /** Time since the store last answered. */
  Duration silence() {
    return Duration.ofNanos(Math.max(clock.nanoTime() - answeredNanos, 0));
  }

  /** Why this member may be alone in the world: its session at the store may have ended. */
  Optional<String> cutOff() {
    Duration silence = silence();
    return silence.compareTo(sessionTimeout) > 0
        ? Optional.of("the store has not answered for " + silence.toMillis() + " ms")
        : Optional.empty();
  }

  /** One step of following; a store that does not answer is waited for. */
  void follow() {
    try {
      if (clock.nanoTime() - renewedNanos >= renewPeriod.toNanos()) {
        registration.renewLease();
        renewedNanos = clock.nanoTime();
      }
      refresh();
      if (!reachable) {
        LOGGER.info("the store answers again");
      }
      reachable = true;
    } catch (StoreException e) {
      if (reachable) {
        LOGGER.warn("the store does not answer, probes go on: {}", e.getMessage());
      }
      reachable = false;
    }
  }

  @Override
  public void close() {
    for (AutoCloseable part : following) {
      try {
        part.close();
      } catch (Exception e) {
        LOGGER.warn("following the store did not end", e);
      }
    }
  }
}

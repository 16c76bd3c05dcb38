package io.vodis.ha;

import io.vodis.lifecycle.Clock;
import io.vodis.model.Topology;
import io.vodis.store.Registration;
import io.vodis.store.StoreException;
import io.vodis.store.TopologyStore;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topology as this member last read it, and whether the store still answers. Keeps the
 * registration alive on a thread of its own, so that a hanging store never holds up the probes.
 */
final class StoreView implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(StoreView.class);

  /** Changes may come by the hundred while slots move; the probes need no more than this. */
  private static final Duration READ_PAUSE = Duration.ofMillis(500);

  private final TopologyStore store;
  private final Registration registration;
  private final Clock clock;
  private final Duration sessionTimeout;
  private final WakeUp changed = new WakeUp();
  private final AutoCloseable watch;
  private final Thread thread;
  private volatile Topology topology;
  private volatile long answeredNanos;
  private volatile boolean closed;

  /** Reads the topology once, then follows it. */
  StoreView(TopologyStore store, Registration registration, Clock clock, Duration sessionTimeout) {
    this.store = store;
    this.registration = registration;
    this.clock = clock;
    this.sessionTimeout = sessionTimeout;
    this.topology = store.load();
    this.answeredNanos = clock.nanoTime();
    this.watch = store.watch(changed::raise);
    this.thread = Thread.ofVirtual().name("ha store").unstarted(this::follow);
  }

  void start() {
    thread.start();
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

  private void follow() {
    Duration renewPeriod = sessionTimeout.dividedBy(3);
    boolean reachable = true;
    long renewedNanos = clock.nanoTime() - renewPeriod.toNanos();
    while (!closed) {
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
      } catch (RuntimeException e) {
        LOGGER.error("following the store failed, trying again", e);
      }
      try {
        if (changed.await(renewPeriod) && !closed) {
          new WakeUp().await(READ_PAUSE);
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      watch.close();
    } catch (Exception e) {
      LOGGER.warn("the store's watch did not close", e);
    }
  }
}

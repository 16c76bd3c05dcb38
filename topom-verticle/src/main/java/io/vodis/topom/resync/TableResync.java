package io.vodis.topom.resync;

import io.vertx.core.Future;
import io.vodis.bus.BusReply.FillSlotsAck;
import io.vodis.bus.ProxyCommand.FillSlots;
import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.Periodic;
import io.vodis.lifecycle.Threads;
import io.vodis.model.Member;
import io.vodis.model.Topology;
import io.vodis.store.StoreException;
import io.vodis.topom.projection.SlotProjection;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the newest table to every live proxy until each has acknowledged it, and lets others wait
 * for that. A new table is sent at once even while an older one is not yet acknowledged: a proxy
 * that drains a hung server must still hear that the server was given up.
 */
public final class TableResync implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(TableResync.class);
  private static final Duration RETRY_AFTER_SILENCE = Duration.ofSeconds(1);
  private static final Duration RETRY_AFTER_FAILURE = Duration.ofMillis(200);
  private static final Duration MEMBERS_PERIOD = Duration.ofSeconds(1);
  private static final Duration TICK = Duration.ofMillis(100);

  /** The way to a proxy: {@code BusClient} in production. */
  @FunctionalInterface
  public interface TableSender {
    Future<FillSlotsAck> send(Member proxy, FillSlots table);
  }

  private final long term;
  private final Supplier<List<Member>> liveProxies;
  private final TableSender sender;
  private final Clock clock;
  private final Lock lock = Threads.current().newLock();
  private final Condition changed = lock.newCondition();
  private final Map<String, ProxyTable> proxies = new LinkedHashMap<>();
  private @Nullable FillSlots table;
  private volatile boolean membersDirty = true;
  private volatile long membersNanos;
  private boolean closed;
  private volatile @Nullable Periodic loop;

  /**
   * A resync that has not started.
   *
   * @param liveProxies reads the live proxies from the store, linearizably
   */
  public TableResync(
      long term, Supplier<List<Member>> liveProxies, TableSender sender, Clock clock) {
    this.term = term;
    this.liveProxies = liveProxies;
    this.sender = sender;
    this.clock = clock;
  }

  public void start() {
    loop = Periodic.start("topom-resync", TICK, this::run);
  }

  /** A newer topology is committed. */
  public void publish(Topology topology) {
    FillSlots next = new FillSlots(term, topology.epoch(), SlotProjection.ranges(topology));
    locked(() -> table = next);
    wake();
  }

  /** Members may have come or gone. */
  public void membersChanged() {
    locked(() -> membersDirty = true);
    wake();
  }

  /** A proxy says that it has no table, whatever it had acknowledged before. */
  public void resync(String incarnation) {
    locked(
        () -> {
          membersDirty = true;
          ProxyTable proxy = proxies.get(incarnation);
          if (proxy != null) {
            proxy.ackedEpoch = -1;
            proxy.sentEpoch = -1;
          }
        });
    wake();
  }

  private void wake() {
    Periodic running = loop;
    if (running != null) {
      running.wake();
    }
  }

  /** Epoch last acknowledged by each live proxy, by incarnation; -1 if none yet. */
  public Map<String, Long> acknowledged() {
    lock.lock();
    try {
      Map<String, Long> epochs = new LinkedHashMap<>();
      proxies.forEach((incarnation, proxy) -> epochs.put(incarnation, proxy.ackedEpoch));
      return epochs;
    } finally {
      lock.unlock();
    }
  }

  /** The live proxies that have acknowledged an epoch, by incarnation. */
  public Set<String> acknowledged(long epoch) {
    lock.lock();
    try {
      return proxies.values().stream()
          .filter(proxy -> proxy.has(epoch))
          .map(proxy -> proxy.member.incarnation())
          .collect(Collectors.toSet());
    } finally {
      lock.unlock();
    }
  }

  /**
   * One look at the barrier of {@code epoch}: waits up to {@code patience} for every live proxy to
   * have acknowledged it.
   *
   * @return the proxies still missing, with the reason; empty if the barrier is reached, proven by
   *     a list of members read after the last acknowledgement
   */
  public List<String> awaitAcknowledged(long epoch, Duration patience) {
    long deadline = clock.nanoTime() + patience.toNanos();
    while (true) {
      List<String> missing = missing(epoch);
      if (missing.isEmpty()) {
        refreshMembers();
        missing = missing(epoch);
        if (missing.isEmpty()) {
          return List.of();
        }
      }
      if (clock.nanoTime() >= deadline || !awaitChange()) {
        return missing;
      }
    }
  }

  /**
   * Asks every proxy whether it is there, by sending what it has already. To be done before others
   * are made to wait for all.
   *
   * @return the proxies that have not answered within {@code patience}
   */
  public List<String> awaitAnswers(Duration patience) {
    long askedNanos = clock.nanoTime();
    locked(
        () -> {
          for (ProxyTable proxy : proxies.values()) {
            proxy.askedNanos = askedNanos;
            proxy.sentEpoch = -1;
          }
        });
    wake();
    while (true) {
      List<String> silent = named(proxy -> proxy.answeredNanos - askedNanos < 0);
      if (silent.isEmpty()
          || clock.nanoTime() - askedNanos >= patience.toNanos()
          || !awaitChange()) {
        return silent;
      }
    }
  }

  @Override
  public void close() {
    locked(() -> closed = true);
    Periodic running = loop;
    if (running != null) {
      running.close();
    }
  }

  private void run() {
    try {
      if (membersDirty || clock.nanoTime() - membersNanos > MEMBERS_PERIOD.toNanos()) {
        refreshMembers();
      }
    } catch (StoreException e) {
      LOGGER.debug("the live proxies are not known now: {}", e.getMessage());
    }
    sendWhatIsDue();
  }

  private void refreshMembers() {
    locked(() -> membersDirty = false);
    long now = clock.nanoTime();
    List<Member> live;
    try {
      live = liveProxies.get();
    } catch (StoreException e) {
      locked(() -> membersDirty = true);
      throw e;
    }
    locked(
        () -> {
          membersNanos = now;
          Set<String> incarnations = new HashSet<>();
          for (Member member : live) {
            incarnations.add(member.incarnation());
            proxies.computeIfAbsent(member.incarnation(), i -> new ProxyTable(member, now));
          }
          proxies.keySet().retainAll(incarnations);
        });
  }

  private void sendWhatIsDue() {
    lock.lock();
    try {
      FillSlots newest = table;
      if (newest == null || closed) {
        return;
      }
      for (ProxyTable proxy : proxies.values()) {
        if (proxy.has(newest.epoch()) && !proxy.owesAnswer()) {
          continue;
        }
        if (proxy.sentEpoch < newest.epoch() || clock.nanoTime() - proxy.retryNanos >= 0) {
          proxy.sentEpoch = newest.epoch();
          proxy.retryNanos = clock.nanoTime() + RETRY_AFTER_SILENCE.toNanos();
          send(proxy, newest);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void send(ProxyTable proxy, FillSlots sent) {
    long sentNanos = clock.nanoTime();
    sender
        .send(proxy.member, sent)
        .onSuccess(ack -> locked(() -> acknowledged(proxy, ack, sentNanos)))
        .onFailure(error -> locked(() -> failed(proxy, sent, error)));
  }

  private void acknowledged(ProxyTable proxy, FillSlotsAck ack, long sentNanos) {
    if (ack.term() == term && ack.incarnation().equals(proxy.member.incarnation())) {
      proxy.ackedEpoch = Math.max(proxy.ackedEpoch, ack.epoch());
      proxy.error = "";
      if (sentNanos - proxy.answeredNanos > 0) {
        proxy.answeredNanos = sentNanos;
      }
    }
  }

  private void failed(ProxyTable proxy, FillSlots sent, Throwable error) {
    String reason = String.valueOf(error.getMessage());
    if (!reason.equals(proxy.error)) {
      LOGGER.debug("proxy {} has not taken epoch {}: {}", name(proxy), sent.epoch(), reason);
    }
    proxy.error = reason;
    proxy.retryNanos = Math.min(proxy.retryNanos, clock.nanoTime() + RETRY_AFTER_FAILURE.toNanos());
  }

  private List<String> missing(long epoch) {
    return named(proxy -> !proxy.has(epoch));
  }

  private List<String> named(Predicate<ProxyTable> which) {
    lock.lock();
    try {
      return proxies.values().stream()
          .filter(which)
          .map(proxy -> name(proxy) + (proxy.error.isEmpty() ? "" : " (" + proxy.error + ")"))
          .toList();
    } finally {
      lock.unlock();
    }
  }

  private static String name(ProxyTable proxy) {
    return "proxy " + proxy.member.serviceAddress();
  }

  /** Waits for the next event, a short while; false once closed or interrupted. */
  private boolean awaitChange() {
    lock.lock();
    try {
      boolean unused = changed.await(TICK.toMillis(), TimeUnit.MILLISECONDS);
      return !closed;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}

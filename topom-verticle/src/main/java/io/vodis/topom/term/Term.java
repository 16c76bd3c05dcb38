package io.vodis.topom.term;

import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.Threads;
import io.vodis.store.Leadership;
import io.vodis.store.StoreException;
import io.vodis.store.TopologyStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * One leadership of this topom, from its election until somebody else may lead. Everything a leader
 * does asks here first; once ended it stays ended.
 */
public final class Term {

  private final TopologyStore store;
  private final Leadership leadership;
  private final Clock clock;
  private final long leaseNanos;
  private final Lock lock = Threads.current().newLock();
  private final Condition onEnd = lock.newCondition();
  private volatile boolean ended;
  private volatile long confirmedNanos;

  /**
   * A term that begins now.
   *
   * @param lease how long a confirmation by the store is good for; shorter than the store session
   */
  public Term(TopologyStore store, Leadership leadership, Clock clock, Duration lease) {
    this.store = store;
    this.leadership = leadership;
    this.clock = clock;
    this.leaseNanos = lease.toNanos();
    this.confirmedNanos = clock.nanoTime();
  }

  public long number() {
    return leadership.term();
  }

  public Leadership leadership() {
    return leadership;
  }

  /** Whether this topom led a short while ago and has not heard otherwise; costs nothing. */
  public boolean isCurrent() {
    return !hasEnded() && clock.nanoTime() - confirmedNanos < leaseNanos;
  }

  public boolean hasEnded() {
    return ended;
  }

  /**
   * Asks the store; to be called before an effect that a deposed leader must not have.
   *
   * @throws StoreException {@code NOT_LEADER} if the term is over, {@code UNAVAILABLE} if the store
   *     does not answer
   */
  public void confirm() {
    long sentNanos = clock.nanoTime();
    Optional<Leadership> leader = store.leader();
    if (leader.isEmpty() || leader.get().term() != leadership.term()) {
      end();
    }
    requireNotEnded();
    confirmedNanos = sentNanos;
  }

  public void requireNotEnded() {
    if (hasEnded()) {
      throw new StoreException(StoreException.Reason.NOT_LEADER, "term " + number() + " is over");
    }
  }

  /** Waits, but not beyond the end of the term. */
  public void pause(Duration duration) {
    lock.lock();
    try {
      long left = duration.toNanos();
      while (!ended && left > 0) {
        left = onEnd.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      end();
    } finally {
      lock.unlock();
    }
    requireNotEnded();
  }

  public void end() {
    lock.lock();
    try {
      ended = true;
      onEnd.signalAll();
    } finally {
      lock.unlock();
    }
  }
}

package io.vodis.ha;

import io.vodis.lifecycle.Threads;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * A pause that can be cut short. Raised before it is waited for, it ends the next pause at once.
 */
final class WakeUp {

  private final Lock lock = Threads.current().newLock();
  private final Condition changed = lock.newCondition();
  private boolean raised;

  void raise() {
    lock.lock();
    try {
      raised = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the time to pass or to be woken up; true if woken up. */
  boolean await(Duration time) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = time.toNanos();
      while (!raised && left > 0) {
        left = changed.awaitNanos(left);
      }
      boolean woken = raised;
      raised = false;
      return woken;
    } finally {
      lock.unlock();
    }
  }
}

package io.vodis.ha;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A pause that can be cut short. Raised before it is waited for, it ends the next pause at once.
 */
final class WakeUp {

  private final Semaphore raised = new Semaphore(0);

  void raise() {
    raised.release();
  }

  /** Waits for the time to pass or to be woken up; true if woken up. */
  boolean await(Duration time) throws InterruptedException {
    boolean woken = raised.tryAcquire(time.toNanos(), TimeUnit.NANOSECONDS);
    raised.drainPermits();
    return woken;
  }
}

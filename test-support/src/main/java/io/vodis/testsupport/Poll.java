package io.vodis.testsupport;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition; the only place of the test tools that waits by time. */
public final class Poll {

  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private Poll() {}

  /**
   * Returns as soon as {@code condition} holds.
   *
   * @throws AssertionError naming {@code what} if it does not hold in time
   */
  public static void until(Duration timeout, String what, BooleanSupplier condition) {
    until(timeout, () -> what, condition);
  }

  /** The same with a description made when it is needed, for what is known only at the end. */
  public static void until(Duration timeout, Supplier<String> what, BooleanSupplier condition) {
    long deadlineNanos = System.nanoTime() + timeout.toNanos();
    while (true) {
      // A look that began in time and took long says nothing of the end of the time.
      boolean last = System.nanoTime() - deadlineNanos > 0;
      if (condition.getAsBoolean()) {
        return;
      }
      if (last) {
        throw new AssertionError("not within " + timeout + ": " + what.get());
      }
      LockSupport.parkNanos(STEP_NANOS);
      if (Thread.currentThread().isInterrupted()) {
        throw new AssertionError("interrupted while waiting for: " + what.get());
      }
    }
  }

  /** Lets time pass where time itself is under test: a load that runs, a time-out to elapse. */
  public static void pass(Duration duration) {
    long deadlineNanos = System.nanoTime() + duration.toNanos();
    long left = duration.toNanos();
    while (left > 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(left);
      left = deadlineNanos - System.nanoTime();
    }
  }
}

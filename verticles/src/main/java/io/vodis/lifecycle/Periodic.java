package io.vodis.lifecycle;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task that runs on a thread of its own, once at the start, then whenever an interval has passed
 * or somebody wakes it. Wake-ups during a run are joined into one run after it. A run that throws
 * is logged and does not end the loop.
 */
public final class Periodic implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(Periodic.class);
  private static final Duration END_TIMEOUT = Duration.ofSeconds(5);

  private final String name;
  private final long intervalNanos;
  private final Runnable task;
  private final Lock lock = Threads.current().newLock();
  private final Condition wakeUp = lock.newCondition();
  private boolean woken;
  private Threads.@Nullable Task thread;
  private volatile boolean closed;

  private Periodic(String name, Duration interval, Runnable task) {
    this.name = name;
    this.intervalNanos = interval.toNanos();
    this.task = task;
  }

  /** Starts the loop; the first run is at once. */
  public static Periodic start(String name, Duration interval, Runnable task) {
    Periodic periodic = new Periodic(name, interval, task);
    periodic.start();
    return periodic;
  }

  /** Under the lock, so that a first run that closes the loop finds its thread. */
  private void start() {
    lock.lock();
    try {
      thread = Threads.current().start(name, this::loop);
    } finally {
      lock.unlock();
    }
  }

  /** Asks for a run now, or after the present one. May be called from any thread. */
  public void wake() {
    lock.lock();
    try {
      woken = true;
      wakeUp.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Lets the present run end, waiting for it a short while, and starts no other. */
  @Override
  public void close() {
    closed = true;
    wake();
    Threads.Task running = thread();
    if (running == null || running.isCurrent()) {
      return;
    }
    try {
      if (!running.join(END_TIMEOUT)) {
        running.interrupt();
      }
    } catch (InterruptedException e) {
      running.interrupt();
      Thread.currentThread().interrupt();
    }
  }

  private Threads.@Nullable Task thread() {
    lock.lock();
    try {
      return thread;
    } finally {
      lock.unlock();
    }
  }

  private void loop() {
    while (!closed) {
      try {
        task.run();
      } catch (RuntimeException e) {
        if (!closed) {
          LOGGER.warn("{} failed and will be tried again", name, e);
        }
      }
      try {
        pause();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void pause() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = intervalNanos;
      while (!woken && left > 0) {
        left = wakeUp.awaitNanos(left);
      }
      woken = false;
    } finally {
      lock.unlock();
    }
  }
}

package io.vodis.lifecycle;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task that runs on a virtual thread of its own, once at the start, then whenever an interval has
 * passed or somebody wakes it. Wake-ups during a run are joined into one run after it. A run that
 * throws is logged and does not end the loop.
 */
public final class Periodic implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(Periodic.class);
  private static final Duration END_TIMEOUT = Duration.ofSeconds(5);

  private final String name;
  private final long intervalNanos;
  private final Runnable task;
  private final Semaphore wakeUps = new Semaphore(0);
  private final Thread thread;
  private volatile boolean closed;

  private Periodic(String name, Duration interval, Runnable task) {
    this.name = name;
    this.intervalNanos = interval.toNanos();
    this.task = task;
    this.thread = Thread.ofVirtual().name(name).unstarted(this::loop);
  }

  /** Starts the loop; the first run is at once. */
  public static Periodic start(String name, Duration interval, Runnable task) {
    Periodic periodic = new Periodic(name, interval, task);
    periodic.thread.start();
    return periodic;
  }

  /** Asks for a run now, or after the present one. May be called from any thread; never blocks. */
  public void wake() {
    wakeUps.release();
  }

  /** Lets the present run end, waiting for it a short while, and starts no other. */
  @Override
  public void close() {
    closed = true;
    wake();
    if (Thread.currentThread() == thread) {
      return;
    }
    try {
      if (!thread.join(END_TIMEOUT)) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
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
        var unused = wakeUps.tryAcquire(intervalNanos, TimeUnit.NANOSECONDS);
        wakeUps.drainPermits();
      } catch (InterruptedException e) {
        return;
      }
    }
  }
}

package io.vodis.lifecycle;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How sequential control-plane code gets its threads, its locks, its waits and its lots. In
 * production these are virtual threads and the JDK's locks. A simulation gives the threads it
 * starts another implementation, which they hand on to all they start themselves: then exactly one
 * runs at a time, and the simulation decides at every wait which one goes on.
 *
 * <p>Control-plane code that waits in another way than through here cannot be simulated.
 */
public abstract class Threads {

  private static final ThreadLocal<@Nullable Threads> CURRENT = new ThreadLocal<>();
  private static final Threads VIRTUAL = new VirtualThreads();

  /** A thread that was started here. */
  public interface Task {

    /** Waits for its end; false if it has not come in time. */
    boolean join(Duration patience) throws InterruptedException;

    /** Ends its present wait, or the next one, with an {@link InterruptedException}. */
    void interrupt();

    boolean isCurrent();
  }

  /** Those of the calling thread. To be asked when an object is made that is going to need them. */
  public static Threads current() {
    Threads own = CURRENT.get();
    return own == null ? VIRTUAL : own;
  }

  /** From now on the calling thread starts and waits with these. */
  protected final void adopt() {
    CURRENT.set(this);
  }

  /** Starts a thread. */
  public abstract Task start(String name, Runnable body);

  /** A lock whose conditions can be waited for; reentrant. */
  public abstract Lock newLock();

  /** Waits; an interruption ends the wait early and is left for the next to see. */
  public abstract void sleep(Duration duration);

  /** A name that nobody else has, by lot. */
  public abstract String newName();

  private static final class VirtualThreads extends Threads {

    @Override
    public Task start(String name, Runnable body) {
      return new VirtualTask(Thread.ofVirtual().name(name).start(body));
    }

    @Override
    public Lock newLock() {
      return new ReentrantLock();
    }

    @Override
    public void sleep(Duration duration) {
      long deadline = System.nanoTime() + duration.toNanos();
      for (long left = duration.toNanos();
          left > 0 && !Thread.currentThread().isInterrupted();
          left = deadline - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    }

    @Override
    public String newName() {
      return UUID.randomUUID().toString();
    }
  }

  private record VirtualTask(Thread thread) implements Task {

    @Override
    public boolean join(Duration patience) throws InterruptedException {
      thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(patience.toNanos())));
      return !thread.isAlive();
    }

    @Override
    public void interrupt() {
      thread.interrupt();
    }

    @Override
    public boolean isCurrent() {
      return Thread.currentThread() == thread;
    }
  }
}

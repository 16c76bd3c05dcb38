package io.vodis.lifecycle;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value that one control-plane thread makes and others wait for; or the reason for there being
 * none.
 */
public final class Later<T> {

  private final Lock lock = Threads.current().newLock();
  private final Condition made = lock.newCondition();
  private @Nullable T value;
  private @Nullable RuntimeException failure;

  /** Starts a thread that makes the value. */
  public static <T> Later<T> by(String name, Supplier<T> maker) {
    Later<T> later = new Later<>();
    var unused =
        Threads.current()
            .start(
                name,
                () -> {
                  try {
                    later.complete(maker.get());
                  } catch (RuntimeException e) {
                    later.fail(e);
                  } finally {
                    // After an error that nobody expects; else it has come already.
                    later.fail(new IllegalStateException(name + " has ended without a value"));
                  }
                });
    return later;
  }

  /** The calling thread makes the value, before this returns. */
  public static <T> Later<T> now(Supplier<T> maker) {
    Later<T> later = new Later<>();
    try {
      later.complete(maker.get());
    } catch (RuntimeException e) {
      later.fail(e);
    }
    return later;
  }

  /** Here it is; what comes second is ignored. */
  public void complete(T made) {
    end(made, null);
  }

  /** It will not come; what comes second is ignored. */
  public void fail(RuntimeException reason) {
    end(null, reason);
  }

  private void end(@Nullable T made, @Nullable RuntimeException reason) {
    lock.lock();
    try {
      if (!isDone()) {
        value = made;
        failure = reason;
        this.made.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean isDone() {
    return value != null || failure != null;
  }

  /** Waits for it; throws what it failed with. */
  public T await() {
    awaitEnd();
    return get();
  }

  /** Waits until it is made or has failed. */
  public void awaitEnd() {
    lock.lock();
    try {
      while (!isDone()) {
        made.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits for it, unless it is interrupted; throws what it failed with. */
  public T awaitInterruptibly() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!isDone()) {
        made.await();
      }
      return get();
    } finally {
      lock.unlock();
    }
  }

  /** Waits so long for it, and throws what it failed with; empty if it has not come. */
  public Optional<T> await(Duration patience) throws InterruptedException {
    lock.lock();
    try {
      long left = patience.toNanos();
      while (!isDone() && left > 0) {
        left = made.awaitNanos(left);
      }
      return isDone() ? Optional.of(get()) : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  private T get() {
    if (failure != null) {
      throw failure;
    }
    return Objects.requireNonNull(value);
  }
}

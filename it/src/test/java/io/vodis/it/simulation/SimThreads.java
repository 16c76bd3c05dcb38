package io.vodis.it.simulation;

import io.vodis.lifecycle.Threads;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** {@link Threads} of one simulated process. */
final class SimThreads extends Threads {

  private final Simulation simulation;
  private final SimProcess process;

  SimThreads(Simulation simulation, SimProcess process) {
    this.simulation = simulation;
    this.process = process;
  }

  /** For the thread that is being started. */
  void enter() {
    adopt();
  }

  @Override
  public Task start(String name, Runnable body) {
    return new SimTask(process.start(name, body));
  }

  @Override
  public Lock newLock() {
    return new SimLock();
  }

  @Override
  public void sleep(Duration duration) {
    SimThread self = self();
    long end = simulation.now() + duration.toNanos();
    process.after(duration.toNanos(), self::ready);
    while (simulation.now() < end) {
      self.block();
    }
  }

  @Override
  public String newName() {
    return Long.toHexString(simulation.random.nextLong());
  }

  private SimThread self() {
    return Objects.requireNonNull(simulation.running(), "only simulated threads wait");
  }

  private final class SimTask implements Task {

    private final SimThread thread;

    SimTask(SimThread thread) {
      this.thread = thread;
    }

    @Override
    public boolean join(Duration patience) {
      SimThread self = self();
      long deadline = simulation.now() + patience.toNanos();
      thread.onEnd(self::ready);
      process.after(patience.toNanos(), self::ready);
      while (!thread.hasEnded() && simulation.now() < deadline) {
        self.block();
      }
      return thread.hasEnded();
    }

    @Override
    public void interrupt() {
      thread.interrupted = true;
      thread.ready();
    }

    @Override
    public boolean isCurrent() {
      return simulation.running() == thread;
    }
  }

  /** Events take a lock as well, but never wait for it: nobody who holds theirs is ever waiting. */
  private final class SimLock implements Lock {

    private static final Object LOOP = new Object();

    private @Nullable Object owner;
    private int holds;
    private final ArrayDeque<SimThread> waiting = new ArrayDeque<>();

    private Object caller() {
      SimThread thread = simulation.running();
      return thread == null ? LOOP : thread;
    }

    @Override
    public void lock() {
      Object caller = caller();
      if (owner == null || owner == caller) {
        owner = caller;
        holds++;
        return;
      }
      if (!(caller instanceof SimThread self)) {
        throw new IllegalStateException("an event waits for a lock that " + owner + " holds");
      }
      waiting.add(self);
      while (owner != self) {
        self.block();
      }
    }

    @Override
    public void lockInterruptibly() {
      lock();
    }

    @Override
    public boolean tryLock() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void unlock() {
      if (owner != caller()) {
        if (caller() instanceof SimThread thread && thread.isKilled()) {
          return; // It was killed while it waited, and unwinds.
        }
        throw new IllegalMonitorStateException();
      }
      holds--;
      if (holds == 0) {
        release();
      }
    }

    private void release() {
      owner = null;
      SimThread next = waiting.poll();
      while (next != null && next.isKilled()) {
        next = waiting.poll();
      }
      if (next != null) {
        owner = next;
        holds = 1;
        next.ready();
      }
    }

    @Override
    public Condition newCondition() {
      return new SimCondition(this);
    }
  }

  private final class SimCondition implements Condition {

    private final SimLock lock;
    private final List<SimThread> waiting = new ArrayList<>();

    SimCondition(SimLock lock) {
      this.lock = lock;
    }

    /** Returns whether it was signalled before the time was over. */
    private boolean waitFor(long nanos, boolean interruptible) throws InterruptedException {
      SimThread self = self();
      int holds = lock.holds;
      lock.holds = 0;
      waiting.add(self);
      lock.release();
      if (nanos < Long.MAX_VALUE) {
        process.after(
            nanos,
            () -> {
              if (waiting.remove(self)) {
                self.ready();
              }
            });
      }
      long deadline = nanos < Long.MAX_VALUE ? simulation.now() + nanos : Long.MAX_VALUE;
      while (waiting.contains(self) && !(interruptible && self.interrupted)) {
        self.block();
      }
      boolean interrupted = waiting.remove(self);
      lock.lock();
      lock.holds = holds;
      if (interrupted) {
        self.interrupted = false;
        throw new InterruptedException();
      }
      return simulation.now() < deadline;
    }

    @Override
    public void await() throws InterruptedException {
      waitFor(Long.MAX_VALUE, true);
    }

    @Override
    public void awaitUninterruptibly() {
      try {
        waitFor(Long.MAX_VALUE, false);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public long awaitNanos(long nanos) throws InterruptedException {
      long deadline = simulation.now() + nanos;
      waitFor(nanos, true);
      return deadline - simulation.now();
    }

    @Override
    public boolean await(long time, TimeUnit unit) throws InterruptedException {
      return waitFor(unit.toNanos(time), true);
    }

    @Override
    public boolean awaitUntil(Date deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void signal() {
      if (!waiting.isEmpty()) {
        waiting.remove(simulation.random.nextInt(waiting.size())).ready();
      }
    }

    @Override
    public void signalAll() {
      List<SimThread> all = new ArrayList<>(waiting);
      waiting.clear();
      all.forEach(SimThread::ready);
    }
  }
}

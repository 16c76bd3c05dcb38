package io.vodis.it.simulation;

import io.vodis.lifecycle.Threads;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;

/** A process: it can be killed, and it can be stopped and continued. */
final class SimProcess {

  private final Simulation simulation;
  private final String name;
  private final Threads threads;
  private final Set<SimThread> alive = new LinkedHashSet<>();
  private final Deque<Runnable> heldBack = new ArrayDeque<>();
  private boolean killed;
  private boolean paused;

  SimProcess(Simulation simulation, String name) {
    this.simulation = simulation;
    this.name = name;
    this.threads = new SimThreads(simulation, this);
    simulation.add(this);
  }

  String name() {
    return name;
  }

  boolean isKilled() {
    return killed;
  }

  boolean isPaused() {
    return paused;
  }

  /** Whether it does anything now. */
  boolean runs() {
    return !killed && !paused;
  }

  /** Starts a thread in it. */
  SimThread start(String threadName, Runnable body) {
    SimThread thread =
        new SimThread(
            simulation,
            this,
            threadName,
            () -> {
              ((SimThreads) threads).enter();
              body.run();
            });
    if (killed) {
      thread.kill();
    } else {
      alive.add(thread);
      thread.ready();
    }
    return thread;
  }

  void ended(SimThread thread) {
    alive.remove(thread);
  }

  void onFault(Throwable fault) {
    simulation.violation("unexpected in " + name + ": " + fault);
  }

  /** Something that happens in it; later if it is stopped then, never if it is dead. */
  void after(long delayNanos, Runnable action) {
    simulation.after(delayNanos, () -> deliver(action));
  }

  /** The same, at once: what an event brings to it. */
  void deliver(Runnable action) {
    if (killed) {
      return;
    }
    if (paused || !heldBack.isEmpty()) {
      heldBack.addLast(action);
    } else {
      action.run();
    }
  }

  /** The same, behind all that has come to it already. */
  void later(Runnable action) {
    if (!killed && !heldBack.isEmpty()) {
      heldBack.addLast(action);
    } else {
      deliver(action);
    }
  }

  void pause() {
    paused = true;
  }

  /** What it has missed comes first, in order. */
  void resume() {
    if (paused) {
      paused = false;
      simulation.after(0, this::catchUp);
    }
  }

  private void catchUp() {
    if (!paused && !heldBack.isEmpty()) {
      heldBack.getFirst().run();
      heldBack.pollFirst();
      simulation.after(1, this::catchUp);
    }
  }

  void kill() {
    killed = true;
    heldBack.clear();
    new ArrayList<>(alive).forEach(SimThread::kill);
  }
}

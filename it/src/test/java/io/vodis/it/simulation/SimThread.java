package io.vodis.it.simulation;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A thread of a simulated process. It runs only when it is its turn. */
final class SimThread {

  /** Ends the threads of a process that was killed. An error, so that nobody catches it. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed() {
      super("the process was killed", null, false, false);
    }
  }

  private final Simulation simulation;
  private final SimProcess process;
  private final String name;
  private final Thread thread;
  private boolean killed;
  private boolean ended;
  private boolean scheduled;
  boolean interrupted;
  private @Nullable Runnable onEnd;

  SimThread(Simulation simulation, SimProcess process, String name, Runnable body) {
    this.simulation = simulation;
    this.process = process;
    this.name = name;
    this.thread = Thread.ofVirtual().name(name).unstarted(() -> run(body));
    thread.start();
  }

  private void run(Runnable body) {
    try {
      awaitTurn();
      if (!killed) {
        body.run();
      }
    } catch (Killed e) {
      // As intended.
    } catch (RuntimeException | Error e) {
      process.onFault(e);
    } finally {
      ended = true;
      process.ended(this);
      if (onEnd != null) {
        onEnd.run();
      }
      simulation.yieldTurn();
    }
  }

  void unpark() {
    LockSupport.unpark(thread);
  }

  private void awaitTurn() {
    while (simulation.running() != this) {
      LockSupport.park(this);
    }
  }

  /** Waits until somebody calls {@link #ready}. */
  void block() {
    if (killed) {
      throw new Killed();
    }
    simulation.yieldTurn();
    awaitTurn();
    if (killed) {
      throw new Killed();
    }
  }

  /** It may go on; a little later, in an order that lots decide. */
  void ready() {
    if (!scheduled && !ended) {
      scheduled = true;
      process.after(
          simulation.random.nextLong(20_000),
          () -> {
            scheduled = false;
            if (!ended) {
              simulation.resume(this);
            }
          });
    }
  }

  /** Ends it at its present wait. */
  void kill() {
    killed = true;
    simulation.after(
        0,
        () -> {
          if (!ended) {
            simulation.resume(this);
          }
        });
  }

  boolean isKilled() {
    return killed;
  }

  boolean hasEnded() {
    return ended;
  }

  void onEnd(Runnable action) {
    Runnable before = onEnd;
    onEnd =
        () -> {
          if (before != null) {
            before.run();
          }
          action.run();
        };
  }

  @Override
  public String toString() {
    return process.name() + "/" + name;
  }
}

package io.vodis.proxy.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers what one loop iteration has to write and writes it once at its end: each touched backend,
 * then each touched session. With many unpipelined clients this saves most of the write calls, the
 * largest single cost of a proxy (bench: proxy comparison, P=1).
 *
 * <p>Sessions that had to stop and may go on are run first, so that what they send leaves with the
 * same flush.
 */
public final class FlushQueue {

  /** Something with bytes to write. */
  public interface Flushable {
    void flush();
  }

  private static final Logger LOGGER = LoggerFactory.getLogger(FlushQueue.class);

  private final Executor eventLoop;
  private final LoopClock clock;
  private final Runnable task = this::run;
  private List<Runnable> resumptions = new ArrayList<>();
  private List<Runnable> resuming = new ArrayList<>();
  private final List<Flushable> backends = new ArrayList<>();
  private final List<Flushable> sessions = new ArrayList<>();
  private boolean scheduled;

  public FlushQueue(Executor eventLoop, LoopClock clock) {
    this.eventLoop = eventLoop;
    this.clock = clock;
  }

  /** Adds a backend; the caller sees to it that it is added once per iteration. */
  public void backend(Flushable backend) {
    backends.add(backend);
    schedule();
  }

  /** Adds a session; the caller sees to it that it is added once per iteration. */
  public void session(Flushable session) {
    sessions.add(session);
    schedule();
  }

  /** Runs {@code resumption} at the end of the iteration, before anything is written. */
  public void resume(Runnable resumption) {
    resumptions.add(resumption);
    schedule();
  }

  private void schedule() {
    if (!scheduled) {
      scheduled = true;
      eventLoop.execute(task);
    }
  }

  private void run() {
    clock.refresh();
    // Resumed work may resume more; that waits for the next iteration, so that one cannot starve
    // the loop.
    List<Runnable> now = resumptions;
    resumptions = resuming;
    resuming = now;
    for (int i = 0; i < now.size(); i++) {
      try {
        now.get(i).run();
      } catch (RuntimeException e) {
        LOGGER.error("going on with what had to wait failed", e);
      }
    }
    now.clear();
    // A flush that fails requests may touch sessions, but never another backend of this list.
    flushAll(backends);
    flushAll(sessions);
    scheduled = false;
    if (!resumptions.isEmpty()) {
      schedule();
    }
  }

  /** A fault in one connection must not keep the others from being written. */
  private static void flushAll(List<Flushable> touched) {
    for (int i = 0; i < touched.size(); i++) {
      try {
        touched.get(i).flush();
      } catch (RuntimeException e) {
        LOGGER.error("writing to a connection failed", e);
      }
    }
    touched.clear();
  }
}

package io.vodis.it.simulation;

import io.vodis.lifecycle.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Time, and the order of everything. There is one queue of events, sorted by time and then by lot;
 * that a thread goes on is an event like any other. At every moment either the loop of this class
 * runs or exactly one simulated thread, so that a seed fixes the whole course.
 */
final class Simulation {

  static final long MILLI = 1_000_000L;

  private static final long START = 1_000_000_000_000L;
  private static final int TRACE_MAX = 4000;

  private record Event(long time, long lot, long number, Runnable action)
      implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(time, other.time);
      int byLot = byTime != 0 ? byTime : Long.compare(lot, other.lot);
      return byLot != 0 ? byLot : Long.compare(number, other.number);
    }
  }

  /** What happened when. */
  private record Line(long time, String text) {}

  final SplittableRandom random;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Deque<Line> trace = new ArrayDeque<>();
  private final List<String> violations = new ArrayList<>();
  private final boolean printing;
  private long now = START;
  private long numbers;
  private long digest;
  private volatile @Nullable SimThread running;
  private volatile @Nullable Thread loopThread;
  private final List<SimProcess> processes = new ArrayList<>();

  /** The clock of every process: they agree on how fast time goes, and that is all they need. */
  final Clock clock =
      new Clock() {
        @Override
        public long nanoTime() {
          return now;
        }

        @Override
        public Instant now() {
          return Instant.EPOCH.plusNanos(now);
        }
      };

  Simulation(long seed, boolean printing) {
    this.random = new SplittableRandom(seed);
    this.printing = printing;
  }

  long now() {
    return now;
  }

  /** Milliseconds since the start. */
  long millis() {
    return (now - START) / MILLI;
  }

  /** Has something happen after {@code delayNanos}. */
  void after(long delayNanos, Runnable action) {
    events.add(new Event(now + Math.max(0, delayNanos), random.nextLong(), numbers++, action));
  }

  /** Has something happen again and again, a little irregularly, as long as it says true. */
  void every(long periodNanos, BooleanSupplier action) {
    after(
        periodNanos + random.nextLong(periodNanos / 10 + 1),
        () -> {
          if (action.getAsBoolean()) {
            every(periodNanos, action);
          }
        });
  }

  /** A number of nanoseconds between two of milliseconds. */
  long between(double minMillis, double maxMillis) {
    return (long) ((minMillis + random.nextDouble() * (maxMillis - minMillis)) * MILLI);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /** Makes something part of the digest: whatever a seed is to reproduce. */
  void note(long what) {
    digest = digest * 0x9E3779B97F4A7C15L + what;
  }

  /** Writes a line of the trace; part of what a seed reproduces. */
  void log(String line) {
    note(line.hashCode());
    if (printing) {
      System.err.println(text(now, line));
    }
    trace.addLast(new Line(now, line));
    if (trace.size() > TRACE_MAX) {
      trace.removeFirst();
    }
  }

  private static String text(long time, String line) {
    return "%9.3f  %s".formatted((time - START) / 1e6, line);
  }

  /** A line that is only of use to whoever replays a run. */
  void detail(Supplier<String> line) {
    if (printing) {
      System.err.println("%9.3f      %s %x".formatted((now - START) / 1e6, line.get(), digest));
    }
  }

  /** Something that must never be has happened. */
  void violation(String what) {
    violations.add(what);
    log("VIOLATION " + what);
  }

  List<String> violations() {
    return violations;
  }

  /** The same for two runs that went the same way. */
  long digest() {
    return digest;
  }

  List<String> trace() {
    return trace.stream().map(line -> text(line.time(), line.text())).toList();
  }

  void add(SimProcess process) {
    processes.add(process);
  }

  /** Lets time pass. */
  void runFor(long nanos) {
    loopThread = Thread.currentThread();
    long end = now + nanos;
    for (Event next = events.peek(); next != null && next.time() <= end; next = events.peek()) {
      events.poll();
      now = Math.max(now, next.time());
      note(now ^ next.lot());
      next.action().run();
    }
    now = end;
  }

  /** Ends every thread; afterwards nothing happens any more. */
  void close() {
    processes.forEach(SimProcess::kill);
    runFor(1000 * MILLI);
    events.clear();
  }

  /** The thread that runs; null while the loop itself does. */
  @Nullable SimThread running() {
    return running;
  }

  /** Lets a thread go on until its next wait. Called by the loop. */
  void resume(SimThread thread) {
    running = thread;
    thread.unpark();
    while (running != null) {
      LockSupport.park(this);
    }
  }

  /** Gives the turn back. Called by the thread that has it. */
  void yieldTurn() {
    running = null;
    LockSupport.unpark(loopThread);
  }
}

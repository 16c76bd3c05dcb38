package io.vodis.proxy.request;

import io.vodis.proxy.loop.LoopClock;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.Stop;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Command names nobody here knows: a server is asked once about each, and the sessions that sent it
 * wait for the answer. What no server knows is remembered for a while, so that a client in error
 * costs the servers nothing.
 *
 * <p>Bounded in names, in questions per second and in time; beyond that a name is simply unknown.
 */
public final class UnknownCommands {

  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final int NAME_CHARS_MAX = 64;

  /**
   * The bounds.
   *
   * @param names most that are remembered; 0: no server is ever asked
   * @param questionsPerSecond most that are asked for
   * @param waitNanos most that a request waits
   * @param rememberNanos how long the answer that nobody knows it holds
   */
  public record Limits(int names, int questionsPerSecond, long waitNanos, long rememberNanos) {}

  private static final class Entry {
    private @Nullable List<Session> waiting = new ArrayList<>(1);
    private long until;

    Entry(long until) {
      this.until = until;
    }
  }

  private final ProcessView process;
  private final LoopClock clock;
  private final Limits limits;

  /** By name in lower case, the oldest first. */
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private int unanswered;
  private long secondBeganNanos;
  private int questions;

  public UnknownCommands(ProcessView process, LoopClock clock, Limits limits) {
    this.process = process;
    this.clock = clock;
    this.limits = limits;
    this.secondBeganNanos = clock.nowNanos();
  }

  /**
   * Whether the session waits for what a server says about that name. It has been stopped then, and
   * its request comes again.
   */
  boolean waitFor(Session session, String name) {
    long now = clock.nowNanos();
    Entry entry = entries.get(name);
    if (entry != null && entry.until - now <= 0) {
      if (entry.waiting != null) {
        conclude(entry);
        return false;
      }
      entries.remove(name);
      entry = null;
    }
    if (entry == null) {
      entry = ask(name, now);
    }
    if (entry == null || entry.waiting == null) {
      return false;
    }
    entry.waiting.add(session);
    session.stop(Stop.COMMAND);
    return true;
  }

  private @Nullable Entry ask(String name, long now) {
    if (name.isEmpty() || name.length() > NAME_CHARS_MAX || !mayAsk(now) || !makeRoom()) {
      return null;
    }
    Entry entry = new Entry(now + limits.waitNanos());
    entries.put(name, entry);
    unanswered++;
    process.askForCommand(name, () -> answered(name, entry));
    return entry;
  }

  private boolean mayAsk(long now) {
    if (now - secondBeganNanos >= SECOND_NANOS) {
      secondBeganNanos = now;
      questions = 0;
    }
    return questions++ < limits.questionsPerSecond();
  }

  /** A name that has been answered gives way to a new one. */
  private boolean makeRoom() {
    if (entries.size() < limits.names()) {
      return true;
    }
    Iterator<Entry> oldest = entries.values().iterator();
    while (oldest.hasNext()) {
      if (oldest.next().waiting == null) {
        oldest.remove();
        return true;
      }
    }
    return false;
  }

  /** The servers have been asked. If one knows it, the table in force does too by now. */
  private void answered(String name, Entry entry) {
    if (entries.get(name) == entry && entry.waiting != null) {
      conclude(entry);
    }
  }

  private void conclude(Entry entry) {
    List<Session> sessions = entry.waiting;
    if (sessions != null) {
      unanswered--;
      entry.waiting = null;
      entry.until = clock.nowNanos() + limits.rememberNanos();
      sessions.forEach(session -> session.unstop(Stop.COMMAND));
    }
  }

  /** Another table is in force: what was unknown may be known. Who waits is answered soon. */
  public void onTable() {
    entries.values().removeIf(entry -> entry.waiting == null);
  }

  /** Periodic care: nobody waits longer than the limit. */
  public void tick(long now) {
    if (unanswered == 0) {
      return;
    }
    for (Entry entry : List.copyOf(entries.values())) {
      if (entry.waiting != null && now - entry.until >= 0) {
        conclude(entry);
      }
    }
  }
}

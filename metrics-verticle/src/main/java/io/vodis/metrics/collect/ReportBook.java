package io.vodis.metrics.collect;

import io.vodis.bus.MetricsReport;
import io.vodis.metric.CollectorMetrics;
import io.vodis.metric.Sample;
import io.vodis.model.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The figures of the whole product. A member that is silent for {@link #SILENCE_MAX}, or whose
 * ephemeral node is gone, loses its gauges; its counters stand still, and stay as long as the store
 * lists it, so that sums over the product never go backwards because a process died.
 *
 * <p>Used by several threads: the bus delivers, pages read.
 */
public final class ReportBook {

  /** Without a report for so long, a member is no longer alive. */
  public static final Duration SILENCE_MAX = Duration.ofSeconds(10);

  /** The store may be a little behind the bus when a member has just started. */
  private static final Duration GONE_AFTER = Duration.ofSeconds(3);

  /** More members than any product has; what comes beyond is dropped and counted. */
  private static final int MEMBERS_MAX = 2048;

  /** What became of a report. */
  private enum Outcome {
    TAKEN,
    STALE,
    TOO_MANY_MEMBERS
  }

  private record MemberKey(Role role, String token) {}

  private final Map<MemberKey, MemberBook> members = new HashMap<>();
  private final long[] outcomes = new long[Outcome.values().length];
  private Directory directory = Directory.UNKNOWN;

  /** Takes a report in. */
  public synchronized void accept(MetricsReport report, long nowNanos) {
    MemberKey key = new MemberKey(report.role(), report.token());
    MemberBook book = members.get(key);
    if (book == null) {
      if (members.size() >= MEMBERS_MAX) {
        count(Outcome.TOO_MANY_MEMBERS);
        return;
      }
      book = new MemberBook();
      members.put(key, book);
    }
    count(book.accept(report, nowNanos) ? Outcome.TAKEN : Outcome.STALE);
  }

  /** Takes in what the store says, and forgets silent members that it no longer lists. */
  public synchronized void update(Directory latest, long nowNanos) {
    directory = latest;
    members
        .entrySet()
        .removeIf(
            entry ->
                latest.known()
                    && !latest.lists(entry.getKey().token())
                    && entry.getValue().silence(nowNanos).compareTo(SILENCE_MAX) > 0);
  }

  /** Every series of the product now; no two have the same name, labels, role and member. */
  public synchronized List<Figure> figures(long nowNanos) {
    List<Figure> figures = new ArrayList<>();
    Set<String> names = new HashSet<>();
    members.forEach(
        (key, book) -> {
          String known = directory.nameOf(key.token());
          String name = names.add(key.role() + " " + known) ? known : known + "/" + key.token();
          boolean alive = alive(book, nowNanos);
          for (Sample sample : book.samples(alive)) {
            figures.add(new Figure(key.role(), name, sample));
          }
          double ageSeconds = book.silence(nowNanos).toMillis() / 1e3;
          figures.add(new Figure(key.role(), name, CollectorMetrics.MEMBER_UP.of(alive ? 1 : 0)));
          figures.add(
              new Figure(key.role(), name, CollectorMetrics.REPORT_AGE_SECONDS.of(ageSeconds)));
        });
    return figures;
  }

  /** What this book says of itself. */
  public synchronized List<Sample> ownSamples(long nowNanos) {
    List<Sample> samples = new ArrayList<>();
    for (Outcome outcome : Outcome.values()) {
      samples.add(
          CollectorMetrics.REPORTS.of(
              outcomes[outcome.ordinal()], outcome.name().toLowerCase(Locale.ROOT)));
    }
    samples.add(CollectorMetrics.SERIES.of(figures(nowNanos).size()));
    return samples;
  }

  /** One line per member: its role, its name, whether it is alive, and the age of its report. */
  public synchronized List<MemberState> memberStates(long nowNanos) {
    List<MemberState> states = new ArrayList<>();
    members.forEach(
        (key, book) ->
            states.add(
                new MemberState(
                    key.role(),
                    directory.nameOf(key.token()),
                    key.token(),
                    alive(book, nowNanos),
                    book.silence(nowNanos))));
    return states;
  }

  /** How one member stands. */
  public record MemberState(
      Role role, String member, String token, boolean alive, Duration silence) {}

  private boolean alive(MemberBook book, long nowNanos) {
    Duration silence = book.silence(nowNanos);
    boolean gone =
        directory.known()
            && !directory.live().contains(book.latestIncarnation())
            && silence.compareTo(GONE_AFTER) > 0;
    return !gone && silence.compareTo(SILENCE_MAX) <= 0;
  }

  private void count(Outcome outcome) {
    outcomes[outcome.ordinal()]++;
  }
}

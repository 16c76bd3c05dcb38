package io.vodis.metrics;

import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.Periodic;
import io.vodis.metrics.collect.Directory;
import io.vodis.metrics.collect.ReportBook;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.store.Registration;
import io.vodis.store.StoreException;
import io.vodis.store.TopologyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the book's directory of members as the store has it, and this member's registration alive.
 * Without the store the last directory stands.
 */
final class MemberWatch implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(MemberWatch.class);

  private final TopologyStore store;
  private final Registration registration;
  private final ReportBook book;
  private final Clock clock;
  private final Duration sessionTimeout;
  private volatile long answeredNanos;
  private boolean reachable = true;
  private @Nullable Periodic following;

  MemberWatch(
      TopologyStore store,
      Registration registration,
      ReportBook book,
      Clock clock,
      Duration sessionTimeout) {
    this.store = store;
    this.registration = registration;
    this.book = book;
    this.clock = clock;
    this.sessionTimeout = sessionTimeout;
    this.answeredNanos = clock.nanoTime();
  }

  void start() {
    following = Periodic.start("metrics members", sessionTimeout.dividedBy(3), this::follow);
  }

  /** Why the list of members may be out of date. */
  Optional<String> cutOff() {
    long silentMillis = (clock.nanoTime() - answeredNanos) / 1_000_000;
    return silentMillis > sessionTimeout.toMillis()
        ? Optional.of("the store has not answered for " + silentMillis + " ms")
        : Optional.empty();
  }

  private void follow() {
    try {
      registration.renewLease();
      List<Member> listed = new ArrayList<>();
      List<Member> live = new ArrayList<>();
      for (Role role : Role.values()) {
        listed.addAll(store.listedMembers(role));
        live.addAll(store.liveMembers(role));
      }
      answeredNanos = clock.nanoTime();
      book.update(Directory.of(listed, live), answeredNanos);
      if (!reachable) {
        LOGGER.info("the store answers again");
      }
      reachable = true;
    } catch (StoreException e) {
      if (reachable) {
        LOGGER.warn("the store does not answer, figures are still gathered: {}", e.getMessage());
      }
      reachable = false;
    }
  }

  @Override
  public void close() {
    Periodic running = following;
    if (running != null) {
      running.close();
    }
  }
}

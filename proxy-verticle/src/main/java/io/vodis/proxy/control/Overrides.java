package io.vodis.proxy.control;

import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vodis.bus.Addresses;
import io.vodis.bus.BusClient;
import io.vodis.bus.BusReply;
import io.vodis.bus.TopomCommand.ReportOverride;
import io.vodis.lifecycle.Periodic;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators have made this proxy do without the store, on its way into the audit log, which is
 * in the store. Each goes to this process's log at once, and to the leader as soon as there is one.
 */
final class Overrides implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(Overrides.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  /** An operator does not do more of it by hand; older ones are in the log of the process. */
  private static final int UNREPORTED_MAX = 100;

  private final Vertx vertx;
  private final String product;
  private final Deque<ReportOverride> unreported = new ArrayDeque<>();
  private final Periodic reports;

  Overrides(Vertx vertx, String product) {
    this.vertx = vertx;
    this.product = product;
    this.reports = Periodic.start("overrides", INTERVAL, this::report);
  }

  void add(ReportOverride override) {
    LOGGER.warn(
        "{} by {} from {}, against the rule of the store",
        override.action(),
        override.actor(),
        override.origin());
    synchronized (unreported) {
      if (unreported.size() == UNREPORTED_MAX) {
        unreported.removeFirst();
      }
      unreported.addLast(override);
    }
    reports.wake();
  }

  private void report() {
    for (ReportOverride next = first(); next != null; next = first()) {
      try {
        BusClient.ask(
            vertx,
            Addresses.TOPOM,
            Addresses.TOPOM.in(product),
            next,
            TIMEOUT,
            BusReply.Accepted.class);
      } catch (ReplyException e) {
        LOGGER.debug("not in the audit log yet: {}", e.getMessage());
        return;
      }
      synchronized (unreported) {
        unreported.remove(next);
      }
    }
  }

  private @Nullable ReportOverride first() {
    synchronized (unreported) {
      return unreported.peekFirst();
    }
  }

  @Override
  public void close() {
    reports.close();
  }
}

package io.vodis.proxy.control;

import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vodis.bus.Addresses;
import io.vodis.bus.BusClient;
import io.vodis.bus.BusReply;
import io.vodis.bus.TopomCommand.ReportWarnings;
import io.vodis.lifecycle.Periodic;
import io.vodis.model.Member;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the leader what is wrong with this proxy although it serves: at once when that changes, and
 * again now and then, as leaders come and go. Says nothing while nothing is wrong.
 */
final class WarningReports implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(WarningReports.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  /** A leader forgets what it has not heard again for longer. */
  private static final int REPEAT_ROUNDS = 5;

  private final Vertx vertx;
  private final String product;
  private final Member member;
  private final Supplier<List<String>> warnings;
  private final Periodic reports;
  private List<String> reported = List.of();
  private int rounds;

  /** Starts looking. */
  WarningReports(Vertx vertx, String product, Member member, Supplier<List<String>> warnings) {
    this.vertx = vertx;
    this.product = product;
    this.member = member;
    this.warnings = warnings;
    this.reports = Periodic.start("warnings", INTERVAL, this::report);
  }

  private void report() {
    List<String> present = warnings.get();
    rounds++;
    if (present.equals(reported) && (present.isEmpty() || rounds % REPEAT_ROUNDS != 0)) {
      return;
    }
    try {
      BusClient.ask(
          vertx,
          Addresses.TOPOM,
          Addresses.TOPOM.in(product),
          new ReportWarnings(member.token(), member.incarnation(), present),
          TIMEOUT,
          BusReply.Accepted.class);
      reported = present;
    } catch (ReplyException e) {
      LOGGER.debug("the leader does not know of {}: {}", present, e.getMessage());
    }
  }

  @Override
  public void close() {
    reports.close();
  }
}

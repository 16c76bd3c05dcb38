package io.vodis.proxy.control;

import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vodis.bus.Addresses;
import io.vodis.bus.BusClient;
import io.vodis.bus.BusReply;
import io.vodis.bus.TopomCommand.ResyncProxy;
import io.vodis.lifecycle.Periodic;
import io.vodis.model.Member;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the leader for a table as long as one is needed; there may be no leader yet. */
final class ResyncCaller implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(ResyncCaller.class);
  private static final Duration INTERVAL = Duration.ofMillis(300);
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final Vertx vertx;
  private final String product;
  private final Member member;
  private final BooleanSupplier needed;
  private final Periodic calls;

  ResyncCaller(Vertx vertx, String product, Member member, BooleanSupplier needed) {
    this.vertx = vertx;
    this.product = product;
    this.member = member;
    this.needed = needed;
    this.calls = Periodic.start("resync", INTERVAL, this::callIfNeeded);
  }

  private void callIfNeeded() {
    if (!needed.getAsBoolean()) {
      return;
    }
    try {
      BusClient.ask(
          vertx,
          Addresses.TOPOM,
          Addresses.TOPOM.in(product),
          new ResyncProxy(member.token(), member.incarnation()),
          TIMEOUT,
          BusReply.Accepted.class);
    } catch (ReplyException e) {
      LOGGER.debug("no leader has taken the request for a table: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    calls.close();
  }
}

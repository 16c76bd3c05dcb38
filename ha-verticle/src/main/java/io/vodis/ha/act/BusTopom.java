package io.vodis.ha.act;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vodis.bus.Addresses;
import io.vodis.bus.BusClient;
import io.vodis.bus.BusReply.Accepted;
import io.vodis.bus.TopomCommand.FailoverGroup;
import java.time.Duration;

/** The leader on the bus. */
public final class BusTopom implements Topom {

  /** The leader accepts before it acts; a longer wait would only hold up the next attempt. */
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final Vertx vertx;
  private final String product;

  public BusTopom(Vertx vertx, String product) {
    this.vertx = vertx;
    this.product = product;
  }

  @Override
  public Future<Accepted> failover(FailoverGroup command) {
    return BusClient.request(
        vertx, Addresses.TOPOM, Addresses.TOPOM.in(product), command, TIMEOUT, Accepted.class);
  }
}

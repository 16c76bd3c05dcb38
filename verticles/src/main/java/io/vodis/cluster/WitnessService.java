package io.vodis.cluster;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vodis.bus.Addresses;
import io.vodis.bus.BusServer;
import io.vodis.bus.MemberQuery;
import io.vodis.lifecycle.Clock;
import io.vodis.store.Registration;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets a registered member be asked as a {@link Witness}, until closed. */
public final class WitnessService implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(WitnessService.class);

  private final MessageConsumer<MemberQuery> consumer;
  private final VouchPage page;

  private WitnessService(MessageConsumer<MemberQuery> consumer, VouchPage page) {
    this.consumer = consumer;
    this.page = page;
  }

  /**
   * Starts answering; the registration is renewed by others, several times in a lease.
   *
   * @param page of the process, for those who are not on the bus
   */
  public static WitnessService start(ClusterNode node, Registration registration, VouchPage page) {
    Vertx vertx = node.vertx();
    String incarnation = registration.member().incarnation();
    Witness witness =
        new Witness(incarnation, registration::answeredNanos, Clock.SYSTEM, lease(node));
    page.witness(witness);
    return new WitnessService(
        BusServer.serve(
            vertx,
            Addresses.MEMBER,
            Addresses.MEMBER.of(node.product().productName(), incarnation),
            query -> Future.succeededFuture(witness.answer(query))),
        page);
  }

  /** What the store lends to a member that answers. */
  public static Duration lease(ClusterNode node) {
    return node.coordinator().coordinatorSessionTimeout().multipliedBy(2).dividedBy(3);
  }

  /** How often a member renews, so that it soon knows when it has lost the store. */
  public static Duration renewPeriod(ClusterNode node) {
    return lease(node).dividedBy(6);
  }

  @Override
  public void close() {
    page.witness(null);
    consumer.unregister().onFailure(e -> LOGGER.debug("the address was gone: {}", e.getMessage()));
  }
}

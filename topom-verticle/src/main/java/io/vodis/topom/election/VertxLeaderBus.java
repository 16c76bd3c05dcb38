package io.vodis.topom.election;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vodis.bus.Addresses;
import io.vodis.bus.BusClient;
import io.vodis.bus.BusReply;
import io.vodis.bus.BusReply.FillSlotsAck;
import io.vodis.bus.BusReply.Released;
import io.vodis.bus.BusReply.RequestCounts;
import io.vodis.bus.BusServer;
import io.vodis.bus.MemberQuery.ReleaseQuery;
import io.vodis.bus.ProxyCommand.CountRequests;
import io.vodis.bus.ProxyCommand.FillSlots;
import io.vodis.bus.TopomCommand;
import io.vodis.model.Member;
import io.vodis.store.Witnesses;
import java.time.Duration;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link LeaderBus} on the event bus. */
public final class VertxLeaderBus implements LeaderBus {

  private static final Logger LOGGER = LoggerFactory.getLogger(VertxLeaderBus.class);
  private static final Duration ACK_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration WITNESS_TIMEOUT = Duration.ofMillis(500);
  private static final Duration COUNT_TIMEOUT = Duration.ofSeconds(3);

  private final Vertx vertx;
  private final String product;

  public VertxLeaderBus(Vertx vertx, String product) {
    this.vertx = vertx;
    this.product = product;
  }

  @Override
  public Future<FillSlotsAck> sendTable(Member proxy, FillSlots table) {
    return BusClient.request(
        vertx,
        Addresses.PROXY,
        Addresses.PROXY.of(product, proxy.incarnation()),
        table,
        ACK_TIMEOUT,
        FillSlotsAck.class);
  }

  @Override
  public Future<Released> askWitness(Member witness, Witnesses named) {
    return BusClient.request(
        vertx,
        Addresses.MEMBER,
        Addresses.MEMBER.of(product, witness.incarnation()),
        new ReleaseQuery(named.proxy().incarnation(), named.round()),
        WITNESS_TIMEOUT,
        Released.class);
  }

  @Override
  public Future<RequestCounts> countRequests(Member proxy, CountRequests question) {
    return BusClient.request(
        vertx,
        Addresses.PROXY,
        Addresses.PROXY.of(product, proxy.incarnation()),
        question,
        COUNT_TIMEOUT,
        RequestCounts.class);
  }

  @Override
  public Serving serve(Function<TopomCommand, BusReply> handler) {
    MessageConsumer<TopomCommand> consumer =
        BusServer.serveBlocking(vertx, Addresses.TOPOM, Addresses.TOPOM.in(product), handler);
    return () ->
        consumer
            .unregister()
            .onFailure(e -> LOGGER.debug("the command address was gone: {}", e.getMessage()));
  }
}

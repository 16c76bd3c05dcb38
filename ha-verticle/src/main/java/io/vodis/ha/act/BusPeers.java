package io.vodis.ha.act;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vodis.bus.Addresses;
import io.vodis.bus.BusClient;
import io.vodis.bus.BusReply.Opinion;
import io.vodis.bus.HaQuery.OpinionQuery;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.store.TopologyStore;
import java.time.Duration;
import java.util.List;

/** Finds the other members in the store and asks them over the bus. */
public final class BusPeers implements Peers {

  /** Short, because the decision waits for it, and a member that is silent has no opinion. */
  private static final Duration TIMEOUT = Duration.ofMillis(500);

  private final Vertx vertx;
  private final TopologyStore store;
  private final String product;

  public BusPeers(Vertx vertx, TopologyStore store, String product) {
    this.vertx = vertx;
    this.store = store;
    this.product = product;
  }

  @Override
  public List<String> live() {
    return store.liveMembers(Role.HA).stream().map(Member::incarnation).distinct().toList();
  }

  @Override
  public Future<Opinion> ask(String incarnation, HostAndPort server) {
    return BusClient.request(
        vertx,
        Addresses.HA,
        Addresses.HA.of(product, incarnation),
        new OpinionQuery(server),
        TIMEOUT,
        Opinion.class);
  }
}

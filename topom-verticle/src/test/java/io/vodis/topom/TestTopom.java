package io.vodis.topom;

import io.vertx.core.Vertx;
import io.vodis.config.ByteSize;
import io.vodis.config.CoordinatorConfig;
import io.vodis.config.LogConfig;
import io.vodis.config.ProductConfig;
import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.MemberIdentity;
import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.ServerAccess;
import io.vodis.redis.VertxRedisAdmin;
import io.vodis.store.TopologyStore;
import io.vodis.testsupport.InMemoryStoreServer;
import io.vodis.testsupport.InMemoryTopologyStore;
import io.vodis.topom.census.SampleCounts;
import io.vodis.topom.election.LeaderElection;
import io.vodis.topom.election.TopomContext;
import io.vodis.topom.election.VertxLeaderBus;
import io.vodis.topom.sweep.ThroughTopom;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;

/** A topom without its HTTP server, on a store in memory. */
final class TestTopom implements AutoCloseable {

  private final InMemoryTopologyStore client;
  private final ProductCache cache;
  private final LeaderElection election;
  private final AutoCloseable watch;
  private final TopomService service;

  TestTopom(Vertx vertx, InMemoryStoreServer server, String product, int number) {
    this(vertx, server, product, number, store -> store, admin -> admin);
  }

  TestTopom(
      Vertx vertx,
      InMemoryStoreServer server,
      String product,
      int number,
      UnaryOperator<TopologyStore> storeWrapper,
      UnaryOperator<RedisAdmin> adminWrapper) {
    client = server.client();
    TopologyStore store = storeWrapper.apply(client);
    cache = ProductCache.start(client);
    HostAndPort address = new HostAndPort("127.0.0.1", 18_080 + number);
    TopomContext context =
        new TopomContext(
            new VertxLeaderBus(vertx, product),
            store,
            config(product),
            Clock.SYSTEM,
            name ->
                adminWrapper.apply(new VertxRedisAdmin(vertx, ServerAccess.withPassword(""), name)),
            new LongAdder(),
            new SampleCounts());
    election =
        LeaderElection.start(
            context, MemberIdentity.starting(Role.TOPOM, product, address, address, ""));
    service =
        new ElectedTopomService(
            client, cache, context.config().migration().limits(), election::leading);
    watch =
        client.watch(
            () -> {
              election.onStoreChange();
              cache.wake();
            });
  }

  static TopomConfig config(String product) {
    CoordinatorConfig coordinator = CoordinatorConfig.defaults();
    return new TopomConfig(
        new ProductConfig(product, ""),
        coordinator,
        LogConfig.defaults(),
        new TopomConfig.Admin("127.0.0.1:0", "secret", "", 100),
        new TopomConfig.Migration(
            512,
            Duration.ofMillis(2),
            Duration.ofSeconds(5),
            new ByteSize(64 << 10),
            10,
            ByteSize.ofMib(1),
            ByteSize.ofMib(1),
            Duration.ofMillis(600),
            0,
            "",
            ThroughTopom.AUTO),
        TopomConfig.defaults().codis(),
        new TopomConfig.Promotion(Duration.ofSeconds(1)));
  }

  TopomService service() {
    return service;
  }

  boolean leads() {
    return election.leading().isPresent();
  }

  /** As if killed: the session is gone, and nothing it still does reaches the store. */
  void die() {
    client.expireSession();
    client.disconnect();
  }

  @Override
  public void close() throws Exception {
    client.reconnect();
    watch.close();
    election.close();
    cache.close();
    client.close();
  }
}

package io.vodis.proxy;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.transport.Transport;
import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import io.vodis.proxy.route.RouteTable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A data plane without a cluster, for measuring: {@code StandaloneProxy listenPort loops
 * server:port...} spreads the slots over the servers and serves until it is killed.
 */
final class StandaloneProxy {

  private StandaloneProxy() {}

  public static void main(String[] args) throws Exception {
    int loops = Integer.parseInt(args[1]);
    Vertx vertx =
        Vertx.builder()
            .with(new VertxOptions().setEventLoopPoolSize(loops))
            .withTransport(Transport.EPOLL)
            .build();
    DataPlane plane =
        DataPlane.start(vertx, Configs.listening("127.0.0.1:" + args[0], loops), "standalone")
            .await(10, TimeUnit.SECONDS);
    List<HostAndPort> servers = new ArrayList<>();
    for (int i = 2; i < args.length; i++) {
      servers.add(HostAndPort.parse(args[i]));
    }
    plane.install(new RouteTable(1, spread(servers))).await(10, TimeUnit.SECONDS);
    plane.leaseEndsAt(System.nanoTime() + TimeUnit.DAYS.toNanos(1));
    new CountDownLatch(1).await();
  }

  /** Equal ranges of slots for each server. */
  static List<SlotRange> spread(List<HostAndPort> servers) {
    List<SlotRange> ranges = new ArrayList<>();
    int count = servers.size();
    for (int i = 0; i < count; i++) {
      ranges.add(
          new SlotRange(
              Topology.SLOT_COUNT * i / count,
              Topology.SLOT_COUNT * (i + 1) / count - 1,
              new SlotRoute.Serving(servers.get(i), List.of())));
    }
    return ranges;
  }
}

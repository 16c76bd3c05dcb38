package io.vodis.topom;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vodis.bus.Addresses;
import io.vodis.bus.BusFailure;
import io.vodis.bus.BusReply;
import io.vodis.bus.BusReply.FillSlotsAck;
import io.vodis.bus.BusReply.RequestCounts;
import io.vodis.bus.BusServer;
import io.vodis.bus.ProxyCommand;
import io.vodis.bus.ProxyCommand.CountRequests;
import io.vodis.bus.ProxyCommand.FillSlots;
import io.vodis.lifecycle.MemberIdentity;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.MigrationMethod;
import io.vodis.model.Role;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import io.vodis.store.Registration;
import io.vodis.testsupport.InMemoryStoreServer;
import io.vodis.testsupport.InMemoryTopologyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A proxy as the leader sees it: takes tables and acknowledges them, unless told to be deaf. */
final class TestProxy implements AutoCloseable {

  private final InMemoryTopologyStore store;
  private final Registration registration;
  private final Member member;
  private final MessageConsumer<ProxyCommand> consumer;
  private final List<FillSlots> tables = new CopyOnWriteArrayList<>();
  private volatile Predicate<FillSlots> refused = table -> false;
  private volatile @Nullable FillSlots table;
  private final Map<Integer, Long> usage = new ConcurrentHashMap<>();
  private volatile long asked;

  TestProxy(Vertx vertx, InMemoryStoreServer server, String product, int port) {
    HostAndPort address = new HostAndPort("127.0.0.1", port);
    member = MemberIdentity.starting(Role.PROXY, product, address, address, "");
    store = server.client();
    consumer =
        BusServer.serve(
            vertx,
            Addresses.PROXY,
            Addresses.PROXY.of(product, member.incarnation()),
            this::onCommand);
    registration = store.register(member);
  }

  Member member() {
    return member;
  }

  /** Every table taken, in order. */
  List<FillSlots> tables() {
    return new ArrayList<>(tables);
  }

  long epoch() {
    FillSlots present = table;
    return present == null ? -1 : present.epoch();
  }

  SlotRoute route(int slotId) {
    FillSlots present = table;
    return present == null ? SlotRoute.OFFLINE : routeIn(present, slotId);
  }

  private static SlotRoute routeIn(FillSlots table, int slotId) {
    return table.ranges().stream()
        .filter(range -> range.first() <= slotId && slotId <= range.last())
        .map(SlotRange::route)
        .map(TestProxy::withoutNumber)
        .findFirst()
        .orElseThrow();
  }

  /** The route of a slot whose keys go from one real server to another. */
  static SlotRoute migrating(HostAndPort source, HostAndPort target, boolean returning) {
    return new SlotRoute.Migrating(
        source, target, returning, List.of(), MigrationMethod.REVOCABLE_MIGRATE, 0);
  }

  /** No test knows the epoch under which a slot was opened. */
  private static SlotRoute withoutNumber(SlotRoute route) {
    return route instanceof SlotRoute.Migrating moving
        ? new SlotRoute.Migrating(
            moving.source(),
            moving.target(),
            moving.returning(),
            moving.pinned(),
            moving.method(),
            0)
        : route;
  }

  /** What it has been told of a slot, in order, each once in a row. */
  List<SlotRoute> routesOf(int slotId) {
    List<SlotRoute> routes = new ArrayList<>();
    for (FillSlots taken : tables) {
      SlotRoute route = routeIn(taken, slotId);
      if (routes.isEmpty() || !routes.getLast().equals(route)) {
        routes.add(route);
      }
    }
    return routes;
  }

  /** From now on tables are neither taken nor acknowledged. */
  void deafen(boolean value) {
    refuse(table -> value);
  }

  /** From now on such tables are neither taken nor acknowledged. */
  void refuse(Predicate<FillSlots> tables) {
    refused = tables;
  }

  /** As if killed: the session is gone, nobody answers. */
  void die() {
    deafen(true);
    store.expireSession();
    store.disconnect();
  }

  @Override
  public void close() {
    registration.close();
    consumer.unregister().await();
    store.close();
  }

  /** Each time it is asked it has had so many requests more. */
  void serves(int slotId, long requests) {
    usage.put(slotId, requests);
  }

  private Future<? extends BusReply> onCommand(ProxyCommand command) {
    return switch (command) {
      case FillSlots next -> onTable(next);
      case CountRequests question -> Future.succeededFuture(count());
    };
  }

  private RequestCounts count() {
    asked++;
    return new RequestCounts(
        member.incarnation(),
        IntStream.range(0, Topology.SLOT_COUNT)
            .mapToObj(slotId -> asked * usage.getOrDefault(slotId, 0L))
            .toList());
  }

  private Future<FillSlotsAck> onTable(FillSlots next) {
    if (refused.test(next)) {
      return Future.future(never -> {});
    }
    FillSlots present = table;
    if (present != null && (next.term() < present.term() || next.epoch() < present.epoch())) {
      return Future.failedFuture(BusFailure.STALE_EPOCH.asException("has " + present.epoch()));
    }
    table = next;
    tables.add(next);
    return Future.succeededFuture(
        new FillSlotsAck(member.incarnation(), next.term(), next.epoch()));
  }
}

package io.vodis.topom;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vodis.bus.Addresses;
import io.vodis.bus.BusClient;
import io.vodis.bus.BusFailure;
import io.vodis.bus.BusReply;
import io.vodis.bus.BusSupport;
import io.vodis.bus.TopomCommand;
import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import io.vodis.slot.SlotHash;
import io.vodis.slot.SlotProof;
import io.vodis.testsupport.InMemoryStoreServer;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A product with a store in memory, real servers, and proxies that only take tables. */
final class TestProduct implements AutoCloseable {

  static final Duration PATIENCE = Duration.ofSeconds(20);

  final String name = "test-topom";
  final Vertx vertx = Vertx.vertx();
  final InMemoryStoreServer store = new InMemoryStoreServer(name);
  final List<TestTopom> topoms = new ArrayList<>();
  final List<TestProxy> proxies = new ArrayList<>();
  final List<RedisProcess> servers = new ArrayList<>();

  TestProduct() {
    BusSupport.install(vertx);
  }

  TestTopom startTopom() {
    return add(new TestTopom(vertx, store, name, topoms.size()));
  }

  TestTopom add(TestTopom topom) {
    topoms.add(topom);
    return topom;
  }

  TestProxy startProxy() {
    TestProxy proxy = new TestProxy(vertx, store, name, 19_000 + proxies.size());
    proxies.add(proxy);
    return proxy;
  }

  RedisProcess startServer() {
    return add(RedisProcess.start());
  }

  /** One that forbids MIGRATE. */
  RedisProcess startServerWithoutMigrate() {
    return add(RedisProcess.builder().option("rename-command", "MIGRATE", "").start());
  }

  /** One that forbids ACL. */
  RedisProcess startServerWithoutUsers() {
    return add(RedisProcess.builder().option("rename-command", "ACL", "").start());
  }

  private RedisProcess add(RedisProcess server) {
    servers.add(server);
    return server;
  }

  /** The service of whoever leads, waiting for somebody to. */
  TopomService leader() {
    Poll.until(PATIENCE, "a leader", () -> topoms.stream().anyMatch(TestTopom::leads));
    return topoms.stream().filter(TestTopom::leads).findFirst().orElseThrow().service();
  }

  /** Waits until somebody else leads than this one, which is dead. */
  void awaitOtherLeader(TestTopom dead) {
    topoms.remove(dead);
    topoms.addLast(dead); // It cannot hear that it leads no more; the first that says so is asked.
    Poll.until(
        PATIENCE,
        "another leader",
        () -> topoms.stream().anyMatch(topom -> topom != dead && topom.leads()));
  }

  Topology topology() {
    return store.client().load();
  }

  /** A group with its servers, the first of them primary. */
  void group(int groupId, RedisProcess... members) {
    TopomService service = leader();
    service.createGroup(groupId);
    for (RedisProcess server : members) {
      service.addServer(groupId, server.address(), "");
    }
  }

  void awaitIdle() {
    Poll.until(
        PATIENCE,
        () -> "all slots idle; waiting: " + leader().view().actions().stream().findFirst(),
        () -> topology().slots().stream().allMatch(slot -> slot.isIdle()));
  }

  /** By their own word: to its primary a replica that still loads the data is online. */
  void awaitReplicas(int count) {
    Poll.until(
        PATIENCE,
        count + " replicas that have the data",
        () ->
            servers.stream()
                    .filter(RedisProcess::isAlive)
                    .map(server -> String.valueOf(server.call("INFO", "replication")))
                    .filter(info -> info.contains("master_link_status:up"))
                    .count()
                == count);
  }

  /** As ha does: again, while the leader has not seen yet that a replica has the data. */
  BusReply.Accepted failOver(HostAndPort primary) {
    AtomicReference<BusReply.@Nullable Accepted> accepted = new AtomicReference<>();
    Poll.until(
        PATIENCE,
        "the report is accepted",
        () -> {
          accepted.set(report(primary));
          return accepted.get() != null;
        });
    return Objects.requireNonNull(accepted.get());
  }

  private BusReply.@Nullable Accepted report(HostAndPort primary) {
    try {
      return BusClient.ask(
          vertx,
          Addresses.TOPOM,
          Addresses.TOPOM.in(name),
          new TopomCommand.FailoverGroup(1, primary, topology().epoch(), List.of("a"), "test"),
          Duration.ofSeconds(5),
          BusReply.Accepted.class);
    } catch (ReplyException e) {
      assertThat(BusFailure.of(e)).contains(BusFailure.BUSY);
      return null;
    }
  }

  void awaitServing(TestProxy proxy, int slotId, HostAndPort primary) {
    Poll.until(
        PATIENCE,
        () -> "slot " + slotId + " served by " + primary + ", is " + proxy.route(slotId),
        () ->
            proxy.route(slotId) instanceof SlotRoute.Serving serving
                && serving.primary().equals(primary));
  }

  /** Keys with their own name as value; returns when so many replicas have them. */
  static void fill(RedisProcess server, int keys, int replicas) {
    try (RespClient client = server.client()) {
      for (int i = 0; i < keys; i++) {
        client.call("SET", "key-" + i, "key-" + i);
      }
      Poll.until(PATIENCE, replicas + " replicas", () -> waitFor(client, replicas) == replicas);
    }
  }

  private static long waitFor(RespClient client, int replicas) {
    Object count = client.call("WAIT", Integer.toString(replicas), "100");
    return count instanceof Long number ? Math.min(number, replicas) : -1;
  }

  /** Over the default database; what a target carries of moves that last is no key. */
  static long keysOn(RedisProcess server) {
    String proofs = new String(SlotProof.key(), StandardCharsets.UTF_8);
    return server.call("DBSIZE") instanceof Long count
            && server.call("EXISTS", proofs) instanceof Long carried
        ? count - carried
        : -1;
  }

  static int slotOf(String key) {
    return SlotHash.slotOf(key.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() throws Exception {
    for (TestTopom topom : topoms) {
      topom.close();
    }
    for (TestProxy proxy : proxies) {
      proxy.close();
    }
    vertx.close().await();
    servers.forEach(RedisProcess::close);
  }
}

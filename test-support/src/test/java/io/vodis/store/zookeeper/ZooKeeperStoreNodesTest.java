package io.vodis.store.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vodis.config.CoordinatorConfig;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.store.Leadership;
import io.vodis.store.Registration;
import io.vodis.store.StoreChange;
import io.vodis.store.StoreException;
import io.vodis.store.StoreException.Reason;
import io.vodis.store.StorePaths;
import io.vodis.testsupport.TcpRelay;
import io.vodis.testsupport.ZooKeeperServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.Stat;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is in ZooKeeper, what others may do to it, and what the network may do to us. */
class ZooKeeperStoreNodesTest {

  private static ZooKeeperServer server;
  private static CuratorFramework raw;
  private static int tests;

  private final StorePaths paths = new StorePaths("nodes-" + tests++);
  private final List<ZooKeeperTopologyStore> clients = new ArrayList<>();

  @BeforeAll
  static void startServer() {
    server = ZooKeeperServer.start();
    raw = CuratorFrameworkFactory.newClient(server.address(), new RetryNTimes(10, 100));
    raw.start();
  }

  @AfterAll
  static void closeServer() {
    raw.close();
    server.close();
  }

  @AfterEach
  void closeClients() {
    clients.forEach(ZooKeeperTopologyStore::close);
  }

  @Test
  void aProductOfCodisIsTakenOverAsItIs() throws Exception {
    // Given
    put(paths.slot(5), "{\"id\": 5, \"group_id\": 1, \"action\": {}}");
    put(
        paths.slot(6),
        "{\"id\": 6, \"group_id\": 1, \"action\": {\"index\": 3, \"state\": \"pending\","
            + " \"target_id\": 2}}");
    put(
        paths.group(1),
        "{\"id\": 1, \"servers\": [{\"server\": \"10.0.0.1:6379\", \"datacenter\": \"\","
            + " \"action\": {}, \"replica_group\": false}], \"promoting\": {},"
            + " \"out_of_sync\": false}");
    put(paths.proxies() + "/proxy-old", "{\"id\": 7, \"token\": \"old\"}");
    ZooKeeperTopologyStore store = open();
    // When
    Topology found = store.load();
    Leadership leadership = store.tryLead(topom("a")).orElseThrow();
    store.register(member(Role.PROXY, "p"));
    Topology changed =
        store.commit(leadership, found, List.of(put(new SlotMapping(5, 2, SlotAction.IDLE))));
    // Then
    assertThat(found.epoch()).isZero();
    assertThat(found.slot(5)).isEqualTo(new SlotMapping(5, 1, SlotAction.IDLE));
    assertThat(found.slot(6).action()).isEqualTo(new SlotAction.Pending(3, 2));
    assertThat(found.group(1))
        .contains(
            Group.empty(1).withServers(List.of(Server.of(new HostAndPort("10.0.0.1", 6379)))));
    assertThat(open().load()).isEqualTo(changed);
    assertThat(text(paths.slot(5)))
        .isEqualTo("{\n    \"id\": 5,\n    \"group_id\": 2,\n    \"action\": {}\n}");
    assertThat(text(paths.proxy("token-p"))).startsWith("{\n    \"id\": 8,\n    \"token\": ");
    assertThat(text(paths.topom()))
        .contains("\"admin_addr\": \"10.0.1.1:19000\"")
        .contains("\"vodis\": true");
    assertThat(text(paths.epoch())).isEqualTo("1");
    assertThat(text(paths.term())).isEqualTo("1");
  }

  @Test
  void aCodisDashboardKeepsUsFromLeading() throws Exception {
    // Given
    put(paths.topom(), "{\"token\": \"x\", \"admin_addr\": \"10.9.9.9:18080\"}");
    ZooKeeperTopologyStore store = open();
    // When, Then
    assertThatThrownBy(() -> store.tryLead(topom("a")))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("10.9.9.9:18080")
        .hasMessageContaining("remove that node");
    assertThat(store.leader()).isEmpty();
    raw.delete().forPath(paths.topom());
    assertThat(store.tryLead(topom("a"))).isPresent();
  }

  @Test
  void whatAnotherProgramChangesIsSeenAndNotOverwritten() throws Exception {
    // Given
    ZooKeeperTopologyStore store = open();
    Leadership leadership = store.tryLead(topom("a")).orElseThrow();
    Topology base =
        store.commit(
            leadership, store.load(), List.of(put(new SlotMapping(5, 1, SlotAction.IDLE))));
    // When
    put(paths.slot(5), "{\"id\": 5, \"group_id\": 9}");
    put(paths.slot(6), "{\"id\": 6, \"group_id\": 9}");
    // Then
    assertRefused(
        Reason.STALE_EPOCH,
        () -> store.commit(leadership, base, List.of(put(new SlotMapping(5, 2, SlotAction.IDLE)))));
    assertRefused(
        Reason.STALE_EPOCH,
        () -> store.commit(leadership, base, List.of(put(new SlotMapping(6, 2, SlotAction.IDLE)))));
    Topology seen = store.load();
    assertThat(seen.epoch()).isEqualTo(1);
    assertThat(seen.slot(5).groupId()).isEqualTo(9);
    assertThat(seen.slot(6).groupId()).isEqualTo(9);
    // When
    raw.delete().forPath(paths.slot(5));
    // Then
    Topology without = store.load();
    assertThat(without.slot(5)).isEqualTo(SlotMapping.offline(5));
    assertThat(
            store
                .commit(leadership, without, List.of(put(new SlotMapping(5, 3, SlotAction.IDLE))))
                .epoch())
        .isEqualTo(2);
  }

  @Test
  void aRowThatCannotBeReadIsNamedUntilItIsMended() throws Exception {
    // Given
    ZooKeeperTopologyStore store = open();
    store.load();
    put(paths.slot(5), "{\"id\": 5, \"action\": {\"state\": \"flying\"}}");
    // When, Then
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(store::load)
          .isInstanceOfSatisfying(
              StoreException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT))
          .hasMessageContaining(paths.slot(5))
          .hasMessageContaining("flying");
    }
    put(paths.slot(5), "{\"id\": 5, \"group_id\": 1}");
    assertThat(store.load().slot(5).groupId()).isEqualTo(1);
  }

  @Test
  void anEphemeralNodeOfAnOlderSessionIsReplacedNotAdopted() throws Exception {
    // Given
    ZooKeeperTopologyStore store = open();
    Member proxy = member(Role.PROXY, "p");
    String path = paths.live(Role.PROXY, proxy.token(), proxy.incarnation());
    raw.create().creatingParentsIfNeeded().withMode(CreateMode.EPHEMERAL).forPath(path);
    // When
    Registration registration = store.register(proxy);
    // Then
    Stat stat = raw.checkExists().forPath(path);
    assertThat(stat.getEphemeralOwner()).isEqualTo(store.session().getSessionId());
    // When
    raw.delete().forPath(path);
    registration.renewLease();
    // Then
    assertThat(raw.checkExists().forPath(path)).isNotNull();
  }

  @Test
  void withAPasswordNobodyElseMayWrite() throws Exception {
    // Given
    ZooKeeperTopologyStore store = open(server.address(), "user:secret");
    Leadership leadership = store.tryLead(topom("a")).orElseThrow();
    store.commit(leadership, store.load(), List.of(put(new SlotMapping(5, 1, SlotAction.IDLE))));
    // When
    ZooKeeperTopologyStore stranger = open();
    // Then
    assertThat(store.session().getACL(paths.slot(5), new Stat()))
        .allSatisfy(
            acl -> {
              assertThat(acl.getId().getScheme()).isEqualTo("digest");
              assertThat(acl.getPerms()).isEqualTo(ZooDefs.Perms.ALL);
            });
    assertThatThrownBy(stranger::load)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("permission denied")
        .hasMessageContaining("coordinator_auth");
    assertThat(open(server.address(), "user:secret").load().slot(5).groupId()).isEqualTo(1);
  }

  @Test
  void aCommitWhoseAnswerIsLostIsOfUnknownFateAndLoadTellsTheTruth() {
    // Given
    try (TcpRelay relay = TcpRelay.to(HostAndPort.parse(server.address()))) {
      ZooKeeperTopologyStore store = open(relay.address().toString(), "");
      Leadership leadership = store.tryLead(topom("a")).orElseThrow();
      Topology base = store.load();
      // When
      relay.hold(TcpRelay.Direction.BACK);
      assertRefused(
          Reason.UNAVAILABLE,
          () ->
              store.commit(leadership, base, List.of(put(new SlotMapping(5, 1, SlotAction.IDLE)))));
      relay.release(TcpRelay.Direction.BACK);
      // Then
      await()
          .ignoreException(StoreException.class)
          .untilAsserted(() -> assertThat(store.load().epoch()).isEqualTo(1));
      assertThat(store.load().slot(5).groupId()).isEqualTo(1);
    }
  }

  @Test
  void aCommitHeldUpInTheNetworkHasNoEffectOnceAnotherLeads() {
    // Given
    try (TcpRelay relay = TcpRelay.to(HostAndPort.parse(server.address()))) {
      ZooKeeperTopologyStore delayed = open(relay.address().toString(), "");
      ZooKeeperTopologyStore other = open();
      Leadership first = delayed.tryLead(topom("a")).orElseThrow();
      Topology base = delayed.load();
      // When
      relay.hold(TcpRelay.Direction.FORTH);
      CompletableFuture<Reason> outcome =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  delayed.commit(first, base, List.of(put(new SlotMapping(5, 9, SlotAction.IDLE))));
                  throw new AssertionError("the commit succeeded");
                } catch (StoreException e) {
                  return e.reason();
                }
              });
      Leadership second =
          await().until(() -> other.tryLead(topom("b")), Optional::isPresent).orElseThrow();
      relay.release(TcpRelay.Direction.FORTH);
      // Then
      assertThat(outcome.join()).isEqualTo(Reason.UNAVAILABLE);
      Topology next =
          other.commit(second, other.load(), List.of(put(new SlotMapping(6, 1, SlotAction.IDLE))));
      assertThat(next.epoch()).isEqualTo(1);
      assertThat(next.slot(5)).isEqualTo(SlotMapping.offline(5));
      await()
          .ignoreException(StoreException.class)
          .untilAsserted(() -> assertThat(delayed.load()).isEqualTo(next));
      assertRefused(Reason.NOT_LEADER, () -> delayed.commit(first, next, List.of()));
    }
  }

  private ZooKeeperTopologyStore open() {
    return open(server.address(), "");
  }

  private ZooKeeperTopologyStore open(String address, String auth) {
    ZooKeeperTopologyStore client =
        ZooKeeperTopologyStore.open(
            new CoordinatorConfig("zookeeper", address, auth, Duration.ofSeconds(2), "127.0.0.1"),
            paths.product());
    clients.add(client);
    return client;
  }

  private static Member topom(String name) {
    return member(Role.TOPOM, name);
  }

  private static Member member(Role role, String name) {
    return new Member(
        role,
        "token-" + name,
        "incarnation-" + name,
        new HostAndPort("10.0.1.1", 19000),
        new HostAndPort("10.0.1.1", 11080),
        "",
        4711,
        "2026-11-20T20:00:00Z");
  }

  private static StoreChange put(SlotMapping slot) {
    return new StoreChange.PutSlot(slot);
  }

  private static void put(String path, String content) throws Exception {
    raw.create()
        .orSetData()
        .creatingParentsIfNeeded()
        .forPath(path, content.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(String path) throws Exception {
    return new String(raw.getData().forPath(path), StandardCharsets.UTF_8);
  }

  private static void assertRefused(Reason reason, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}

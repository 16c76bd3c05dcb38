package io.vodis.topom;

import static io.vodis.topom.TestProduct.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vodis.bus.BusReply;
import io.vodis.model.AuditEntry;
import io.vodis.model.Promotion;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotRoute;
import io.vodis.testsupport.FakeRedis;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.TcpRelay;
import io.vodis.topom.audit.Caller;
import io.vodis.topom.edit.ControlEdits.Settings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A leader with real servers, a store in memory, and proxies that only take tables. */
class TopomTest {

  private TestProduct product;

  @BeforeEach
  void start() {
    product = new TestProduct();
  }

  @AfterEach
  void stop() throws Exception {
    product.close();
  }

  @Test
  void rebalanceGivesOfflineSlotsToTheGroupsAndTellsTheProxies() {
    // Given
    product.startTopom();
    TestProxy proxy = product.startProxy();
    RedisProcess first = product.startServer();
    RedisProcess second = product.startServer();
    product.group(1, first);
    product.group(2, second);

    // When
    TopomService service = product.leader();
    service.confirmRebalance(service.planRebalance());

    // Then
    product.awaitIdle();
    assertThat(product.topology().slots()).filteredOn(slot -> slot.groupId() == 1).hasSize(512);
    assertThat(product.topology().slots()).filteredOn(slot -> slot.groupId() == 2).hasSize(512);
    Poll.until(PATIENCE, "newest table", () -> proxy.epoch() == product.topology().epoch());
    assertThat(proxy.route(product.topology().slots().getFirst().slotId()))
        .isInstanceOf(SlotRoute.Serving.class);
  }

  @Test
  void movesTheKeysOfASlotAndNothingElse() {
    // Given
    product.startTopom();
    TestProxy proxy = product.startProxy();
    RedisProcess source = product.startServer();
    RedisProcess target = product.startServer();
    product.group(1, source);
    product.group(2, target);
    product.leader().assignSlots(0, 1023, 1);
    TestProduct.fill(source, 2000, 0);
    product.awaitServing(proxy, 0, source.address());

    // When
    int requested = product.leader().migrateSlots(0, 511, 2);
    product.awaitIdle();

    // Then
    assertThat(requested).isEqualTo(512);
    try (RespClient onSource = source.client();
        RespClient onTarget = target.client()) {
      for (int i = 0; i < 2000; i++) {
        String key = "key-" + i;
        boolean moved = TestProduct.slotOf(key) <= 511;
        assertThat(onSource.call("EXISTS", key)).as(key).isEqualTo(moved ? 0L : 1L);
        assertThat(onTarget.call("EXISTS", key)).as(key).isEqualTo(moved ? 1L : 0L);
      }
    }
    product.awaitServing(proxy, 0, target.address());
    product.awaitServing(proxy, 512, source.address());
    assertThat(proxy.routesOf(0))
        .containsSubsequence(
            new SlotRoute.Serving(source.address(), List.of()),
            new SlotRoute.Fenced(source.address(), false, List.of(target.address())),
            TestProxy.migrating(source.address(), target.address(), false),
            new SlotRoute.Serving(target.address(), List.of()));
  }

  @Test
  void whatAMoverCouldNotEndDoesNotComeBackAfterTheMove() throws Exception {
    // Given an attempt of a mover that the network has delayed, after which it died
    product.startTopom();
    TestProxy proxy = product.startProxy();
    RedisProcess source = product.startServer();
    RedisProcess target = product.startServer();
    try (TcpRelay relay = TcpRelay.to(target.address())) {
      product.group(1, source);
      product.leader().createGroup(2);
      product.leader().addServer(2, relay.address(), "");
      product.leader().assignSlots(0, 1023, 1);
      product.awaitServing(proxy, 0, source.address());
      source.call("SET", "foo", "old");
      relay.holdNew(true);
      String port = Integer.toString(relay.address().port());
      try (RespClient other = source.client()) {
        assertThat(other.call("MIGRATE", relay.address().host(), port, "foo", "0", "200"))
            .asString()
            .contains("IOERR");
      }
      relay.holdNew(false);
      // When
      product.leader().migrateSlots(0, 1023, 2);
      product.awaitIdle();
      assertThat(target.call("DEL", "foo")).isEqualTo(1L);
      relay.releaseHeld();
      Poll.pass(Duration.ofMillis(300));
      // Then
      assertThat(target.call("EXISTS", "foo")).isEqualTo(0L);
      product.awaitServing(proxy, 0, relay.address());
    }
  }

  /** Its successor has not counted an attempt of the one before, so nobody would look for it. */
  @Test
  void whatADeadSourceHadSentDoesNotComeBackAfterItsSuccessorHasMovedTheKey() throws Exception {
    // Given an attempt that the network has delayed, and a move that is slow
    product.startTopom();
    TestProxy proxy = product.startProxy();
    RedisProcess source = product.startServer();
    RedisProcess replica = product.startServer();
    RedisProcess target = product.startServer();
    try (TcpRelay relay = TcpRelay.to(target.address())) {
      product.group(1, source, replica);
      product.leader().createGroup(2);
      product.leader().addServer(2, relay.address(), "");
      product.leader().assignSlots(0, 1023, 1);
      product.awaitServing(proxy, 0, source.address());
      product.awaitReplicas(1);
      source.call("SET", "foo", "old");
      for (int i = 0; i < 20; i++) {
        source.call("SET", "{foo}" + i, "so that the slot stays open");
      }
      Poll.until(PATIENCE, "replicated", () -> replica.keyCount() == 21);
      relay.holdNew(true);
      String port = Integer.toString(relay.address().port());
      try (RespClient other = source.client()) {
        assertThat(other.call("MIGRATE", relay.address().host(), port, "foo", "0", "200"))
            .asString()
            .contains("IOERR");
      }
      relay.holdNew(false);
      int slotId = TestProduct.slotOf("foo");
      product.leader().changeMigration(now -> new Settings(null, null, 2, null));
      product.leader().migrateSlots(slotId, slotId, 2);
      Poll.until(
          PATIENCE,
          "the slot is open",
          () -> product.topology().slot(slotId).action() instanceof SlotAction.Migrating);

      // When
      source.kill();
      product.failOver(source.address());
      Poll.until(
          PATIENCE,
          "replaced",
          () -> product.topology().primaryOf(1).orElseThrow().equals(replica.address()));
      product.leader().changeMigration(now -> new Settings(null, null, 0, null));
      product.awaitIdle();
      assertThat(target.call("DEL", "foo")).isEqualTo(1L);
      relay.releaseHeld();
      Poll.pass(Duration.ofMillis(300));

      // Then
      assertThat(target.call("EXISTS", "foo")).isEqualTo(0L);
      assertThat(target.call("DBSIZE")).isEqualTo(20L);
    }
  }

  @Test
  void anotherTopomGoesOnWithAMoveWhenTheLeaderDies() {
    // Given
    TestTopom first = product.startTopom();
    product.leader();
    product.startTopom();
    TestProxy proxy = product.startProxy();
    RedisProcess source = product.startServer();
    RedisProcess target = product.startServer();
    product.group(1, source);
    product.group(2, target);
    product.leader().assignSlots(0, 1023, 1);
    TestProduct.fill(source, 1000, 0);
    product.awaitServing(proxy, 0, source.address());
    proxy.refuse(table -> table.ranges().getFirst().route() instanceof SlotRoute.Fenced);
    product.leader().migrateSlots(0, 1023, 2);
    Poll.until(
        PATIENCE,
        "preparing",
        () -> product.topology().slot(0).action() instanceof SlotAction.Preparing);

    // When
    first.die();
    proxy.deafen(false);

    // Then
    product.awaitIdle();
    product.awaitServing(proxy, 7, target.address());
    assertThat(source.call("DBSIZE")).isEqualTo(0L);
    assertThat(target.call("DBSIZE")).isEqualTo(1000L);
  }

  @Test
  void nothingIsFencedWhileAProxyDoesNotAnswer() {
    // Given
    product.startTopom();
    TestProxy good = product.startProxy();
    TestProxy bad = product.startProxy();
    RedisProcess source = product.startServer();
    RedisProcess target = product.startServer();
    product.group(1, source);
    product.group(2, target);
    product.leader().assignSlots(0, 1023, 1);
    product.awaitServing(bad, 0, source.address());
    bad.deafen(true);

    // When
    product.leader().migrateSlots(0, 9, 2);

    // Then
    Poll.until(
        PATIENCE,
        "the reason",
        () ->
            product.leader().view().actions().stream()
                .anyMatch(
                    action ->
                        action.waitingFor().contains(bad.member().serviceAddress().toString())));

    assertThat(good.routesOf(0)).noneMatch(SlotRoute.Fenced.class::isInstance);

    // When
    bad.die();

    // Then
    product.awaitIdle();
    product.awaitServing(good, 0, target.address());
  }

  @Test
  void aProxyThatDoesNotFenceInTimeLetsTheOthersServeAgain() {
    // Given
    product.startTopom();
    TestProxy good = product.startProxy();
    TestProxy bad = product.startProxy();
    RedisProcess source = product.startServer();
    RedisProcess target = product.startServer();
    product.group(1, source);
    product.group(2, target);
    product.leader().assignSlots(0, 1023, 1);
    product.awaitServing(bad, 0, source.address());
    bad.refuse(table -> table.ranges().getFirst().route() instanceof SlotRoute.Fenced);

    // When
    product.leader().migrateSlots(0, 9, 2);

    // Then
    Poll.until(PATIENCE, "fenced", () -> good.route(0) instanceof SlotRoute.Fenced);
    product.awaitServing(good, 0, source.address());

    // When
    bad.refuse(table -> false);

    // Then
    product.awaitIdle();
    product.awaitServing(bad, 0, target.address());
  }

  @Test
  void replacesADeadPrimaryAndMakesItAReplicaWhenItReturns() {
    // Given
    product.startTopom();
    TestProxy proxy = product.startProxy();
    RedisProcess primary = product.startServer();
    RedisProcess replica = product.startServer();
    RedisProcess sibling = product.startServer();
    product.group(1, primary, replica, sibling);
    product.leader().assignSlots(0, 1023, 1);
    product.awaitReplicas(2);
    TestProduct.fill(primary, 10, 2);

    // When
    primary.kill();
    BusReply.Accepted accepted = product.failOver(primary.address());

    // Then
    assertThat(accepted.term()).isEqualTo(1);
    Poll.until(
        PATIENCE,
        "promoted",
        () -> {
          var group = product.topology().group(1).orElseThrow();
          return group.promotion().equals(Promotion.NONE)
              && !group.primary().orElseThrow().address().equals(primary.address());
        });
    var newPrimary = product.topology().primaryOf(1).orElseThrow();
    product.awaitServing(proxy, 0, newPrimary);
    assertThat(proxy.routesOf(0)).contains(new SlotRoute.Fenced(primary.address(), true));
    RedisProcess promoted = replica.address().equals(newPrimary) ? replica : sibling;
    assertThat(promoted.call("GET", "key-3")).isEqualTo("key-3");

    // When
    primary.restart();

    // Then
    product.awaitReplicas(2);
    assertThat(String.valueOf(primary.call("ROLE"))).contains("slave");
  }

  @Test
  void switchesOverWithoutLosingAnAcknowledgedWrite() {
    // Given
    product.startTopom();
    TestProxy proxy = product.startProxy();
    RedisProcess primary = product.startServer();
    RedisProcess replica = product.startServer();
    product.group(1, primary, replica);
    product.leader().assignSlots(0, 1023, 1);
    product.awaitReplicas(1);
    TestProduct.fill(primary, 500, 1);

    // When
    product.leader().promote(1, replica.address());

    // Then
    assertThat(proxy.route(0)).isEqualTo(new SlotRoute.Serving(replica.address(), List.of()));
    assertThat(proxy.routesOf(0)).contains(new SlotRoute.Fenced(primary.address(), false));
    assertThat(replica.call("DBSIZE")).isEqualTo(500L);
    product.awaitReplicas(1);
    assertThat(String.valueOf(primary.call("ROLE"))).contains("slave");
  }

  @Test
  void aSwitchoverToAReplicaThatCannotCatchUpChangesNothing() {
    // Given
    product.startTopom();
    TestProxy proxy = product.startProxy();
    RedisProcess primary = product.startServer();
    RedisProcess replica = product.startServer();
    product.group(1, primary, replica);
    product.leader().assignSlots(0, 1023, 1);
    product.awaitReplicas(1);
    replica.pause();

    try {
      // When
      assertThatThrownBy(() -> product.leader().promote(1, replica.address()))
          .isInstanceOf(TopomException.class);
    } finally {
      replica.resume();
    }

    // Then
    product.awaitServing(proxy, 0, primary.address());
    assertThat(product.topology().group(1).orElseThrow().promotion()).isEqualTo(Promotion.NONE);
    assertThat(primary.call("SET", "still", "writable")).isEqualTo("OK");
  }

  @Test
  void aServerThatIsTooOldIsNotAdded() {
    product.startTopom();
    product.leader().createGroup(1);
    try (FakeRedis old =
        FakeRedis.start()
            .on("ROLE", new FakeRedis.Answer.Bytes("*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"))
            .on("INFO", new FakeRedis.Answer.Bytes("$22\r\nredis_version:2.8.19\r\n\r\n"))) {
      assertThatThrownBy(() -> product.leader().addServer(1, old.address(), ""))
          .isInstanceOf(TopomException.class)
          .hasMessageContaining("is Redis 2.8.19, but servers have to be Redis 3.2 or newer");
    }
  }

  @Test
  void whoeverChangesSomethingIsPutDownInTheAuditLogWithIt() {
    // Given
    product.startTopom();
    RedisProcess server = product.startServer();
    TopomService alice = product.leader().as(new Caller("alice", "10.0.0.9:1"));

    // When
    alice.createGroup(1);
    alice.addServer(1, server.address(), "");
    alice.assignSlots(0, 9, 1);
    alice.assignSlots(0, 9, 1);
    assertThatThrownBy(() -> alice.createGroup(1)).isInstanceOf(TopomException.class);
    assertThatThrownBy(() -> alice.promote(1, server.address())).isInstanceOf(TopomException.class);

    // Then
    assertThat(alice.audit(Long.MAX_VALUE, 10))
        .extracting(AuditEntry::action)
        .containsExactly(
            "assign slots 0-9 to group 1",
            "add server " + server.address() + " to group 1",
            "create group 1");
    AuditEntry newest = alice.audit(Long.MAX_VALUE, 10).getFirst();
    assertThat(newest.epoch()).isEqualTo(product.topology().epoch());
    assertThat(newest.actor()).isEqualTo("alice");
    assertThat(newest.origin()).isEqualTo("10.0.0.9:1");
    assertThat(newest.plan()).isEqualTo("slots 0-9: group 1");
    assertThat(newest.result()).isEqualTo("done");
  }

  @Test
  void aFollowerRefusesChangesAndSaysWhoLeads() {
    // Given
    product.startTopom();
    product.leader();
    TestTopom follower = product.startTopom();

    // When Then
    assertThatThrownBy(() -> follower.service().createGroup(1))
        .isInstanceOfSatisfying(
            TopomException.class,
            e -> assertThat(e.code()).isEqualTo(TopomException.Code.NOT_LEADER))
        .hasMessageContaining("127.0.0.1:18080");
  }

  @Test
  void cancelsWhatHasNotStarted() {
    // Given
    product.startTopom();
    RedisProcess source = product.startServer();
    RedisProcess target = product.startServer();
    product.group(1, source);
    product.group(2, target);
    product.leader().assignSlots(0, 1023, 1);
    target.pause();
    try {
      product.leader().migrateSlots(0, 9, 2);

      // When
      int cancelled = product.leader().cancelPendingActions();

      // Then
      assertThat(cancelled).isEqualTo(10);
      product.awaitIdle();
      assertThat(product.topology().slot(0).groupId()).isEqualTo(1);
    } finally {
      target.resume();
    }
  }
}

package io.vodis.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vodis.model.AuditEntry;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.MigrationControl;
import io.vodis.model.Promotion;
import io.vodis.model.Role;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.store.Leadership;
import io.vodis.store.LeaseGrant;
import io.vodis.store.Registration;
import io.vodis.store.StoreChange;
import io.vodis.store.StoreException;
import io.vodis.store.StoreException.Reason;
import io.vodis.store.TopologyStore;
import io.vodis.store.Witnesses;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every adapter of {@link TopologyStore} must do. A subclass says how to reach its store. */
public abstract class TopologyStoreContract {

  private static final HostAndPort A = new HostAndPort("10.0.0.1", 6379);
  private static final HostAndPort B = new HostAndPort("10.0.0.2", 6379);

  private final List<TopologyStore> clients = new ArrayList<>();

  /** A new client with a session of its own, of a product that is empty at the start of a test. */
  protected abstract TopologyStore newClient();

  /** Ends a client's session at the server, as if it had been silent for too long. */
  protected abstract void expireSession(TopologyStore client);

  /** Takes the server away; its data stay. */
  protected abstract void stopServer();

  protected abstract void restartServer();

  /** A client that is closed at the end of the test. */
  protected final TopologyStore open() {
    TopologyStore client = newClient();
    clients.add(client);
    return client;
  }

  protected static Member member(Role role, String name) {
    return new Member(
        role,
        "token-" + name,
        "incarnation-" + name,
        new HostAndPort("10.0.1.1", 19000),
        new HostAndPort("10.0.1.1", 11080),
        "dc1",
        4711,
        "2026-11-20T20:00:00Z");
  }

  @AfterEach
  void closeClients() {
    clients.forEach(TopologyStore::close);
  }

  @Test
  void anEmptyStoreIsAnEmptyTopologyAtEpochZero() {
    Topology topology = open().load();
    assertThat(topology).isEqualTo(Topology.empty(topology.product()));
    assertThat(open().leader()).isEmpty();
    assertThat(open().liveMembers(Role.PROXY)).isEmpty();
    assertThat(open().listedMembers(Role.PROXY)).isEmpty();
  }

  @Test
  void aCommitRaisesTheEpochByOneAndIsSeenByWhoeverReadsAfterIt() {
    // Given
    TopologyStore writer = open();
    TopologyStore reader = open();
    Leadership leadership = lead(writer, "a");
    Topology topology = writer.load();
    for (int i = 1; i <= 100; i++) {
      // When
      topology = writer.commit(leadership, topology, List.of(slot(i, i), slot(i + 1, i)));
      // Then
      assertThat(topology.epoch()).isEqualTo(i);
      assertThat(reader.load()).isEqualTo(topology);
    }
    assertThat(writer.load()).isEqualTo(topology);
    assertThat(open().load()).isEqualTo(topology);
  }

  @Test
  void everyStateOfSlotsAndGroupsIsKept() {
    // Given
    TopologyStore store = open();
    Leadership leadership = lead(store, "a");
    List<Server> servers = List.of(new Server(A, "dc <1> & \"2\"", false), new Server(B, "", true));
    List<StoreChange> changes =
        List.of(
            new StoreChange.PutSlot(new SlotMapping(0, 1, SlotAction.IDLE)),
            new StoreChange.PutSlot(new SlotMapping(1, 1, new SlotAction.Pending(7, 2))),
            new StoreChange.PutSlot(new SlotMapping(2, 1, new SlotAction.Preparing(7, 2))),
            new StoreChange.PutSlot(new SlotMapping(3, 1, new SlotAction.Prepared(7, 2))),
            new StoreChange.PutSlot(new SlotMapping(4, 1, new SlotAction.Migrating(7, 2))),
            new StoreChange.PutSlot(new SlotMapping(5, 1, new SlotAction.Turning(7, 2))),
            new StoreChange.PutSlot(new SlotMapping(6, 1, new SlotAction.Migrating(7, 2, true))),
            new StoreChange.PutSlot(new SlotMapping(7, 1, new SlotAction.Preparing(7, 2, true))),
            new StoreChange.PutSlot(new SlotMapping(8, 1, new SlotAction.Prepared(7, 2, true))),
            new StoreChange.PutSlot(new SlotMapping(9, 1, new SlotAction.Finished(7, 2, true))),
            new StoreChange.PutSlot(new SlotMapping(1023, 1, new SlotAction.Finished(7, 2))),
            new StoreChange.PutGroup(Group.empty(9999)),
            new StoreChange.PutGroup(new Group(1, servers, Promotion.NONE)),
            new StoreChange.PutGroup(new Group(2, servers, new Promotion.Preparing(B, true))),
            new StoreChange.PutGroup(new Group(3, servers, new Promotion.Prepared(B, false))),
            new StoreChange.PutGroup(new Group(4, servers, new Promotion.Finished(A))));
    // When
    Topology committed = store.commit(leadership, store.load(), changes);
    // Then
    assertThat(open().load()).isEqualTo(committed);
    assertThat(committed.group(2))
        .contains(new Group(2, servers, new Promotion.Preparing(B, true)));
  }

  @Test
  void whatWasSaidAboutActionsIsKept() {
    // Given
    TopologyStore store = open();
    TopologyStore reader = open();
    Leadership leadership = lead(store, "a");
    Topology topology = store.commit(leadership, store.load(), List.of(slot(1, 1)));
    assertThat(reader.load().control()).isEqualTo(MigrationControl.NONE);
    List<MigrationControl> said =
        List.of(
            new MigrationControl(
                true,
                new TreeSet<>(Set.of(5, 6)),
                7,
                Duration.ofMillis(3),
                0,
                "22:00-06:00 Europe/Berlin"),
            new MigrationControl(false, new TreeSet<>(), null, null, 9, ""),
            MigrationControl.NONE);
    for (MigrationControl control : said) {
      // When
      topology = store.commit(leadership, topology, List.of(new StoreChange.PutControl(control)));
      // Then
      assertThat(topology.control()).isEqualTo(control);
      assertThat(reader.load()).isEqualTo(topology);
      assertThat(open().load()).isEqualTo(topology);
    }
  }

  @Test
  void theAuditLogIsWrittenWithTheChangeReadNewestFirstAndTrimmed() {
    // Given
    TopologyStore store = open();
    TopologyStore reader = open();
    Leadership leadership = lead(store, "a");
    Topology topology = store.load();
    assertThat(reader.audit(Long.MAX_VALUE, 10)).isEmpty();
    // When
    List<AuditEntry> written = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      AuditEntry entry =
          new AuditEntry(
              0, Instant.ofEpochMilli(i), "me", "10.0.0.1:" + i, "a <&>", "slot " + i, "done");
      List<StoreChange> changes = new ArrayList<>(List.of(new StoreChange.AddAudit(entry)));
      if (i != 3) {
        changes.add(slot(i, i));
      }
      topology = store.commit(leadership, topology, changes);
      written.addFirst(entry.in(topology.epoch()));
    }
    // Then
    assertThat(topology.epoch()).isEqualTo(5);
    assertThat(reader.load()).isEqualTo(topology);
    assertThat(reader.audit(Long.MAX_VALUE, 10)).isEqualTo(written);
    assertThat(reader.audit(written.get(1).epoch(), 2)).isEqualTo(written.subList(2, 4));
    Topology old = new Topology(topology.product(), 4, topology.slots(), topology.groups());
    assertRefused(
        Reason.STALE_EPOCH,
        () -> store.commit(leadership, old, List.of(new StoreChange.AddAudit(written.getFirst()))));
    assertThat(reader.audit(Long.MAX_VALUE, 10)).isEqualTo(written);
    // When
    store.trimAudit(2);
    // Then
    assertThat(reader.audit(Long.MAX_VALUE, 10)).isEqualTo(written.subList(0, 2));
    store.trimAudit(2);
    assertThat(reader.audit(Long.MAX_VALUE, 10)).hasSize(2);
  }

  @Test
  void groupsComeAndGo() {
    // Given
    TopologyStore store = open();
    Leadership leadership = lead(store, "a");
    Topology topology =
        store.commit(leadership, store.load(), List.of(new StoreChange.PutGroup(Group.empty(1))));
    // When
    topology =
        store.commit(
            leadership,
            topology,
            List.of(
                new StoreChange.RemoveGroup(1),
                new StoreChange.RemoveGroup(7),
                new StoreChange.PutGroup(Group.empty(2)),
                new StoreChange.PutGroup(Group.empty(2).withServers(List.of(Server.of(A))))));
    // Then
    assertThat(topology.groups()).containsOnlyKeys(2);
    assertThat(store.load()).isEqualTo(topology);
    assertThat(open().load()).isEqualTo(topology);
  }

  @Test
  void allSlotsCanBeWrittenAtOnce() {
    // Given
    TopologyStore store = open();
    Leadership leadership = lead(store, "a");
    for (int groupId = 1; groupId <= 2; groupId++) {
      List<StoreChange> changes = new ArrayList<>();
      for (int slotId = 0; slotId < Topology.SLOT_COUNT; slotId++) {
        changes.add(slot(slotId, groupId));
      }
      // When
      Topology committed = store.commit(leadership, store.load(), changes);
      // Then
      assertThat(open().load()).isEqualTo(committed);
    }
  }

  @Test
  void aChangeOfAnOldTopologyIsRefusedAsAWhole() {
    // Given
    TopologyStore store = open();
    Leadership leadership = lead(store, "a");
    Topology old = store.load();
    Topology latest = store.commit(leadership, old, List.of(slot(1, 1)));
    // When, Then
    assertRefused(Reason.STALE_EPOCH, () -> store.commit(leadership, old, List.of(slot(2, 2))));
    assertThat(store.load()).isEqualTo(latest);
    assertThat(open().load()).isEqualTo(latest);
  }

  @Test
  void onlyOneLeads() {
    // Given
    Leadership first = lead(open(), "a");
    // When
    Optional<Leadership> second = open().tryLead(member(Role.TOPOM, "b"));
    // Then
    assertThat(second).isEmpty();
    Leadership seen = open().leader().orElseThrow();
    assertThat(seen.leader()).isEqualTo(first.leader());
    assertThat(seen.term()).isEqualTo(first.term());
  }

  @Test
  void theNextLeaderHasAHigherTermAndTheFormerCannotWrite() {
    // Given
    TopologyStore one = open();
    TopologyStore two = open();
    Leadership first = lead(one, "a");
    Topology topology = one.commit(first, one.load(), List.of(slot(1, 1)));
    // When
    one.resign(first);
    one.resign(first);
    Leadership second = lead(two, "b");
    // Then
    assertThat(second.term()).isEqualTo(first.term() + 1);
    assertRefused(Reason.NOT_LEADER, () -> one.commit(first, topology, List.of(slot(1, 9))));
    one.resign(first);
    assertThat(two.leader().orElseThrow().term()).isEqualTo(second.term());
    Topology next = two.commit(second, two.load(), List.of(slot(1, 2)));
    assertRefused(Reason.NOT_LEADER, () -> one.commit(first, topology, List.of(slot(1, 9))));
    assertRefused(Reason.NOT_LEADER, () -> one.commit(first, next, List.of(slot(1, 9))));
    assertThat(one.load()).isEqualTo(next);
  }

  @Test
  void aLeaderThatWasPausedTooLongCannotWrite() {
    // Given
    TopologyStore paused = open();
    TopologyStore other = open();
    Leadership first = lead(paused, "a");
    Topology before = paused.commit(first, paused.load(), List.of(slot(1, 1)));
    // When
    expireSession(paused);
    Leadership second = leadWithin(other, "b");
    Topology after = other.commit(second, other.load(), List.of(slot(1, 2)));
    // Then
    assertRefused(
        Reason.NOT_LEADER, () -> retrying(() -> paused.commit(first, before, List.of(slot(1, 9)))));
    assertRefused(
        Reason.NOT_LEADER, () -> retrying(() -> paused.commit(first, after, List.of(slot(1, 9)))));
    assertThat(other.load()).isEqualTo(after);
  }

  @Test
  void aLeadershipEndsWithItsSessionAndIsNotTakenUpAgainWithoutAnElection() {
    // Given
    TopologyStore store = open();
    Leadership first = lead(store, "a");
    // When
    expireSession(store);
    // Then
    await().untilAsserted(() -> assertThat(retrying(store::leader)).isEmpty());
    Topology topology = store.load();
    assertRefused(Reason.NOT_LEADER, () -> store.commit(first, topology, List.of(slot(1, 9))));
    Leadership second = lead(store, "a");
    assertThat(second.term()).isEqualTo(first.term() + 1);
    assertRefused(Reason.NOT_LEADER, () -> store.commit(first, topology, List.of(slot(1, 9))));
    assertThat(store.commit(second, topology, List.of(slot(1, 1))).epoch()).isEqualTo(1);
  }

  @Test
  void aClientThatClosesLetsTheLeadGo() {
    // Given
    TopologyStore store = newClient();
    lead(store, "a");
    // When
    store.close();
    // Then
    assertThat(leadWithin(open(), "b").term()).isEqualTo(2);
  }

  @Test
  void noChangeIsLostWhileTheLeadMovesAbout() throws Exception {
    // Given
    int wanted = 60;
    List<TopologyStore> stores = List.of(open(), open(), open());
    AtomicInteger committed = new AtomicInteger();
    // When: every change adds one to the group of slot 0
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < stores.size(); i++) {
      TopologyStore store = stores.get(i);
      Member self = member(Role.TOPOM, "racer-" + i);
      threads.add(
          Thread.ofVirtual()
              .start(() -> race(store, self, committed, () -> committed.get() >= wanted)));
    }
    for (Thread thread : threads) {
      assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
    }
    // Then
    Topology topology = open().load();
    assertThat(topology.epoch()).isEqualTo(committed.get());
    assertThat(topology.slot(0).groupId()).isEqualTo(committed.get());
  }

  @Test
  void noChangeIsLostOrMadeTwiceWhileSessionsExpire() throws Exception {
    // Given
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<TopologyStore> stores = List.of(open(), open(), open());
    AtomicInteger committed = new AtomicInteger();
    AtomicBoolean over = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < stores.size(); i++) {
      TopologyStore store = stores.get(i);
      Member self = member(Role.TOPOM, "racer-" + i);
      threads.add(Thread.ofVirtual().start(() -> race(store, self, committed, over::get)));
    }
    // When
    for (int i = 0; i < 4; i++) {
      int before = committed.get();
      await().atMost(Duration.ofSeconds(20)).until(() -> committed.get() > before + 5);
      expireSession(stores.get(random.nextInt(stores.size())));
    }
    over.set(true);
    for (Thread thread : threads) {
      assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
    }
    // Then: each change adds one to the epoch and to the group of slot 0, whatever it was told
    Topology topology = open().load();
    assertThat((long) topology.slot(0).groupId()).as("seed %d", seed).isEqualTo(topology.epoch());
    assertThat(topology.epoch()).as("seed %d", seed).isGreaterThanOrEqualTo(committed.get());
  }

  @Test
  void aLoadNeverMixesTwoEpochs() throws Exception {
    // Given
    TopologyStore writer = open();
    TopologyStore reader = open();
    Leadership leadership = lead(writer, "a");
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger loads = new AtomicInteger();
    List<String> mixed = new CopyOnWriteArrayList<>();
    Thread reading =
        Thread.ofVirtual()
            .start(
                () -> {
                  while (!over.get()) {
                    describeIfMixed(reader.load()).ifPresent(mixed::add);
                    loads.incrementAndGet();
                  }
                });
    // When
    Topology topology = writer.load();
    for (int i = 1; i <= 40; i++) {
      List<StoreChange> changes = new ArrayList<>();
      for (int slotId = 0; slotId < Topology.SLOT_COUNT; slotId += 5) {
        changes.add(slot(slotId, i));
      }
      topology = writer.commit(leadership, topology, changes);
      if (i % 8 == 0) {
        describeIfMixed(open().load()).ifPresent(mixed::add);
      }
    }
    over.set(true);
    assertThat(reading.join(Duration.ofSeconds(20))).isTrue();
    // Then
    assertThat(mixed).isEmpty();
    assertThat(loads).hasPositiveValue();
  }

  /** Every fifth slot is in the group with the number of the epoch. */
  private static Optional<String> describeIfMixed(Topology topology) {
    for (int slotId = 0; slotId < Topology.SLOT_COUNT; slotId += 5) {
      if (topology.slot(slotId).groupId() != topology.epoch()) {
        return Optional.of("epoch " + topology.epoch() + " has " + topology.slot(slotId));
      }
    }
    return Optional.empty();
  }

  private static void race(
      TopologyStore store, Member self, AtomicInteger committed, BooleanSupplier over) {
    while (!over.getAsBoolean()) {
      try {
        Optional<Leadership> leadership = store.tryLead(self);
        for (int i = 0; leadership.isPresent() && i < 3; i++) {
          Topology base = store.load();
          store.commit(leadership.get(), base, List.of(slot(0, base.slot(0).groupId() + 1)));
          committed.incrementAndGet();
        }
        leadership.ifPresent(store::resign);
      } catch (StoreException e) {
        assertThat(e.reason()).isNotEqualTo(Reason.CORRUPT);
        Poll.pass(Duration.ofMillis(10));
      }
    }
  }

  @Test
  void aMemberIsAliveUntilItClosesAndListedUntilItIsForgotten() {
    // Given
    TopologyStore store = open();
    TopologyStore observer = open();
    Member proxy = member(Role.PROXY, "p");
    // When
    Registration registration = store.register(proxy);
    store.register(member(Role.HA, "h"));
    // Then
    assertThat(registration.member()).isEqualTo(proxy);
    assertThat(observer.liveMembers(Role.PROXY)).containsExactly(proxy);
    assertThat(observer.listedMembers(Role.PROXY)).containsExactly(proxy);
    assertThat(observer.liveMembers(Role.HA)).containsExactly(member(Role.HA, "h"));
    // When
    registration.close();
    registration.close();
    // Then
    assertThat(observer.liveMembers(Role.PROXY)).isEmpty();
    assertThat(observer.listedMembers(Role.PROXY)).containsExactly(proxy);
    // When
    observer.forget(Role.PROXY, proxy.token());
    observer.forget(Role.PROXY, proxy.token());
    // Then
    assertThat(observer.listedMembers(Role.PROXY)).isEmpty();
    assertThat(observer.liveMembers(Role.HA)).hasSize(1);
  }

  @Test
  void aLiveMemberThatWasForgottenListsItselfAtItsNextRenewal() {
    // Given
    TopologyStore store = open();
    Member proxy = member(Role.PROXY, "p");
    Registration registration = store.register(proxy);
    store.forget(Role.PROXY, proxy.token());
    // When
    registration.renewLease();
    // Then
    assertThat(store.listedMembers(Role.PROXY)).containsExactly(proxy);
  }

  @Test
  void aRestartedMemberIsAnotherIncarnationOfTheSameEntry() {
    // Given
    TopologyStore store = open();
    Member old = member(Role.PROXY, "p");
    Member restarted =
        new Member(
            Role.PROXY,
            old.token(),
            "incarnation-2",
            old.serviceAddress(),
            old.adminAddress(),
            "dc2",
            4712,
            "2026-11-20T21:00:00Z");
    // When
    store.register(old);
    store.register(restarted);
    // Then
    assertThat(store.liveMembers(Role.PROXY)).containsExactlyInAnyOrder(old, restarted);
    assertThat(store.listedMembers(Role.PROXY)).containsExactly(restarted);
  }

  @Test
  void aLeaseIsTwoThirdsOfTheSessionFromTheMomentItWasAskedFor() {
    // Given
    Registration registration = open().register(member(Role.PROXY, "p"));
    long before = System.nanoTime();
    // When
    LeaseGrant grant = registration.renewLease();
    // Then
    assertThat(grant.sentNanos()).isBetween(before, System.nanoTime());
    assertThat(grant.length()).isBetween(Duration.ofMillis(400), Duration.ofSeconds(40));
    assertThat(grant.registeredEpoch()).isZero();
  }

  @Test
  void aMemberWhoseSessionHasExpiredRegistersAnewAtTheEpochOfThatMoment() {
    // Given
    TopologyStore store = open();
    TopologyStore other = open();
    Member proxy = member(Role.PROXY, "p");
    Registration registration = store.register(proxy);
    Leadership leadership = lead(other, "a");
    other.commit(leadership, other.load(), List.of(slot(1, 1)));
    assertThat(registration.renewLease().registeredEpoch()).isZero();
    // When
    expireSession(store);
    // Then
    await().untilAsserted(() -> assertThat(other.liveMembers(Role.PROXY)).isEmpty());
    LeaseGrant grant = retrying(registration::renewLease);
    assertThat(grant.registeredEpoch()).isEqualTo(1);
    assertThat(other.liveMembers(Role.PROXY)).containsExactly(proxy);
    assertThat(registration.renewLease().registeredEpoch()).isEqualTo(1);
  }

  @Test
  void aMemberThatWasNotPassedOverKeepsItsEpochThroughAnExpiry() {
    // Given
    TopologyStore store = open();
    TopologyStore other = open();
    Leadership leadership = lead(other, "a");
    Registration registration = store.register(member(Role.PROXY, "p"));
    long before = registration.renewLease().registeredEpoch();
    registration.nameWitnesses(List.of(member(Role.TOPOM, "t")));
    Witnesses named = registration.witnesses().orElseThrow();
    assertThat(other.witnesses()).containsExactly(named);
    // When
    expireSession(store);
    other.commit(leadership, other.load(), List.of(slot(1, 1)));
    // Then
    LeaseGrant grant = retrying(registration::renewLease);
    assertThat(grant.registeredEpoch()).isEqualTo(before);
    assertThat(registration.witnesses()).isEmpty();
    registration.nameWitnesses(List.of(member(Role.HA, "h")));
    assertThat(other.witnesses()).containsExactly(registration.witnesses().orElseThrow());
    assertThat(other.witnesses().getFirst().round()).isGreaterThan(named.round());
    assertThat(other.passOver(leadership, named)).as("an earlier round").isFalse();
    registration.close();
    assertThat(other.witnesses()).isEmpty();
  }

  @Test
  void aMemberThatWasPassedOverIsToldByAHigherEpoch() {
    // Given
    TopologyStore store = open();
    TopologyStore other = open();
    Leadership leadership = lead(other, "a");
    Registration registration = store.register(member(Role.PROXY, "p"));
    registration.nameWitnesses(List.of(member(Role.TOPOM, "t")));
    Witnesses named = registration.witnesses().orElseThrow();
    expireSession(store);
    // When
    assertThat(other.passOver(leadership, named)).isTrue();
    assertThat(other.passOver(leadership, named)).isFalse();
    long epoch = other.commit(leadership, other.load(), List.of(slot(1, 1))).epoch();
    // Then
    assertThat(retrying(registration::renewLease).registeredEpoch()).isEqualTo(epoch);
  }

  @Test
  void onlyTheLeaderPassesOver() {
    // Given
    TopologyStore store = open();
    TopologyStore other = open();
    Leadership former = lead(other, "a");
    Registration registration = store.register(member(Role.PROXY, "p"));
    registration.nameWitnesses(List.of(member(Role.TOPOM, "t")));
    Witnesses named = registration.witnesses().orElseThrow();
    other.resign(former);
    Leadership present = lead(other, "b");
    // When, Then
    assertRefused(Reason.NOT_LEADER, () -> other.passOver(former, named));
    assertThat(other.passOver(present, named)).isTrue();
  }

  @Test
  void whoIsForgottenIsNotWaitedForUnlessItIsAlive() {
    // Given
    TopologyStore store = open();
    Member proxy = member(Role.PROXY, "p");
    Registration registration = store.register(proxy);
    registration.nameWitnesses(List.of(member(Role.TOPOM, "t")));
    TopologyStore other = open();
    // When
    other.forget(Role.PROXY, proxy.token());
    // Then it relies on what it has named
    assertThat(other.witnesses()).hasSize(1);
    // When
    expireSession(store);
    await().untilAsserted(() -> assertThat(other.liveMembers(Role.PROXY)).isEmpty());
    other.forget(Role.PROXY, proxy.token());
    // Then
    assertThat(other.witnesses()).isEmpty();
  }

  @Test
  void anOutageIsToldAndPasses() {
    // Given
    TopologyStore store = open();
    Leadership leadership = lead(store, "a");
    Topology topology = store.commit(leadership, store.load(), List.of(slot(1, 1)));
    Registration registration = store.register(member(Role.PROXY, "p"));
    // When
    stopServer();
    // Then
    assertRefused(Reason.UNAVAILABLE, store::load);
    assertRefused(Reason.UNAVAILABLE, registration::renewLease);
    assertRefused(
        Reason.UNAVAILABLE, () -> store.commit(leadership, topology, List.of(slot(1, 2))));
    // When
    restartServer();
    // Then
    assertThat(retrying(store::load)).isEqualTo(topology);
    assertThat(retrying(registration::renewLease).length()).isPositive();
    assertThat(store.liveMembers(Role.PROXY)).hasSize(1);
  }

  @Test
  void aWatchTellsOfTopologyLeaderAndMembers() throws Exception {
    // Given
    TopologyStore store = open();
    TopologyStore other = open();
    AtomicInteger calls = new AtomicInteger();
    AutoCloseable watch = store.watch(calls::incrementAndGet);
    // When, Then
    List<Leadership> leadership = new ArrayList<>();
    assertTells(calls, () -> leadership.add(lead(other, "a")));
    assertTells(
        calls, () -> other.commit(leadership.getFirst(), other.load(), List.of(slot(1, 1))));
    List<Registration> registration = new ArrayList<>();
    assertTells(calls, () -> registration.add(other.register(member(Role.PROXY, "p"))));
    assertTells(calls, () -> registration.getFirst().close());
    assertTells(calls, () -> other.forget(Role.PROXY, "token-p"));
    assertTells(calls, () -> other.resign(leadership.getFirst()));
    // When
    watch.close();
    int callsAtEnd = calls.get();
    lead(other, "a");
    store.load();
    // Then
    assertThat(calls).hasValue(callsAtEnd);
  }

  @Test
  void aWatchOutlivesItsSessionAndAnOutage() {
    // Given
    TopologyStore store = open();
    TopologyStore other = open();
    AtomicInteger calls = new AtomicInteger();
    AutoCloseable unused = store.watch(calls::incrementAndGet);
    Leadership leadership = lead(other, "a");
    // When, Then
    assertTells(calls, () -> expireSession(store));
    retrying(store::load);
    assertTells(calls, () -> other.commit(leadership, other.load(), List.of(slot(1, 1))));
    assertTells(
        calls,
        () -> {
          stopServer();
          restartServer();
        });
    retrying(store::load);
    Topology topology = retrying(other::load);
    assertTells(calls, () -> other.commit(leadership, topology, List.of(slot(1, 2))));
    assertThat(store.load().slot(1).groupId()).isEqualTo(2);
  }

  private static void assertTells(AtomicInteger calls, Runnable change) {
    awaitQuiet(calls);
    int before = calls.get();
    change.run();
    await().untilAsserted(() -> assertThat(calls).hasValueGreaterThan(before));
  }

  /** Lets calls that are on their way arrive, so that the next is known to be a new one. */
  private static void awaitQuiet(AtomicInteger calls) {
    int[] last = {calls.get()};
    await()
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              int before = last[0];
              last[0] = calls.get();
              return last[0] == before;
            });
  }

  private static Leadership lead(TopologyStore store, String name) {
    return store.tryLead(member(Role.TOPOM, name)).orElseThrow();
  }

  private static Leadership leadWithin(TopologyStore store, String name) {
    return await()
        .until(() -> store.tryLead(member(Role.TOPOM, name)), Optional::isPresent)
        .orElseThrow();
  }

  private static StoreChange slot(int slotId, int groupId) {
    return new StoreChange.PutSlot(new SlotMapping(slotId, groupId, SlotAction.IDLE));
  }

  /** Repeats a call until the store answers again. */
  protected static <T> T retrying(Supplier<T> call) {
    List<T> result = new ArrayList<>();
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              try {
                result.add(call.get());
                return true;
              } catch (StoreException e) {
                if (e.reason() != Reason.UNAVAILABLE) {
                  throw e;
                }
                return false;
              }
            });
    return result.getFirst();
  }

  protected static void assertRefused(Reason reason, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}

package io.vodis.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vodis.bus.BusFailure;
import io.vodis.bus.BusReply.FillSlotsAck;
import io.vodis.bus.ProxyCommand.FillSlots;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.proxy.route.RouteTable;
import io.vodis.store.LeaseGrant;
import io.vodis.testsupport.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which tables are taken and acknowledged, and when the loops may serve. */
class ControlTest {

  /** Loops that remember what they were told, and drain when the test says so. */
  private static final class FakeLoops implements Loops {
    private final List<Promise<Void>> installs = new ArrayList<>();
    private long leaseEnd;

    @Override
    public Future<Void> install(RouteTable table) {
      Promise<Void> drained = Promise.promise();
      installs.add(drained);
      return drained.future();
    }

    @Override
    public void leaseEndsAt(long nanos) {
      leaseEnd = nanos;
    }

    @Override
    public Future<List<int[]>> requestsBySlot() {
      return Future.succeededFuture(List.of());
    }

    @Override
    public void serving(String words) {}
  }

  private final ManualClock clock = new ManualClock();
  private final FakeLoops loops = new FakeLoops();
  private final Permission permission = new Permission(loops, clock, OnIsolation.FENCE);
  private final TableKeeper tables =
      new TableKeeper(
          "me",
          loops,
          permission::onTable,
          table -> kept = table,
          epoch -> Future.succeededFuture());

  private @Nullable FillSlots kept;

  private static FillSlots table(long term, long epoch) {
    return new FillSlots(term, epoch, List.of(new SlotRange(0, 1023, SlotRoute.OFFLINE)));
  }

  private LeaseGrant grant(long registeredEpoch) {
    return new LeaseGrant(clock.nanoTime(), Duration.ofSeconds(4), registeredEpoch);
  }

  private static BusFailure failureOf(Future<FillSlotsAck> reply) {
    return BusFailure.of(reply.cause()).orElseThrow();
  }

  @Test
  void acknowledgesWhenTheLoopsHaveDrained() {
    // Given
    Future<FillSlotsAck> reply = tables.onFillSlots(table(1, 5));
    assertThat(reply.isComplete()).isFalse();
    // When
    loops.installs.get(0).complete();
    // Then
    assertThat(reply.result()).isEqualTo(new FillSlotsAck("me", 1, 5));
  }

  @Test
  void aRepeatedTableIsNotInstalledAgain() {
    // Given
    Future<FillSlotsAck> first = tables.onFillSlots(table(1, 5));
    // When
    Future<FillSlotsAck> second = tables.onFillSlots(table(1, 5));
    Future<FillSlotsAck> ofNewLeader = tables.onFillSlots(table(2, 5));
    loops.installs.get(0).complete();
    // Then
    assertThat(loops.installs).hasSize(1);
    assertThat(first.result()).isEqualTo(new FillSlotsAck("me", 1, 5));
    assertThat(second.result()).isEqualTo(new FillSlotsAck("me", 1, 5));
    assertThat(ofNewLeader.result()).isEqualTo(new FillSlotsAck("me", 2, 5));
  }

  @Test
  void refusesWhatIsOlder() {
    // Given
    loops.installs.clear();
    tables.onFillSlots(table(2, 5)).onSuccess(ack -> {});
    // When / Then
    assertThat(failureOf(tables.onFillSlots(table(2, 4)))).isEqualTo(BusFailure.STALE_EPOCH);
    assertThat(failureOf(tables.onFillSlots(table(1, 9)))).isEqualTo(BusFailure.STALE_EPOCH);
    assertThat(loops.installs).hasSize(1);
  }

  @Test
  void servesWithATableAndALease() {
    // Given
    assertThat(permission.notServing()).contains(Permission.NO_TABLE);
    // When
    permission.onGrant(grant(5));
    permission.onTable(5);
    // Then
    assertThat(permission.notServing()).isEmpty();
    assertThat(loops.leaseEnd).isEqualTo(clock.nanoTime() + Duration.ofSeconds(4).toNanos());
    // When nothing renews it
    clock.advance(Duration.ofSeconds(4));
    // Then
    assertThat(permission.notServing()).contains(Permission.NO_LEASE);
    assertThat(permission.needsTable()).isFalse();
  }

  @Test
  void aTableOlderThanTheRegistrationIsNotServed() {
    // Given
    permission.onTable(5);
    permission.onGrant(grant(5));
    // When the session had expired and the proxy has registered anew
    permission.onGrant(grant(7));
    // Then
    assertThat(permission.notServing()).isPresent();
    assertThat(permission.needsTable()).isTrue();
    assertThat(loops.leaseEnd).isEqualTo(clock.nanoTime());
    // When
    permission.onTable(7);
    // Then
    assertThat(permission.notServing()).isEmpty();
  }

  @Test
  void aKeptTableIsInForceUntilALeaderSendsOne() {
    // Given
    tables.onConfirmed(table(9, 5));
    permission.onGrant(grant(5));
    assertThat(permission.notServing()).isEmpty();
    assertThat(kept).isNull();
    // When
    Future<FillSlotsAck> confirmed = tables.onFillSlots(table(1, 5));
    loops.installs.get(0).complete();
    // Then
    assertThat(loops.installs).hasSize(1);
    assertThat(confirmed.result()).isEqualTo(new FillSlotsAck("me", 1, 5));
    // When
    tables.onFillSlots(table(1, 6)).onSuccess(ack -> {});
    tables.onConfirmed(table(9, 5));
    // Then
    assertThat(loops.installs).hasSize(2);
    assertThat(tables.epoch()).isEqualTo(6);
    assertThat(kept).isEqualTo(table(1, 6));
  }

  @Test
  void withoutALeaseItServesIfTheConfigurationSaysSo() {
    // Given
    permission.onTable(5);
    permission.onGrant(grant(5));
    // When
    permission.onIsolation(OnIsolation.SERVE);
    clock.advance(Duration.ofDays(30));
    // Then
    assertThat(permission.notServing()).isEmpty();
    assertThat(permission.leaseLeftMillis()).isNegative();
    assertThat(loops.leaseEnd - clock.nanoTime()).isPositive();
    // When
    permission.onIsolation(OnIsolation.FENCE);
    // Then
    assertThat(permission.notServing()).contains(Permission.NO_LEASE);
    assertThat(loops.leaseEnd - clock.nanoTime()).isNegative();
  }

  @Test
  void withoutALeaseItServesForAsLongAsAnOperatorSays() {
    // Given
    permission.onTable(5);
    permission.onGrant(grant(5));
    clock.advance(Duration.ofSeconds(4));
    assertThat(permission.notServing()).contains(Permission.NO_LEASE);
    // When
    permission.serveAlone(Duration.ofMinutes(10));
    clock.advance(Duration.ofMinutes(9));
    // Then
    assertThat(permission.notServing()).isEmpty();
    // When
    clock.advance(Duration.ofMinutes(1));
    // Then
    assertThat(permission.notServing()).contains(Permission.NO_LEASE);
    // When
    permission.serveAlone(Duration.ofMinutes(10));
    permission.serveAlone(Duration.ZERO);
    // Then
    assertThat(permission.notServing()).contains(Permission.NO_LEASE);
  }

  @Test
  void nobodyCanMakeItServeATableThatIsOutOfDateOrNone() {
    permission.onIsolation(OnIsolation.SERVE);
    permission.serveAlone(Duration.ofHours(1));
    permission.onGrant(grant(7));
    assertThat(permission.notServing()).contains(Permission.NO_TABLE);
    permission.onTable(5);
    assertThat(permission.notServing()).isPresent();
    assertThat(loops.leaseEnd - clock.nanoTime()).isNotPositive();
  }

  @Test
  void inThePlaceOfTheProcessBeforeItServesForAsLongAsOthersVouch() {
    // Given
    tables.onKept(table(9, 5));
    permission.waitsFor(() -> "nobody vouches");
    permission.onStandIn(clock.nanoTime(), Duration.ZERO, 5);
    assertThat(permission.notServing()).contains("nobody vouches");
    // When
    permission.onStandIn(clock.nanoTime(), Duration.ofSeconds(4), 5);
    // Then
    assertThat(permission.notServing()).isEmpty();
    clock.advance(Duration.ofSeconds(4));
    assertThat(permission.notServing()).contains("nobody vouches");
    assertThat(loops.leaseEnd - clock.nanoTime()).isNotPositive();
  }

  @Test
  void onceRegisteredOnlyTheStoreSaysWhatIsNewEnough() {
    // Given
    tables.onKept(table(9, 5));
    permission.onStandIn(clock.nanoTime(), Duration.ofSeconds(4), 5);
    assertThat(permission.notServing()).isEmpty();
    // When the leader had gone on without it
    permission.onRegistered(7);
    // Then
    assertThat(permission.notServing()).isPresent();
    permission.onStandIn(clock.nanoTime(), Duration.ofSeconds(9), 5);
    assertThat(permission.notServing()).isPresent();
    permission.onGrant(grant(7));
    assertThat(permission.needsTable()).isTrue();
    permission.onTable(7);
    assertThat(permission.notServing()).isEmpty();
  }

  @Test
  void aKeptTableThatTheStoreDoesNotConfirmIsDiscarded() {
    tables.onKept(table(9, 5));
    permission.onGrant(grant(5));
    assertThat(permission.notServing()).isEmpty();
    tables.discardKept();
    assertThat(permission.notServing()).contains(Permission.NO_TABLE);
    tables.onFillSlots(table(1, 5)).onSuccess(ack -> {});
    tables.discardKept();
    assertThat(permission.notServing()).isEmpty();
  }

  @Test
  void withOnIsolationServeAKeptTableIsServedWithoutAnybodysWord() {
    permission.onIsolation(OnIsolation.SERVE);
    tables.onKept(table(9, 5));
    assertThat(permission.notServing()).isPresent();
    permission.onStandIn(clock.nanoTime(), Duration.ZERO, 5);
    assertThat(permission.notServing()).isEmpty();
  }

  @Test
  void nothingIsAcknowledgedBeforeThatMayBe() {
    // Given
    Promise<Void> emptied = Promise.promise();
    TableKeeper keeper =
        new TableKeeper("me", loops, epoch -> {}, table -> {}, epoch -> emptied.future());
    Future<FillSlotsAck> reply = keeper.onFillSlots(table(1, 5));
    loops.installs.getLast().complete();
    assertThat(reply.isComplete()).isFalse();
    // When
    emptied.complete();
    // Then
    assertThat(reply.result()).isEqualTo(new FillSlotsAck("me", 1, 5));
  }
}

package io.vodis.topom;

import static io.vodis.topom.TestProduct.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vodis.model.SlotAction;
import io.vodis.model.SlotRoute;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.topom.TopomView.ActionProgress;
import io.vodis.topom.edit.ControlEdits.Settings;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Moves that are cancelled, paused and paced while they run. */
class ActionControlTest {

  private static final int KEYS = 2000;
  private static final int SLOW = 100;

  private TestProduct product;
  private TestTopom first;
  private TestProxy proxy;
  private RedisProcess source;
  private RedisProcess target;

  @BeforeEach
  void start() {
    product = new TestProduct();
    first = product.startTopom();
    product.leader();
    product.startTopom();
    proxy = product.startProxy();
    source = product.startServer();
    target = product.startServer();
    product.group(1, source);
    product.group(2, target);
    product.leader().assignSlots(0, 1023, 1);
    TestProduct.fill(source, KEYS, 0);
    product.awaitServing(proxy, 0, source.address());
  }

  @AfterEach
  void stop() throws Exception {
    product.close();
  }

  /** All slots are on their way, some keys have been moved, many not. */
  private void halfWay() {
    keysPerSecond(SLOW);
    product.leader().migrateSlots(0, 1023, 2);
    Poll.until(PATIENCE, "some keys moved", () -> TestProduct.keysOn(target) > 20);
    assertThat(TestProduct.keysOn(source)).isPositive();
  }

  private void keysPerSecond(int keys) {
    product
        .leader()
        .changeMigration(now -> new Settings(now.parallelSlots(), now.maxBlock(), keys, null));
  }

  private void assertAllKeysOn(RedisProcess server, RedisProcess other) {
    assertThat(server.call("DBSIZE")).isEqualTo((long) KEYS);
    assertThat(other.call("DBSIZE")).isEqualTo(0L);
  }

  private String waitingFor(int slotId) {
    return product.leader().view().actions().stream()
        .filter(action -> action.slotId() == slotId)
        .map(ActionProgress::waitingFor)
        .findFirst()
        .orElse("no action");
  }

  @Test
  void whatIsCancelledHalfWayTurnsRoundBehindAFence() {
    // Given
    halfWay();

    // When
    int cancelled = product.leader().cancelAllActions();
    keysPerSecond(0);
    product.awaitIdle();

    // Then
    assertThat(cancelled).isEqualTo(1024);
    assertThat(product.topology().slots()).allMatch(slot -> slot.groupId() == 1);
    assertAllKeysOn(source, target);
    product.awaitServing(proxy, 7, source.address());
    assertThat(proxy.routesOf(7))
        .containsSubsequence(
            TestProxy.migrating(source.address(), target.address(), false),
            new SlotRoute.Fenced(target.address(), false, List.of(source.address())),
            TestProxy.migrating(target.address(), source.address(), true),
            new SlotRoute.Serving(source.address(), List.of()));
  }

  @Test
  void oneSlotTurnsRoundAtOnceThoughOthersGoOn() {
    // Given
    halfWay();

    // When
    product.leader().cancelAction(7);

    // Then
    Poll.until(
        PATIENCE,
        "slot 7 at home while others move: " + product.topology().slot(7),
        () -> product.topology().slot(7).isIdle());
    assertThat(product.topology().slot(7).groupId()).isEqualTo(1);
    assertThat(product.topology().slots()).anyMatch(slot -> !slot.isIdle());
    keysPerSecond(0);
    product.awaitIdle();
    assertThat(product.topology().slots()).filteredOn(slot -> slot.groupId() == 2).hasSize(1023);
  }

  @Test
  void aCancelledMoveIsNotCancelledAgain() {
    // Given
    halfWay();
    product.leader().pauseActions();
    product.leader().cancelAction(7);

    // When Then
    assertThatThrownBy(() -> product.leader().cancelAction(7))
        .isInstanceOf(TopomException.class)
        .hasMessageContaining("cancelled already");
  }

  @Test
  void aSlotThatCannotBeFencedForItsWayBackGoesOnBeingServed() {
    // Given
    halfWay();
    proxy.refuse(
        table -> table.ranges().stream().anyMatch(r -> r.route() instanceof SlotRoute.Fenced));

    // When
    product.leader().cancelAllActions();
    keysPerSecond(0);
    Poll.until(
        PATIENCE,
        "given up and tried again",
        () ->
            waitingFor(7).startsWith("not fenced in time")
                || waitingFor(7).startsWith("no answer"));

    // Then
    assertThat(product.topology().slot(7).action()).isInstanceOf(SlotAction.Turning.class);
    proxy.deafen(false);
    product.awaitIdle();
    assertAllKeysOn(source, target);
  }

  @Test
  void whatIsPausedStandsStillForTheNextLeaderTooUntilItIsResumed() {
    // Given
    halfWay();
    product.leader().pauseActions();
    keysPerSecond(0);
    assertStandsStill("a resume: all actions are paused");

    // When
    first.die();
    product.awaitOtherLeader(first);

    // Then
    assertStandsStill("a resume: all actions are paused");
    product.leader().resumeActions();
    product.awaitIdle();
    assertAllKeysOn(target, source);
  }

  private void assertStandsStill(String reason) {
    Poll.until(
        PATIENCE, () -> reason + ", is: " + waitingFor(7), () -> waitingFor(7).equals(reason));
    assertThat(product.topology().slot(7).action()).isInstanceOf(SlotAction.Migrating.class);
    long[] before = {-1};
    Poll.until(
        PATIENCE,
        "no more keys moved",
        () -> {
          long now = TestProduct.keysOn(target);
          boolean same = now == before[0];
          before[0] = now;
          Poll.pass(Duration.ofMillis(300));
          return same;
        });
  }

  @Test
  void onePausedActionStandsStillWhileTheOthersEnd() {
    // Given
    halfWay();

    // When
    product.leader().pauseAction(7);
    keysPerSecond(0);

    // Then
    Poll.until(
        PATIENCE,
        "all others done",
        () -> product.topology().slots().stream().filter(slot -> !slot.isIdle()).count() == 1);
    assertThat(product.topology().slot(7).action()).isInstanceOf(SlotAction.Migrating.class);
    assertThat(waitingFor(7)).isEqualTo("a resume: this action is paused");
    product.leader().resumeAction(7);
    product.awaitIdle();
    assertAllKeysOn(target, source);
  }

  @Test
  void outsideOfItsWindowsNothingIsMoved() {
    // Given
    halfWay();
    LocalTime now = LocalTime.now(ZoneOffset.UTC).withSecond(0).withNano(0);

    // When
    product
        .leader()
        .changeMigration(
            said -> new Settings(null, null, 0, now.plusHours(2) + "-" + now.plusHours(3)));

    // Then
    Poll.until(
        PATIENCE,
        () -> "window, is: " + waitingFor(7),
        () -> waitingFor(7).startsWith("the migration window at "));
    assertThat(TestProduct.keysOn(source)).isPositive();
    product
        .leader()
        .changeMigration(
            said -> new Settings(null, null, 0, now.minusHours(1) + "-" + now.plusHours(1)));
    product.awaitIdle();
    assertAllKeysOn(target, source);
  }
}

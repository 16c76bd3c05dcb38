package io.vodis.proxy.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.proxy.route.RouteTable;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Every key that exists throughout a scan is returned, whatever happens, and the scan ends. */
class ScanWalkTest {

  private static final int WORLDS = Integer.getInteger("vodis.scan.worlds", 40);
  private static final long SEED = Long.getLong("seed", 20261121L);
  private static final HostAndPort A = new HostAndPort("a", 1);
  private static final HostAndPort B = new HostAndPort("b", 1);

  private final SlotHistory history = new SlotHistory();
  private final ScanWalk walk = new ScanWalk(history);
  private long epoch = 100;

  private void install(SlotRoute low, SlotRoute high) {
    epoch++;
    history.install(
        new RouteTable(epoch, List.of(new SlotRange(0, 511, low), new SlotRange(512, 1023, high))),
        true);
  }

  private static SlotRoute serving(HostAndPort server) {
    return new SlotRoute.Serving(server, List.of());
  }

  private ScanStep.Ask ask(long cursor) {
    return (ScanStep.Ask) walk.next(cursor);
  }

  @Test
  void noKeyIsMissedWhileSlotsMoveAndServersAreReplaced() {
    for (int i = 0; i < WORLDS; i++) {
      long seed = SEED + i;
      Random random = new Random(seed);
      ScanWorld world =
          new ScanWorld(
              random, 2 + random.nextInt(4), 1 + random.nextInt(3), random.nextInt(1 << 21));
      Set<String> stable = fill(world, random);
      int eventful = random.nextInt(400);
      int perCall = random.nextInt(8);
      Set<String> returned = new HashSet<>();
      long cursor = 0;
      int calls = 0;
      do {
        if (calls == eventful) {
          world.settle();
        }
        for (int event = perCall; event > 0 && calls < eventful; event--) {
          world.happen();
        }
        long next = world.scan(cursor, returned);
        cursor = next == -1 ? 0 : next == -2 ? cursor : next;
        calls++;
        // An error at the very beginning, or having to wait, is no end.
        if (cursor == 0 && next == 0) {
          break;
        }
        assertThat(calls).as("calls, seed %d", seed).isLessThan(eventful + 2_000);
      } while (true);
      Set<String> missing = new TreeSet<>(stable);
      missing.removeAll(returned);
      assertThat(missing).as("missed, seed %d", seed).isEmpty();
    }
  }

  private static Set<String> fill(ScanWorld world, Random random) {
    Set<String> stable = new HashSet<>();
    for (int key = random.nextInt(120); key >= 0; key--) {
      stable.add("stable" + key);
      world.put("stable" + key);
    }
    return stable;
  }

  @Test
  void aScanEndsWhileSlotsKeepMovingIfEachMovesOnce() {
    for (int i = 0; i < WORLDS / 4; i++) {
      long seed = SEED + i;
      Random random = new Random(seed);
      ScanWorld world = new ScanWorld(random, 3, 2, 1000);
      world.movesOnce = true;
      Set<String> returned = new HashSet<>();
      fill(world, random);
      long cursor = 0;
      int calls = 0;
      do {
        world.happen();
        long next = world.scan(cursor, returned);
        cursor = next == -1 || next == -2 ? cursor : next;
        calls++;
        assertThat(calls).as("calls, seed %d", seed).isLessThan(5_000);
        if (next == 0) {
          break;
        }
      } while (true);
    }
  }

  @Test
  void twoGroupsAreVisitedInTurn() {
    // Given
    install(serving(B), serving(A));
    // When
    ScanStep.Ask first = ask(0);
    long middle = walk.after(first, 17);
    ScanStep.Ask second = ask(middle);
    long behind = walk.after(second, 0);
    ScanStep.Ask third = ask(behind);
    // Then
    assertThat(first.server()).isEqualTo(A);
    assertThat(first.serverCursor()).isZero();
    assertThat(second.server()).isEqualTo(A);
    assertThat(second.serverCursor()).isEqualTo(17);
    assertThat(third.server()).isEqualTo(B);
    assertThat(walk.after(third, 0)).isZero();
  }

  @Test
  void cursorsStayWithinADoubleUpToABillionBuckets() {
    install(serving(B), serving(A));
    assertThat(walk.after(ask(0), (1L << 30) - 1)).isLessThan(1L << 53);
    assertThat(ask(walk.after(ask(0), 1L << 40)).serverCursor()).isEqualTo(1L << 40);
  }

  @Test
  void aCursorThatDoesNotFitIsNotSaid() {
    install(serving(B), serving(A));
    assertThat(walk.after(ask(0), 1L << 50)).isNegative();
    assertThat(walk.after(ask(0), -1)).isNegative();
  }

  @Test
  void aMoveToTheLeftCostsASecondPassOverWhatMoved() {
    // Given
    install(serving(A), serving(B));
    long cursor = walk.after(ask(0), 0);
    // When
    install(serving(A), new SlotRoute.Fenced(B, false));
    install(serving(A), new SlotRoute.Migrating(B, A));
    ScanStep.Ask last = ask(cursor);
    long again = walk.after(last, 0);
    // Then
    assertThat(last.server()).isEqualTo(B);
    assertThat(ask(again).server()).isEqualTo(B);
    long left = walk.after(ask(again), 0);
    ScanStep.Ask target = ask(left);
    assertThat(target.server()).isEqualTo(A);
    assertThat(walk.keeps(target, 600)).isTrue();
    assertThat(walk.keeps(target, 1)).isFalse();
    assertThat(walk.after(target, 0)).isZero();
  }

  @Test
  void slotsThatWentBothWaysBeginTheScanAgain() {
    // Given: a key of a low slot is on A after A was read up to 5, on B before B was read from 0.
    install(serving(A), serving(B));
    long cursor = walk.after(ask(0), 0);
    long began = epoch;
    // When
    install(new SlotRoute.Migrating(A, B), serving(B));
    install(serving(B), serving(B));
    install(new SlotRoute.Migrating(B, A), serving(B));
    install(serving(A), serving(B));
    long again = walk.after(ask(cursor), 0);
    // Then
    assertThat(ask(again).server()).isEqualTo(A);
    assertThat(ask(again).round().epoch()).isEqualTo(epoch).isNotEqualTo(began);
  }

  @Test
  void theEndWaitsForFencedSlots() {
    // Given
    install(serving(A), serving(B));
    long cursor = walk.after(ask(0), 0);
    ScanStep.Ask last = ask(cursor);
    // When
    install(new SlotRoute.Fenced(A, false), serving(B));
    long end = walk.after(last, 0);
    // Then
    assertThat(end).isPositive();
    assertThat(walk.next(end)).isEqualTo(ScanStep.WAIT);
    install(serving(A), serving(B));
    assertThat(walk.next(end)).isEqualTo(ScanStep.DONE);
  }

  @Test
  void aReplacedServerBeginsTheScanAgain() {
    // Given
    install(serving(A), serving(B));
    long cursor = walk.after(ask(0), 5);
    HostAndPort successor = new HostAndPort("c", 1);
    // When
    install(new SlotRoute.Fenced(A, true), serving(B));
    install(serving(successor), serving(B));
    // Then
    assertThat(ask(cursor).server()).isEqualTo(B);
    assertThat(ask(cursor).serverCursor()).isZero();
  }

  @Test
  void whatAnotherProxyOrNobodyHasSaidBeginsAgain() {
    install(serving(A), serving(B));
    for (long cursor : new long[] {1, 1234567, Long.MAX_VALUE, 1L << 40}) {
      ScanStep.Ask ask = ask(cursor);
      assertThat(ask.server()).isEqualTo(A);
      assertThat(ask.serverCursor()).isZero();
    }
  }

  @Test
  void aProxyThatMayHaveBeenPassedOverForgets() {
    // Given
    install(serving(A), serving(B));
    long cursor = walk.after(ask(0), 5);
    // When
    epoch++;
    history.install(new RouteTable(epoch, List.of(new SlotRange(0, 1023, serving(A)))), false);
    // Then
    assertThat(ask(cursor).serverCursor()).isZero();
  }

  @Test
  void keysThatClientsCannotReachAreNotReturned() {
    install(serving(A), serving(B));
    ScanStep.Ask ask = ask(0);
    assertThat(walk.keeps(ask, 1)).isTrue();
    assertThat(walk.keeps(ask, 1000)).isFalse();
  }
}

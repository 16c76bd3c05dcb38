package io.vodis.proxy.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import io.vodis.proxy.route.RouteTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When an installation is confirmed: exactly when nothing is on a route replaced by then. */
class RouteBoardTest {

  private static final SlotRoute A = serving(1);
  private static final SlotRoute B = serving(2);

  private final RouteBoard board = new RouteBoard();
  private final List<Long> confirmed = new ArrayList<>();

  private static SlotRoute serving(int port) {
    return new SlotRoute.Serving(new HostAndPort("h", port), List.of());
  }

  private void install(long epoch, SlotRoute low, SlotRoute high) {
    board.install(
        new RouteTable(
            epoch,
            List.of(new SlotRange(0, 511, low), new SlotRange(512, Topology.SLOT_COUNT - 1, high))),
        () -> confirmed.add(epoch));
  }

  @Test
  void countsWhatEverySlotHasHadWhateverBecameOfIt() {
    install(1, A, A);
    board.began(3);
    int routedIn = board.generation();
    board.began(3);
    board.ended(3, routedIn);
    install(2, B, A);
    board.began(3);
    board.ended(3, routedIn);
    assertThat(board.inFlight(3)).isEqualTo(1);
    assertThat(board.begun()[3]).isEqualTo(3);
    assertThat(board.begun()[600]).isZero();
  }

  @Test
  void requestsOnUnchangedSlotsHoldNothingUp() {
    // Given
    install(1, A, A);
    board.began(0);
    // When
    install(2, A, B);
    // Then
    assertThat(confirmed).containsExactly(1L, 2L);
  }

  @Test
  void newRequestsOfAChangedSlotHoldNothingUp() {
    // Given
    install(1, A, A);
    int old = board.generation();
    board.began(0);
    install(2, B, A);
    board.began(0);
    int fresh = board.generation();
    // When
    board.ended(0, fresh);
    // Then
    assertThat(confirmed).containsExactly(1L);
    // When
    board.ended(0, old);
    // Then
    assertThat(confirmed).containsExactly(1L, 2L);
  }

  @Test
  void aRequestOlderThanTwoTablesHoldsUpBoth() {
    // Given
    install(1, A, A);
    int first = board.generation();
    board.began(0);
    install(2, B, A);
    int second = board.generation();
    board.began(0);
    install(3, A, A);
    // When
    board.ended(0, first);
    // Then
    assertThat(confirmed).containsExactly(1L, 2L);
    // When
    board.ended(0, second);
    // Then
    assertThat(confirmed).containsExactly(1L, 2L, 3L);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void agreesWithAnObviousModel(long seed) {
    // Given
    record Sent(int slot, int generation, List<Long> heldUp) {}
    Random random = new Random(seed);
    List<Sent> flying = new ArrayList<>();
    SlotRoute[] routes = {SlotRoute.OFFLINE, SlotRoute.OFFLINE};
    for (long step = 1; step <= 2000; step++) {
      int dice = random.nextInt(10);
      if (dice == 0) {
        SlotRoute[] next = {random.nextBoolean() ? A : B, random.nextBoolean() ? A : B};
        for (Sent sent : flying) {
          // Old before, or made old now: it holds up this table and all later ones.
          if (!sent.heldUp.isEmpty() || !next[sent.slot / 512].equals(routes[sent.slot / 512])) {
            sent.heldUp.add(step);
          }
        }
        routes = next;
        install(step, routes[0], routes[1]);
      } else if (dice < 6 || flying.isEmpty()) {
        int slot = random.nextInt(Topology.SLOT_COUNT);
        board.began(slot);
        flying.add(new Sent(slot, board.generation(), new ArrayList<>()));
      } else {
        Sent done = flying.remove(random.nextInt(flying.size()));
        board.ended(done.slot, done.generation);
      }
      // Then
      long now = step;
      List<Long> waiting =
          flying.stream().flatMap(sent -> sent.heldUp.stream()).distinct().sorted().toList();
      assertThat(confirmed.stream().filter(waiting::contains))
          .as("seed %d step %d", seed, now)
          .isEmpty();
      assertThat(board.drainingCount()).as("seed %d step %d", seed, now).isEqualTo(waiting.size());
    }
  }
}

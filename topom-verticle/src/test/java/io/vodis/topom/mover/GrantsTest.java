package io.vodis.topom.mover;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.model.Promotion;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who may restore keys where, by what the store says. */
class GrantsTest {

  private static final HostAndPort A = new HostAndPort("a", 1);
  private static final HostAndPort B = new HostAndPort("b", 1);
  private static final HostAndPort C = new HostAndPort("c", 1);
  private static final SlotAction PENDING = new SlotAction.Pending(1, 2);

  private static Topology topology(Promotion ofSource, SlotAction action) {
    List<SlotMapping> slots = new ArrayList<>(Topology.empty("p").slots());
    slots.set(7, new SlotMapping(7, 1, action));
    return new Topology(
        "p",
        1,
        slots,
        Map.of(
            1, new Group(1, List.of(Server.of(A), Server.of(B)), ofSource),
            2, new Group(2, List.of(Server.of(C)), Promotion.NONE)));
  }

  private static SlotAction opened(MigrationMethod method) {
    return new SlotAction.Migrating(1, 2, false, List.of(), method, 0);
  }

  @Test
  void nobodyMayWhereNothingMoves() {
    Topology still = topology(Promotion.NONE, SlotAction.IDLE);

    assertThat(Grants.on(still, C)).isEqualTo(Grants.NONE);
    assertThat(Grants.places(still)).isEmpty();
  }

  @Test
  void bothPrimariesMayAsSoonAsASlotIsToMoveForItMayTurnRound() {
    Topology moving = topology(Promotion.NONE, PENDING);

    assertThat(Grants.on(moving, C)).isEqualTo(new Grants(Set.of(A), Set.of(B)));
    assertThat(Grants.on(moving, A)).isEqualTo(new Grants(Set.of(C), Set.of()));
    assertThat(Grants.on(moving, B)).isEqualTo(Grants.NONE);
  }

  @Test
  void whoeverIsToBeReplacedMayNotAnyMoreNorAnybodyElseYet() {
    Grants nobody = new Grants(Set.of(), Set.of(A, B));

    assertThat(Grants.on(topology(new Promotion.Preparing(B, false), PENDING), C))
        .isEqualTo(nobody);
    assertThat(Grants.on(topology(new Promotion.Prepared(B, false), PENDING), C)).isEqualTo(nobody);
  }

  @Test
  void theSuccessorMayOnceItIsPrimary() {
    assertThat(Grants.on(topology(new Promotion.Finished(A), PENDING), C).granted())
        .containsExactly(A);
  }

  @Test
  void itMattersWhereSlotsAreOpenThatWay() {
    Topology revocable = topology(Promotion.NONE, opened(MigrationMethod.REVOCABLE_MIGRATE));

    assertThat(Grants.places(revocable)).containsExactlyInAnyOrder(A, C);
    assertThat(Grants.places(topology(Promotion.NONE, opened(MigrationMethod.MIGRATE)))).isEmpty();
  }
}

package io.vodis.topom.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Promotion;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.store.StoreChange;
import io.vodis.topom.TopomException;
import io.vodis.topom.TopomException.Code;
import io.vodis.topom.plan.RebalancePlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class EditsTest {

  private static final HostAndPort A = new HostAndPort("a", 1);
  private static final HostAndPort B = new HostAndPort("b", 1);
  private static final HostAndPort C = new HostAndPort("c", 1);

  private final List<SlotMapping> slots = new ArrayList<>(Topology.empty("p").slots());
  private final Map<Integer, Group> groups = new HashMap<>();

  EditsTest() {
    groups.put(1, new Group(1, List.of(Server.of(A), Server.of(B)), Promotion.NONE));
    groups.put(2, new Group(2, List.of(Server.of(C)), Promotion.NONE));
    groups.put(3, Group.empty(3));
  }

  private Topology topology() {
    return new Topology("p", 7, slots, groups);
  }

  private static void refused(Code code, ThrowingCallable edit) {
    assertThatThrownBy(edit)
        .isInstanceOfSatisfying(TopomException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void groupsAreCreatedOnceAndWithinTheRange() {
    assertThat(GroupEdits.create(topology(), 9))
        .containsExactly(new StoreChange.PutGroup(Group.empty(9)));
    refused(Code.CONFLICT, () -> GroupEdits.create(topology(), 1));
    refused(Code.INVALID, () -> GroupEdits.create(topology(), 0));
    refused(Code.INVALID, () -> GroupEdits.create(topology(), 10_000));
  }

  @Test
  void onlyAnEmptyGroupIsRemoved() {
    assertThat(GroupEdits.remove(topology(), 3)).containsExactly(new StoreChange.RemoveGroup(3));
    refused(Code.CONFLICT, () -> GroupEdits.remove(topology(), 1));
    refused(Code.NOT_FOUND, () -> GroupEdits.remove(topology(), 8));
  }

  @Test
  void aServerBelongsToOneGroup() {
    assertThat(GroupEdits.addServer(topology(), 3, new HostAndPort("d", 1), "dc")).hasSize(1);
    refused(Code.CONFLICT, () -> GroupEdits.addServer(topology(), 3, A, ""));
  }

  @Test
  void aPrimaryIsRemovedOnlyAsTheLastServerOfAnUnusedGroup() {
    assertThat(GroupEdits.removeServer(topology(), 1, B)).hasSize(1);
    assertThat(GroupEdits.removeServer(topology(), 2, C)).hasSize(1);
    refused(Code.CONFLICT, () -> GroupEdits.removeServer(topology(), 1, A));
    refused(Code.NOT_FOUND, () -> GroupEdits.removeServer(topology(), 1, C));
    slots.set(4, new SlotMapping(4, 1, new SlotAction.Pending(1, 2)));
    refused(Code.CONFLICT, () -> GroupEdits.removeServer(topology(), 2, C));
  }

  @Test
  void aGroupThatIsPromotingKeepsItsServers() {
    Promotion promoting = new Promotion.Preparing(B, true);
    groups.put(1, new Group(1, List.of(Server.of(A), Server.of(B)), promoting));
    refused(Code.CONFLICT, () -> GroupEdits.removeServer(topology(), 1, B));
    refused(Code.CONFLICT, () -> GroupEdits.addServer(topology(), 1, new HostAndPort("d", 1), ""));
  }

  @Test
  void slotsAreAssignedToAGroupThatCanServeThem() {
    assertThat(SlotEdits.assign(topology(), 0, 1023, 1)).hasSize(1024);
    refused(Code.CONFLICT, () -> SlotEdits.assign(topology(), 0, 1, 3));
    refused(Code.NOT_FOUND, () -> SlotEdits.assign(topology(), 0, 1, 8));
    refused(Code.INVALID, () -> SlotEdits.assign(topology(), 5, 4, 1));
    refused(Code.INVALID, () -> SlotEdits.assign(topology(), 0, 1024, 1));
  }

  @Test
  void assigningLeavesSlotsWithAnActionAlone() {
    slots.set(4, new SlotMapping(4, 1, new SlotAction.Migrating(1, 2)));
    refused(Code.CONFLICT, () -> SlotEdits.assign(topology(), 0, 9, 1));
    refused(Code.CONFLICT, () -> SlotEdits.offline(topology(), 4, 4));
  }

  @Test
  void migratingSkipsWhatIsThereOrOnItsWay() {
    // Given
    slots.set(0, new SlotMapping(0, 2, SlotAction.IDLE));
    slots.set(1, new SlotMapping(1, 1, new SlotAction.Migrating(5, 2)));
    slots.set(2, new SlotMapping(2, 1, SlotAction.IDLE));

    // When
    List<StoreChange> changes = SlotEdits.migrate(topology(), 0, 2, 2);

    // Then
    assertThat(changes)
        .containsExactly(
            new StoreChange.PutSlot(new SlotMapping(2, 1, new SlotAction.Pending(6, 2))));
  }

  @Test
  void cancellingForgetsWhatIsPendingAndTurnsWhatMoves() {
    slots.set(1, new SlotMapping(1, 1, new SlotAction.Migrating(5, 2)));
    slots.set(2, new SlotMapping(2, 1, new SlotAction.Pending(6, 2)));
    StoreChange reset = new StoreChange.PutSlot(new SlotMapping(2, 1, SlotAction.IDLE));
    assertThat(SlotEdits.cancel(topology(), 2)).containsExactly(reset);
    assertThat(SlotEdits.cancelPending(topology())).containsExactly(reset);
    StoreChange turned =
        new StoreChange.PutSlot(new SlotMapping(1, 1, new SlotAction.Turning(5, 2)));
    assertThat(SlotEdits.cancel(topology(), 1)).containsExactly(turned);
    slots.set(4, new SlotMapping(4, 2, new SlotAction.Migrating(7, 1, true)));
    assertThat(SlotEdits.cancelAll(topology())).containsExactly(turned, reset);
    refused(Code.CONFLICT, () -> SlotEdits.cancel(topology(), 4));
    refused(Code.NOT_FOUND, () -> SlotEdits.cancel(topology(), 3));
  }

  @Test
  void aPlanIsConfirmedOnTheTopologyItWasMadeFrom() {
    // Given
    List<RebalancePlan.Move> moves =
        List.of(new RebalancePlan.Move(3, 0, 1), new RebalancePlan.Move(4, 0, 2));

    // When
    List<StoreChange> changes =
        SlotEdits.confirm(topology(), new RebalancePlan(7, moves, Map.of(), Map.of()));

    // Then
    assertThat(changes)
        .containsExactly(
            new StoreChange.PutSlot(new SlotMapping(3, 0, new SlotAction.Pending(1, 1))),
            new StoreChange.PutSlot(new SlotMapping(4, 0, new SlotAction.Pending(2, 2))));
    refused(
        Code.CONFLICT,
        () -> SlotEdits.confirm(topology(), new RebalancePlan(6, moves, Map.of(), Map.of())));
  }
}

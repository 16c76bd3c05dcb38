package io.vodis.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.bus.ProxyCommand.FillSlots;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationControl;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which tables from a file are those of the store. */
class TableCheckTest {

  private static final HostAndPort ONE = new HostAndPort("10.0.0.1", 6379);
  private static final HostAndPort TWO = new HostAndPort("10.0.0.2", 6379);
  private static final HostAndPort STRANGER = new HostAndPort("10.0.0.3", 6379);

  /** Slot 0 in group 1, slot 1 on its way from 1 to 2, slot 2 in group 2, the rest nowhere. */
  private static Topology topology() {
    List<SlotMapping> slots = new ArrayList<>();
    slots.add(new SlotMapping(0, 1, SlotAction.IDLE));
    slots.add(new SlotMapping(1, 1, new SlotAction.Migrating(1, 2)));
    slots.add(new SlotMapping(2, 2, SlotAction.IDLE));
    for (int slotId = 3; slotId < Topology.SLOT_COUNT; slotId++) {
      slots.add(SlotMapping.offline(slotId));
    }
    Map<Integer, Group> groups =
        Map.of(
            1, Group.empty(1).withServers(List.of(Server.of(ONE))),
            2, Group.empty(2).withServers(List.of(Server.of(TWO))));
    return new Topology("it", 7, slots, groups, MigrationControl.NONE);
  }

  private static FillSlots table(long epoch, SlotRoute zero, SlotRoute one, SlotRoute two) {
    return new FillSlots(
        3,
        epoch,
        List.of(
            new SlotRange(0, 0, zero),
            new SlotRange(1, 1, one),
            new SlotRange(2, 2, two),
            new SlotRange(3, Topology.SLOT_COUNT - 1, SlotRoute.OFFLINE)));
  }

  private static SlotRoute at(HostAndPort server) {
    return new SlotRoute.Serving(server, List.of());
  }

  private static boolean isCurrent(FillSlots table) {
    return TableCheck.isCurrent(table, topology());
  }

  @Test
  void theTableOfThisEpochIsCurrent() {
    SlotRoute moving = new SlotRoute.Migrating(ONE, TWO);
    assertThat(isCurrent(table(7, at(ONE), moving, at(TWO)))).isTrue();
    assertThat(isCurrent(table(7, at(ONE), new SlotRoute.Fenced(ONE, false), at(TWO)))).isTrue();
  }

  @Test
  void oneOfAnotherEpochIsNot() {
    SlotRoute moving = new SlotRoute.Migrating(ONE, TWO);
    assertThat(isCurrent(table(6, at(ONE), moving, at(TWO)))).isFalse();
    assertThat(isCurrent(table(8, at(ONE), moving, at(TWO)))).isFalse();
  }

  @Test
  void norIsOneThatNamesOtherOwnersInThisEpoch() {
    SlotRoute moving = new SlotRoute.Migrating(ONE, TWO);
    assertThat(isCurrent(table(7, at(TWO), moving, at(TWO)))).isFalse();
    assertThat(isCurrent(table(7, at(ONE), moving, at(STRANGER)))).isFalse();
    assertThat(isCurrent(table(7, at(ONE), new SlotRoute.Migrating(STRANGER, TWO), at(TWO))))
        .isFalse();
    assertThat(isCurrent(table(7, at(ONE), moving, SlotRoute.OFFLINE))).isFalse();
  }
}

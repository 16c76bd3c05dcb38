package io.vodis.topom.promote;

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
import org.junit.jupiter.api.Test;

/** Between which servers keys are on their way, by the state of a slot of group 1. */
class OpenWaysTest {

  private static final HostAndPort ONE = new HostAndPort("one", 1);
  private static final HostAndPort TWO = new HostAndPort("two", 1);

  @Test
  void keysOfAnOpenSlotGoToItsTarget() {
    keysGoToGroup2(new SlotAction.Migrating(1, 2, false, List.of(), MigrationMethod.MIGRATE, 7));
    keysGoToGroup2(new SlotAction.Turning(1, 2, List.of(), MigrationMethod.MIGRATE, 7));
    keysGoToGroup2(new SlotAction.Finished(1, 2, false));
  }

  private static void keysGoToGroup2(SlotAction action) {
    Topology topology = topology(action);
    assertThat(OpenWays.sourcesTo(topology, 2)).as("%s", action).containsExactly(ONE);
    assertThat(OpenWays.sourcesTo(topology, 1)).as("%s", action).isEmpty();
    assertThat(OpenWays.othersOf(topology, 1)).containsExactly(TWO);
    assertThat(OpenWays.othersOf(topology, 2)).containsExactly(ONE);
  }

  @Test
  void beforeTheFenceOfItsWayBackTheyStillGoTheOtherWay() {
    SlotAction turning =
        new SlotAction.Preparing(1, 2, true, List.of(), MigrationMethod.MIGRATE, 7);
    SlotAction turned = new SlotAction.Prepared(1, 2, true, List.of(), MigrationMethod.MIGRATE, 7);
    for (SlotAction action : List.of(turning, turned)) {
      assertThat(OpenWays.sourcesTo(topology(action), 1)).as("%s", action).containsExactly(TWO);
      assertThat(OpenWays.sourcesTo(topology(action), 2)).as("%s", action).isEmpty();
    }
  }

  @Test
  void noneAreOnTheirWayBeforeASlotIsOpened() {
    SlotAction fenced =
        new SlotAction.Preparing(1, 2, false, List.of(), MigrationMethod.MIGRATE, 0);
    for (SlotAction action : List.of(SlotAction.IDLE, new SlotAction.Pending(1, 2), fenced)) {
      for (int groupId : new int[] {1, 2}) {
        assertThat(OpenWays.sourcesTo(topology(action), groupId)).isEmpty();
        assertThat(OpenWays.othersOf(topology(action), groupId)).isEmpty();
      }
    }
  }

  private static Topology topology(SlotAction action) {
    List<SlotMapping> slots = new ArrayList<>(Topology.empty("p").slots());
    slots.set(5, new SlotMapping(5, 1, action));
    return new Topology("p", 1, slots, Map.of(1, group(1, ONE), 2, group(2, TWO)));
  }

  private static Group group(int groupId, HostAndPort primary) {
    return new Group(groupId, List.of(Server.of(primary)), Promotion.NONE);
  }
}

package io.vodis.topom.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationControl;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.store.StoreChange;
import io.vodis.store.StoreChanges;
import io.vodis.topom.TopomException;
import io.vodis.topom.edit.ControlEdits.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ControlEditsTest {

  private Topology topology =
      new Topology("p", 1, Topology.empty("p").slots(), Map.of(1, group(1), 2, group(2)));

  private static Group group(int groupId) {
    return Group.empty(groupId)
        .withServers(List.of(Server.of(new HostAndPort("10.0.0." + groupId, 6379))));
  }

  private MigrationControl apply(List<StoreChange> changes) {
    topology = StoreChanges.apply(topology, changes);
    return topology.control();
  }

  private void moving(int slotId) {
    topology =
        StoreChanges.apply(
            topology,
            List.of(
                new StoreChange.PutSlot(
                    new SlotMapping(slotId, 1, new SlotAction.Migrating(slotId + 1, 2)))));
  }

  private void refused(TopomException.Code code, Runnable edit) {
    assertThatThrownBy(edit::run)
        .isInstanceOfSatisfying(TopomException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void allOrOneStandStillUntilResumed() {
    moving(5);
    moving(6);
    assertThat(apply(ControlEdits.pause(topology, 5, true)).pausedSlots()).containsExactly(5);
    assertThat(ControlEdits.pause(topology, 5, true)).as("again").isEmpty();
    assertThat(apply(ControlEdits.pause(topology, 6, true)).pausedSlots()).containsExactly(5, 6);
    assertThat(apply(ControlEdits.pause(topology, 5, false)).pausedSlots()).containsExactly(6);
    assertThat(apply(ControlEdits.pauseAll(topology, true)).paused()).isTrue();
    refused(TopomException.Code.CONFLICT, () -> ControlEdits.pause(topology, 5, false));
    assertThat(apply(ControlEdits.pauseAll(topology, false))).isEqualTo(MigrationControl.NONE);
    refused(TopomException.Code.NOT_FOUND, () -> ControlEdits.pause(topology, 7, true));
    refused(TopomException.Code.INVALID, () -> ControlEdits.pause(topology, 1024, true));
  }

  @Test
  void aSlotThatIsCancelledOrMovedAnewIsNotPaused() {
    moving(5);
    apply(ControlEdits.pause(topology, 5, true));
    assertThat(apply(SlotEdits.cancel(topology, 5)).pausedSlots()).isEmpty();
    apply(ControlEdits.pause(topology, 5, true));
    apply(List.of(new StoreChange.PutSlot(new SlotMapping(5, 1, SlotAction.IDLE))));
    assertThat(topology.control().pausedSlots()).containsExactly(5);
    assertThat(apply(SlotEdits.migrate(topology, 5, 5, 2)).pausedSlots()).isEmpty();
  }

  @Test
  void settingsAreCheckedAndKeepThePauses() {
    moving(5);
    apply(ControlEdits.pause(topology, 5, true));
    Settings all = new Settings(3, Duration.ofMillis(1), 100, "22:00-06:00 Europe/Berlin");
    MigrationControl control = apply(ControlEdits.settings(topology, all));
    assertThat(Settings.of(control)).isEqualTo(all);
    assertThat(control.pausedSlots()).containsExactly(5);
    assertThat(ControlEdits.settings(topology, all)).isEmpty();
    for (Settings wrong :
        List.of(
            new Settings(0, null, null, null),
            new Settings(1025, null, null, null),
            new Settings(null, Duration.ofNanos(199_000), null, null),
            new Settings(null, Duration.ofMillis(1001), null, null),
            new Settings(null, null, -1, null),
            new Settings(null, null, null, "always"))) {
      refused(TopomException.Code.INVALID, () -> ControlEdits.settings(topology, wrong));
    }
  }
}

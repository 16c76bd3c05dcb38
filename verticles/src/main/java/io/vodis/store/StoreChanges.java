package io.vodis.store;

import io.vodis.model.Group;
import io.vodis.model.MigrationControl;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a committed change makes of a topology; the same for every adapter. */
public final class StoreChanges {

  private StoreChanges() {}

  /** The topology after the changes, at the next epoch. */
  public static Topology apply(Topology base, List<StoreChange> changes) {
    List<SlotMapping> slots = new ArrayList<>(base.slots());
    Map<Integer, Group> groups = new TreeMap<>(base.groups());
    MigrationControl control = base.control();
    for (StoreChange change : changes) {
      switch (change) {
        case StoreChange.PutSlot put -> slots.set(put.slot().slotId(), put.slot());
        case StoreChange.PutGroup put -> groups.put(put.group().groupId(), put.group());
        case StoreChange.PutControl put -> control = put.control();
        case StoreChange.AddAudit audit -> {}
        case StoreChange.RemoveGroup remove -> groups.remove(remove.groupId());
      }
    }
    return new Topology(base.product(), base.epoch() + 1, slots, groups, control);
  }
}

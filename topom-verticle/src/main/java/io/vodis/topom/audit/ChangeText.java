package io.vodis.topom.audit;

import io.vodis.model.Group;
import io.vodis.model.MigrationControl;
import io.vodis.model.Promotion;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.store.StoreChange;
import io.vodis.topom.transition.SlotTransitions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** What a change makes of the topology, in words; slots with the same fate as one range. Pure. */
final class ChangeText {

  private ChangeText() {}

  static String of(List<StoreChange> changes) {
    List<String> lines = new ArrayList<>(slots(changes));
    for (StoreChange change : changes) {
      switch (change) {
        case StoreChange.PutGroup put -> lines.add(group(put.group()));
        case StoreChange.RemoveGroup remove ->
            lines.add("group " + remove.groupId() + " is removed");
        case StoreChange.PutControl put -> lines.add(control(put.control()));
        case StoreChange.PutSlot put -> {}
        case StoreChange.AddAudit audit -> {}
      }
    }
    return String.join("; ", lines);
  }

  private static List<String> slots(List<StoreChange> changes) {
    List<SlotMapping> slots =
        changes.stream()
            .filter(StoreChange.PutSlot.class::isInstance)
            .map(change -> ((StoreChange.PutSlot) change).slot())
            .sorted(Comparator.comparingInt(SlotMapping::slotId))
            .toList();
    List<String> lines = new ArrayList<>();
    int first = 0;
    for (int i = 1; i <= slots.size(); i++) {
      boolean goesOn =
          i < slots.size()
              && slots.get(i).slotId() == slots.get(i - 1).slotId() + 1
              && fate(slots.get(i)).equals(fate(slots.get(i - 1)));
      if (!goesOn) {
        int from = slots.get(first).slotId();
        int to = slots.get(i - 1).slotId();
        lines.add(
            (from == to ? "slot " + from : "slots " + from + "-" + to)
                + ": "
                + fate(slots.get(first)));
        first = i;
      }
    }
    return lines;
  }

  private static String fate(SlotMapping slot) {
    String owner = slot.groupId() == SlotMapping.NO_GROUP ? "offline" : "group " + slot.groupId();
    return slot.action() instanceof SlotAction.Moving moving
        ? owner + ", " + SlotTransitions.stateName(moving) + " to group " + moving.targetGroupId()
        : owner;
  }

  private static String group(Group group) {
    String servers =
        group.servers().stream()
            .map(Server::address)
            .map(String::valueOf)
            .collect(Collectors.joining(" "));
    String promotion =
        group.promotion().equals(Promotion.NONE) ? "" : ", promotion " + group.promotion();
    return "group " + group.groupId() + ": " + (servers.isEmpty() ? "empty" : servers) + promotion;
  }

  private static String control(MigrationControl control) {
    return "actions: paused="
        + control.paused()
        + " pausedSlots="
        + control.pausedSlots()
        + " parallelSlots="
        + configured(control.parallelSlots())
        + " maxBlock="
        + configured(control.maxBlock())
        + " keysPerSecond="
        + configured(control.keysPerSecond())
        + " windows="
        + configured(control.windows());
  }

  private static String configured(@org.jspecify.annotations.Nullable Object said) {
    return said == null ? "configured" : said.toString();
  }
}

package io.vodis.launcher.admin;

import io.vodis.topom.api.view.CensusView;
import java.util.stream.Collectors;

/** A census as people read it: slots that hold something, and the sum. */
final class CensusText {

  private CensusText() {}

  static Object of(CensusView view) {
    TextTable table = new TextTable("SLOT", "GROUP", "KEYS", "BYTES", "TIME", "TYPES", "BIGGEST");
    for (CensusView.Slot slot : view.slots()) {
      if (slot.keys() > 0) {
        table.row(
            slot.slotId(),
            slot.groupId(),
            slot.keys(),
            Texts.bytes(slot.bytes()),
            Texts.duration(slot.etaMillis()),
            slot.keysByType().entrySet().stream()
                .map(type -> type.getKey() + ":" + type.getValue())
                .collect(Collectors.joining(" ")),
            slot.biggest().stream()
                .map(key -> key.key() + " (" + key.type() + ", " + Texts.bytes(key.bytes()) + ")")
                .collect(Collectors.joining(" ")));
      }
    }
    String eta = Texts.duration(view.etaMillis());
    return table
        + System.lineSeparator()
        + System.lineSeparator()
        + view.keys()
        + " keys, "
        + Texts.bytes(view.bytes())
        + (eta == null ? "" : ", moved in about " + eta)
        + (view.strayKeys() == 0 ? "" : "; " + view.strayKeys() + " keys astray, see fsck");
  }
}

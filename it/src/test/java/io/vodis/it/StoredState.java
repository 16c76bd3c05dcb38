package io.vodis.it;

import io.vodis.model.SlotAction;
import java.util.Locale;

/** The state of a slot's action by the name it has in the store. */
final class StoredState {

  private StoredState() {}

  static String of(VodisCluster cluster, int slotId) {
    SlotAction action = cluster.topology().slot(slotId).action();
    return action.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }
}

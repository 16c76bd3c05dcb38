package io.vodis.proxy.dispatch;

import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import io.vodis.proxy.backend.BackendServer;
import io.vodis.resp.RespErrors;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** What becomes of a command that cannot be split and whose keys are in several slots. */
public enum CrossSlot {
  /** It is refused, wherever the slots are: what works today works after every move of slots. */
  DENY,
  /** It is sent while one server serves all the slots. A move of slots can end that. */
  SAME_SERVER;

  /** Every slot there is: what a request may touch whose keys only the server can name. */
  public static BitSet allSlots() {
    BitSet all = new BitSet(Topology.SLOT_COUNT);
    all.set(0, Topology.SLOT_COUNT);
    return all;
  }

  /** Why a request for these slots, two or more, cannot be sent now; null if it can. */
  public byte @Nullable [] refusal(Dispatcher dispatcher, BitSet slots) {
    if (this == DENY) {
      return RespErrors.CROSS_SLOT;
    }
    BackendServer only = null;
    boolean moving = false;
    for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
      BackendServer server = dispatcher.serving(slot);
      if (server == null && dispatcher.table().route(slot) instanceof SlotRoute.Offline) {
        return RespErrors.SLOT_NOT_SERVED;
      } else if (server == null) {
        moving = true;
      } else if (only != null && only != server) {
        return RespErrors.CROSS_SLOT;
      } else {
        only = server;
      }
    }
    return moving ? RespErrors.TRY_AGAIN : null;
  }
}

package io.vodis.proxy.session;

import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.dispatch.Dispatcher;

/** A request in flight on several slots at once, all served by the server it is sent to. */
public class MultiSlotRequest extends SessionRequest {

  private final int[] slots;

  protected MultiSlotRequest(Session session, CommandSpec spec, long startNanos, int[] slots) {
    super(session, spec, startNanos);
    this.slots = slots;
  }

  @Override
  protected void began(Dispatcher dispatcher, int onSlot) {
    for (int slot : slots) {
      super.began(dispatcher, slot);
    }
  }

  @Override
  protected void ended(Dispatcher dispatcher, int routedIn) {
    for (int slot : slots) {
      endedOn(dispatcher, slot, routedIn);
    }
  }

  @Override
  protected boolean keepsItsKey(int argCount) {
    return false;
  }
}

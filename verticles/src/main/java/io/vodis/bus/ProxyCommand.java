package io.vodis.bus;

import io.vodis.model.SlotRange;
import java.util.List;

/** The leader to one proxy, on {@link Addresses#PROXY}. */
public sealed interface ProxyCommand extends BusMessage {

  /**
   * The whole routing table at one epoch. Acknowledged with {@link BusReply.FillSlotsAck} only when
   * the table is in force on every loop and no request is in flight on a replaced route. Repeating
   * it is harmless; a lower (term, epoch) than the one in force is refused with {@link
   * BusFailure#STALE_EPOCH}. An equal epoch of a higher term only raises the term.
   *
   * @param ranges cover all slots once, in order
   */
  record FillSlots(long term, long epoch, List<SlotRange> ranges) implements ProxyCommand {
    public FillSlots {
      ranges = List.copyOf(ranges);
      int next = 0;
      for (SlotRange range : ranges) {
        if (range.first() != next) {
          throw new IllegalArgumentException("slots are not covered from " + next);
        }
        next = range.last() + 1;
      }
      if (next != io.vodis.model.Topology.SLOT_COUNT) {
        throw new IllegalArgumentException("slots are not covered from " + next);
      }
    }
  }

  /**
   * How many requests has each slot had? Answered with {@link BusReply.RequestCounts}; two answers
   * tell what came in between.
   *
   * @param term of the leader that asks
   */
  record CountRequests(long term) implements ProxyCommand {}
}

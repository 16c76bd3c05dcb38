package io.vodis.bus;

import io.vodis.model.HostAndPort;
import io.vodis.model.Topology;
import java.util.List;

/** Answers. A failure is not a reply but a {@link BusFailure}. */
public sealed interface BusReply extends BusMessage {

  /**
   * All loops of the proxy have switched to this table, and no request is in flight on a route it
   * replaced.
   *
   * @param incarnation of the proxy that answers
   */
  record FillSlotsAck(String incarnation, long term, long epoch) implements BusReply {}

  /** The command was accepted, or had been before. */
  record Accepted(long term, long epoch) implements BusReply {}

  /**
   * How long a proxy may go on serving as far as this member is concerned: until then it agrees to
   * nobody's going on without it.
   *
   * @param millis from when the proxy has asked; 0 if the member does not vouch
   * @param storeAnswers the member has the store, so that the proxy is alone
   */
  record Vouched(String incarnation, long millis, boolean storeAnswers) implements BusReply {}

  /**
   * Whether the leader may go on without a proxy as far as this member is concerned; it will not
   * vouch for the proxy in that round any more.
   *
   * @param waitMillis 0 if it may now; else when to ask again
   */
  record Released(String incarnation, long waitMillis) implements BusReply {}

  /**
   * What has become of keys that were asked for.
   *
   * @param left places, in the command, of those whose slots are not on that way, or not now; the
   *     others are not on the source any more
   */
  record KeysMoved(List<Integer> left) implements BusReply {
    public KeysMoved {
      left = List.copyOf(left);
    }
  }

  /**
   * What one ha member thinks of a server.
   *
   * @param suspected the member's own probes have failed for at least down_after
   * @param silentMillis time since the server last answered this member's probe
   */
  record Opinion(String incarnation, HostAndPort server, boolean suspected, long silentMillis)
      implements BusReply {}

  /**
   * How many requests each slot has had on one proxy since its start, modulo 2^32.
   *
   * @param incarnation of the proxy that answers
   * @param bySlot one number per slot, in order
   */
  record RequestCounts(String incarnation, List<Long> bySlot) implements BusReply {
    public RequestCounts {
      bySlot = List.copyOf(bySlot);
      if (bySlot.size() != Topology.SLOT_COUNT) {
        throw new IllegalArgumentException("counts of " + bySlot.size() + " slots");
      }
    }
  }
}

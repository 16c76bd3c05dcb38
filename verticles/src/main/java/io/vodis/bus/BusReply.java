package io.vodis.bus;

import io.vodis.model.HostAndPort;

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
   * What one ha member thinks of a server.
   *
   * @param suspected the member's own probes have failed for at least down_after
   * @param silentMillis time since the server last answered this member's probe
   */
  record Opinion(String incarnation, HostAndPort server, boolean suspected, long silentMillis)
      implements BusReply {}
}

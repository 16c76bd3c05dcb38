package io.vodis.bus;

import io.vodis.model.HostAndPort;

/** One ha member to another, on {@link Addresses#HA}. */
public sealed interface HaQuery extends BusMessage {

  /** "What do your own probes say of this server?" Answered with {@link BusReply.Opinion}. */
  record OpinionQuery(HostAndPort server) implements HaQuery {}
}

package io.vodis.bus;

/** Every address on the bus. No other class contains an address literal. */
public final class Addresses {

  /** Leader to one proxy, by incarnation: a restarted proxy never gets its predecessor's mail. */
  public static final Address<ProxyCommand, BusReply> PROXY =
      new Address<>("vodis.%s.proxy.%s", ProxyCommand.class, BusReply.class);

  /** Anybody to the leader. */
  public static final Address<TopomCommand, BusReply> TOPOM =
      new Address<>("vodis.%s.topom", TopomCommand.class, BusReply.class);

  /** One ha member to another, by incarnation. */
  public static final Address<HaQuery, BusReply> HA =
      new Address<>("vodis.%s.ha.%s", HaQuery.class, BusReply.class);

  /** Anybody to one member of any role, by incarnation. */
  public static final Address<MemberQuery, BusReply> MEMBER =
      new Address<>("vodis.%s.member.%s", MemberQuery.class, BusReply.class);

  /** Published by every process, once a second. */
  public static final Address<MetricsReport, MetricsReport> METRICS =
      new Address<>("vodis.%s.metrics", MetricsReport.class, MetricsReport.class);

  private Addresses() {}
}

package io.vodis.bus;

/** Proxies and the leader to any member, on {@link Addresses#MEMBER}. */
public sealed interface MemberQuery extends BusMessage {

  /**
   * "I have lost the store; have you, and may I go on serving for so long?" Answered with {@link
   * BusReply.Vouched}.
   *
   * @param incarnation of the proxy that asks
   * @param round of the {@link io.vodis.store.Witnesses} it has named
   */
  record VouchQuery(String incarnation, long round, long millis) implements MemberQuery {}

  /**
   * "May I go on without this proxy?" Answered with {@link BusReply.Released}.
   *
   * @param incarnation of that proxy
   * @param round of the {@link io.vodis.store.Witnesses} that the store has
   */
  record ReleaseQuery(String incarnation, long round) implements MemberQuery {}
}

package io.vodis.proxy.control;

import io.vertx.core.Future;
import io.vodis.bus.Addresses;
import io.vodis.bus.BusClient;
import io.vodis.bus.BusReply.Released;
import io.vodis.bus.BusReply.Vouched;
import io.vodis.bus.MemberQuery.ReleaseQuery;
import io.vodis.bus.MemberQuery.VouchQuery;
import io.vodis.cluster.ClusterNode;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.store.Witnesses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** {@link Witnessing} over the bus: topoms, ha members and other proxies, in that order. */
final class BusWitnessing implements Witnessing {

  /** More would not make the word of a majority any better, but later. */
  private static final int WITNESSES_MAX = 8;

  private static final Duration RELEASE_TIMEOUT = Duration.ofMillis(500);
  private static final List<Role> ROLES = List.of(Role.TOPOM, Role.HA, Role.PROXY);

  private final ClusterNode node;
  private final Member self;
  private final Duration timeout;

  BusWitnessing(ClusterNode node, Member self, Duration timeout) {
    this.node = node;
    this.self = self;
    this.timeout = timeout;
  }

  @Override
  public List<Member> candidates() {
    List<Member> found = new ArrayList<>();
    for (Role role : ROLES) {
      node.store().liveMembers(role).stream()
          .filter(member -> !member.token().equals(self.token()))
          .sorted(Comparator.comparing(Member::token).thenComparing(Member::startTime))
          .forEach(found::add);
    }
    return List.copyOf(found.subList(0, Math.min(WITNESSES_MAX, found.size())));
  }

  /**
   * Asks a member not to vouch for that list any more; fails if it does not answer soon. A member
   * that has been started anew is not in the list, and vouches for nothing in it.
   */
  static Future<Released> release(ClusterNode node, Member witness, Witnesses named) {
    return BusClient.request(
        node.vertx(),
        Addresses.MEMBER,
        Addresses.MEMBER.of(node.product().productName(), witness.incarnation()),
        new ReleaseQuery(named.proxy().incarnation(), named.round()),
        RELEASE_TIMEOUT,
        Released.class);
  }

  @Override
  public Future<Vouched> ask(Member witness, long round, Duration length) {
    return BusClient.request(
        node.vertx(),
        Addresses.MEMBER,
        Addresses.MEMBER.of(node.product().productName(), witness.incarnation()),
        new VouchQuery(self.incarnation(), round, length.toMillis()),
        timeout,
        Vouched.class);
  }
}

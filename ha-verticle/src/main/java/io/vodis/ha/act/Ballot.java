package io.vodis.ha.act;

import io.vertx.core.Future;
import io.vodis.bus.BusReply.Opinion;
import io.vodis.ha.judge.Votes;
import io.vodis.lifecycle.Later;
import io.vodis.model.HostAndPort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gathers the votes about servers that this member suspects. */
public final class Ballot {

  private final String self;
  private final Peers peers;

  /**
   * A ballot that this member can hold.
   *
   * @param self incarnation of this member
   */
  public Ballot(String self, Peers peers) {
    this.self = self;
    this.peers = peers;
  }

  /**
   * Asks all other live members about all these servers at once and waits for the slowest. This
   * member has no vote unless it is alive in the store itself: otherwise it may be the one that is
   * cut off.
   *
   * @throws io.vodis.store.StoreException if the store does not tell who is alive
   */
  public Map<HostAndPort, Votes> about(Collection<HostAndPort> servers) {
    List<String> live = peers.live();
    Map<HostAndPort, List<Future<Opinion>>> asked = new HashMap<>();
    for (HostAndPort server : servers) {
      asked.put(
          server,
          live.stream()
              .filter(member -> !member.equals(self))
              .map(member -> peers.ask(member, server))
              .toList());
    }
    List<Future<Opinion>> all = asked.values().stream().flatMap(List::stream).toList();
    Later<Boolean> answered = new Later<>();
    Future.join(all).onComplete(outcome -> answered.complete(true));
    var unused = answered.await();
    Map<HostAndPort, Votes> votes = new HashMap<>();
    asked.forEach((server, answers) -> votes.put(server, count(live, server, answers)));
    return votes;
  }

  private Votes count(List<String> live, HostAndPort server, List<Future<Opinion>> answers) {
    List<String> agreeing = new ArrayList<>();
    if (live.contains(self)) {
      agreeing.add(self);
    }
    for (Future<Opinion> answer : answers) {
      if (answer.succeeded()
          && answer.result().suspected()
          && answer.result().server().equals(server)) {
        agreeing.add(answer.result().incarnation());
      }
    }
    return new Votes(live, agreeing);
  }
}

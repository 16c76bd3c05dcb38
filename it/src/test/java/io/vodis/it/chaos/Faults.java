package io.vodis.it.chaos;

import io.vodis.it.ClusterMember;
import io.vodis.it.VodisCluster;
import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.TcpRelay;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** All that can happen to a cluster whose members and servers are relayed and run by themselves. */
final class Faults {

  private final VodisCluster cluster;
  private final Random random;
  private final Duration longest;
  private final Duration longestOfPrimary;

  Faults(VodisCluster cluster, Random random, Duration longest, Duration longestOfPrimary) {
    this.cluster = cluster;
    this.random = random;
    this.longest = longest;
    this.longestOfPrimary = longestOfPrimary;
  }

  /** The death of a primary for as long as that may last. */
  Fault deathOfPrimary() {
    return ofServer("a primary", one(cluster.primaries()), true, longestOfPrimary, Way.KILL);
  }

  /** Some fault of some part; asks the store who is what. */
  Fault any() {
    return switch (random.nextInt(10)) {
      case 0, 1 -> ofMember("the leader", leader(), way());
      case 2 -> ofMember("a topom", one(cluster.members(Role.TOPOM)), way());
      case 3, 4 -> ofMember("a proxy", one(cluster.members(Role.PROXY)), way());
      case 5 -> ofMember("an ha", one(cluster.members(Role.HA)), way());
      case 6 -> ofStore(way());
      case 7 -> ofServer("a replica", one(replicas()), false, longest, way());
      default -> ofServer("a primary", one(cluster.primaries()), true, longestOfPrimary, way());
    };
  }

  ClusterMember leader() {
    // Without one, any: the seed has said which.
    ClusterMember other = one(cluster.members(Role.TOPOM));
    return cluster
        .store()
        .leader()
        .flatMap(
            leadership ->
                cluster.members(Role.TOPOM).stream()
                    .filter(m -> m.address().equals(leadership.leader().serviceAddress()))
                    .findFirst())
        .orElse(other);
  }

  List<HostAndPort> replicas() {
    List<HostAndPort> primaries = cluster.primaries();
    return cluster.topology().groups().values().stream()
        .flatMap(group -> group.servers().stream())
        .map(server -> server.address())
        .filter(address -> !primaries.contains(address))
        .toList();
  }

  private <T> T one(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /** How something breaks. */
  enum Way {
    KILL("kill -9 of "),
    STOP("SIGSTOP of "),
    CUT("connections cut of "),
    FREEZE("nothing gets through to or from ");

    private final String text;

    Way(String text) {
      this.text = text;
    }
  }

  private Way way() {
    return Way.values()[random.nextInt(Way.values().length)];
  }

  /** A member that dies, stands still, or is cut off from the store. */
  Fault ofMember(String called, ClusterMember member, Way way) {
    TcpRelay toStore = cluster.relayOf(member);
    boolean alone = way == Way.CUT || way == Way.FREEZE;
    return new Fault(
        way.text + called + (alone ? " and the store" : ""),
        member.address().toString(),
        member,
        false,
        false,
        longest,
        switch (way) {
          case KILL -> member::kill;
          case STOP -> member::pause;
          case CUT -> toStore::cut;
          case FREEZE -> toStore::freeze;
        },
        switch (way) {
          case KILL -> member::restart;
          case STOP -> member::resume;
          case CUT -> toStore::mend;
          case FREEZE -> toStore::thaw;
        });
  }

  /** The store ends, or nothing gets through between it and the members. */
  Fault ofStore(Way way) {
    String name = cluster.zooKeeper().address();
    return new Fault(
        way.text + "the store",
        name,
        name,
        false,
        false,
        longest,
        switch (way) {
          case KILL, STOP -> cluster.zooKeeper()::stop;
          case CUT -> () -> cluster.relays().forEach(TcpRelay::cut);
          case FREEZE -> () -> cluster.relays().forEach(TcpRelay::freeze);
        },
        switch (way) {
          case KILL, STOP -> cluster.zooKeeper()::restart;
          case CUT -> () -> cluster.relays().forEach(TcpRelay::mend);
          case FREEZE -> () -> cluster.relays().forEach(TcpRelay::thaw);
        });
  }

  /** A server that dies, stands still, or is reached by nobody. */
  Fault ofServer(String called, HostAndPort address, boolean primary, Duration atMost, Way way) {
    RedisProcess server = cluster.server(address);
    TcpRelay relay = cluster.relayOfServer(address);
    return new Fault(
        way.text + called,
        address.toString(),
        address,
        true,
        primary,
        atMost,
        switch (way) {
          case KILL -> server::kill;
          case STOP -> server::pause;
          case CUT -> relay::cut;
          case FREEZE -> relay::freeze;
        },
        switch (way) {
          case KILL -> server::restart;
          case STOP -> server::resume;
          case CUT -> relay::mend;
          case FREEZE -> relay::thaw;
        });
  }
}

package io.vodis.it.chaos;

import io.vodis.it.ClusterMember;
import io.vodis.it.VodisCluster;
import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.testsupport.ProcessPorts;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.TcpRelay;
import io.vodis.testsupport.TcpRelay.Cut;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** All that can happen to a cluster whose members and servers are relayed and run by themselves. */
final class Faults {

  /** How many of a hundred faults are of a way between two parts. */
  private static final int LINK_PERCENT = Integer.getInteger("vodis.it.chaos_link_percent", 33);

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
    return random.nextInt(100) < LINK_PERCENT ? ofLink() : ofPart();
  }

  private Fault ofPart() {
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

  /** Two parts that do not reach each other, or one of them not the other; all else is well. */
  Fault ofLink() {
    List<HostAndPort> primaries = cluster.primaries();
    return switch (random.nextInt(6)) {
      case 0, 1 -> toServer("a proxy", one(cluster.members(Role.PROXY)), one(primaries), cut());
      case 2 -> toServer("the leader", leader(), one(primaries), cut());
      case 3 -> betweenPrimaries(primaries, cut());
      case 4 -> betweenMembers(cut());
      default -> memberToStore(random.nextBoolean());
    };
  }

  private Cut cut() {
    return Cut.values()[random.nextInt(Cut.values().length)];
  }

  private static String words(Cut cut) {
    return switch (cut) {
      case CLOSED -> "no connection between ";
      case BOTH -> "nothing gets through between ";
      case FORTH -> "only one way is open, back between ";
      case BACK -> "only one way is open, forth between ";
    };
  }

  private Fault toServer(String called, ClusterMember member, HostAndPort server, Cut cut) {
    TcpRelay relay = cluster.relayOfServer(server);
    return link(
        words(cut) + called + " and a primary",
        member.address() + " " + server,
        server,
        () -> relay.partition(port -> ProcessPorts.owns(member.pid(), port), cut),
        relay::heal);
  }

  /** Over this way keys are moved: from the one to the other, as slots go now. */
  private Fault betweenPrimaries(List<HostAndPort> primaries, Cut cut) {
    int first = random.nextInt(primaries.size());
    HostAndPort source = primaries.get(first);
    HostAndPort target = primaries.get((first + 1) % primaries.size());
    TcpRelay relay = cluster.relayOfServer(target);
    RedisProcess connecting = cluster.server(source);
    return link(
        words(cut) + "a source and its target",
        source + " " + target,
        target,
        () -> relay.partition(port -> ProcessPorts.owns(connecting.pid(), port), cut),
        relay::heal);
  }

  /** On the bus, in both directions unless only one way is to be open. */
  private Fault betweenMembers(Cut cut) {
    ClusterMember one = one(cluster.members(Role.PROXY));
    ClusterMember other = random.nextBoolean() ? leader() : one(cluster.members(Role.HA));
    TcpRelay toOne = cluster.busRelayOf(one);
    TcpRelay toOther = cluster.busRelayOf(other);
    boolean bothWays = cut == Cut.CLOSED || cut == Cut.BOTH;
    return link(
        words(cut) + "two members on the bus",
        one.address() + " " + other.address(),
        "bus",
        () -> {
          toOne.partition(port -> ProcessPorts.owns(other.pid(), port), cut);
          if (bothWays) {
            toOther.partition(port -> ProcessPorts.owns(one.pid(), port), cut);
          }
        },
        () -> {
          toOne.heal();
          toOther.heal();
        });
  }

  private Fault memberToStore(boolean forth) {
    Role role = one(List.of(Role.PROXY, Role.TOPOM, Role.HA));
    ClusterMember member = one(cluster.members(role));
    TcpRelay relay = cluster.relayOf(member);
    TcpRelay.Direction direction = forth ? TcpRelay.Direction.FORTH : TcpRelay.Direction.BACK;
    return link(
        (forth ? "the store hears nothing of a " : "the store is not heard by a ") + role.id(),
        member.address().toString(),
        member,
        () -> relay.hold(direction),
        () -> relay.release(direction));
  }

  private Fault link(String kind, String what, Object subject, Runnable begin, Runnable heal) {
    return new Fault(kind, what, subject, false, false, longest, begin, heal);
  }
}

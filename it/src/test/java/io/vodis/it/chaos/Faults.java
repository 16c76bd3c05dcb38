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

  /** Some fault of some part; asks the store who is what. */
  Fault any() {
    return switch (random.nextInt(10)) {
      case 0, 1 -> ofMember("leader", leader());
      case 2 -> ofMember("topom", one(cluster.members(Role.TOPOM)));
      case 3, 4 -> ofMember("proxy", one(cluster.members(Role.PROXY)));
      case 5 -> ofMember("ha", one(cluster.members(Role.HA)));
      case 6 -> ofStore();
      case 7 -> ofServer("replica", one(replicas()), false, longest);
      default -> ofServer("primary", one(cluster.primaries()), true, longestOfPrimary);
    };
  }

  private ClusterMember leader() {
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

  private List<HostAndPort> replicas() {
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

  /** A member that dies, stands still, or is cut off from the store. */
  Fault ofMember(String called, ClusterMember member) {
    TcpRelay toStore = cluster.relayOf(member);
    String name = member.address().toString();
    return switch (random.nextInt(4)) {
      case 0 -> killOf(called, name, member);
      case 1 ->
          new Fault(
              "SIGSTOP of " + called,
              name,
              member,
              false,
              false,
              longest,
              member::pause,
              member::resume);
      case 2 ->
          new Fault(
              called + " cut off from the store",
              name,
              member,
              false,
              false,
              longest,
              toStore::cut,
              toStore::mend);
      default ->
          new Fault(
              called + " hears nothing from the store",
              name,
              member,
              false,
              false,
              longest,
              toStore::freeze,
              toStore::thaw);
    };
  }

  private Fault killOf(String called, String name, ClusterMember member) {
    return new Fault(
        "kill -9 of " + called, name, member, false, false, longest, member::kill, member::restart);
  }

  private Fault ofStore() {
    String name = cluster.zooKeeper().address();
    if (random.nextBoolean()) {
      return new Fault(
          "store down",
          name,
          name,
          false,
          false,
          longest,
          cluster.zooKeeper()::stop,
          cluster.zooKeeper()::restart);
    }
    return new Fault(
        "store stands still",
        name,
        name,
        false,
        false,
        longest,
        () -> cluster.relays().forEach(TcpRelay::freeze),
        () -> cluster.relays().forEach(TcpRelay::thaw));
  }

  Fault ofServer(String called, HostAndPort address, boolean primary, Duration atMost) {
    RedisProcess server = cluster.server(address);
    TcpRelay way = cluster.relayOfServer(address);
    String name = address.toString();
    return switch (random.nextInt(4)) {
      case 0 ->
          new Fault(
              "kill -9 of " + called,
              name,
              address,
              true,
              primary,
              atMost,
              server::kill,
              server::restart);
      case 1 ->
          new Fault(
              "SIGSTOP of " + called,
              name,
              address,
              true,
              primary,
              atMost,
              server::pause,
              server::resume);
      case 2 ->
          new Fault(called + " cut off", name, address, true, primary, atMost, way::cut, way::mend);
      default ->
          new Fault(
              called + " hears and says nothing",
              name,
              address,
              true,
              primary,
              atMost,
              way::freeze,
              way::thaw);
    };
  }
}

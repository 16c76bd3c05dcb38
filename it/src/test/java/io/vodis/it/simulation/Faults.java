package io.vodis.it.simulation;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.topom.audit.Auditor;
import io.vodis.topom.audit.Caller;
import io.vodis.topom.edit.SlotEdits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What goes wrong in one run, and what operators do meanwhile; all by lot. */
final class Faults {

  private static final int PROCESSES = 2;
  private static final int FREEZES_MAX = 3;

  private final World world;
  private final Simulation simulation;
  private final double rate;
  private final Map<SimServer, Long> frozenUntil = new HashMap<>();
  private int freezes;
  private boolean over;

  Faults(World world) {
    this.world = world;
    this.simulation = world.simulation;
    this.rate = simulation.between(0.3, 1.5) / (double) Simulation.MILLI;
    world.network.trouble = simulation.chance(0.5) ? simulation.random.nextDouble() * 0.1 : 0;
    simulation.after(simulation.between(500, 2000), this::operate);
    simulation.after(simulation.between(1000, 4000), this::strike);
    world.onBigKey = this::strikeBigKey;
    world.onMigrate = this::freeze;
    world.onProofs = this::crashProven;
    if (simulation.chance(0.2)) {
      simulation.after(simulation.between(200, 1500), this::passOverWithRequestsUnderWay);
    }
  }

  /** Everything is mended, and nothing new goes wrong. */
  void end() {
    over = true;
    world.calm = true;
    world.storeDown = false;
    world.network.healAll();
    for (SimServer server : world.servers()) {
      if (server.isDown()) {
        server.restart();
      }
      server.process().resume();
    }
    world.topoms.forEach(topom -> topom.process().resume());
    world.proxies.forEach(proxy -> proxy.process().resume());
    world.watchers.forEach(ha -> ha.process().resume());
    world.startWatchers();
    while (world.topoms.size() < PROCESSES) {
      world.startTopom();
    }
    while (world.proxies.size() < PROCESSES) {
      world.startProxy();
    }
    simulation.log("healed");
  }

  private void operate() {
    if (over) {
      return;
    }
    simulation.after(simulation.between(200, 3000), this::operate);
    if (world.topoms.isEmpty()) {
      return;
    }
    SimTopom topom = simulation.pick(world.topoms);
    double lot = simulation.random.nextDouble();
    int first = simulation.pick(world.slots);
    int last = first + simulation.random.nextInt(world.slots.size() - first);
    int groupId = 1 + simulation.random.nextInt(World.GROUPS);
    if (lot < 0.6) {
      migrate(first, last, groupId);
    } else if (lot < 0.75) {
      topom.order(
          "cancel " + first, leader -> leader.topology().change(t -> SlotEdits.cancel(t, first)));
    } else if (lot < 0.85) {
      topom.order("cancel all", leader -> leader.topology().change(SlotEdits::cancelAll));
    } else {
      switchOver(topom, groupId);
    }
  }

  private void switchOver(SimTopom topom, int groupId) {
    List<HostAndPort> replicas =
        world.topology().group(groupId).map(Group::replicas).orElseThrow().stream()
            .map(Server::address)
            .toList();
    HostAndPort replica = simulation.pick(replicas);
    topom.order(
        "promote " + replica,
        leader ->
            leader
                .promotions()
                .switchOver(
                    groupId,
                    replica,
                    Duration.ofSeconds(10),
                    new Auditor(simulation.clock, new Caller("operator", ""))));
  }

  private void strike() {
    if (over) {
      return;
    }
    simulation.after((long) (simulation.between(300, 4000) / rate), this::strike);
    long length = simulation.between(50, simulation.chance(0.3) ? 12_000 : 2_000);
    // What the proofs are for: a primary whose replica lags dies while keys of it are moved.
    boolean favoured = world.broken(Rule.PROOFS_COUNT) && simulation.chance(0.5);
    switch (favoured ? 8 : simulation.random.nextInt(12)) {
      case 0 -> killTopom();
      case 1 -> killProxy(length);
      case 2 -> pause(anyProcess(), length);
      case 3 -> cut(length);
      case 4 -> storeOutage(length);
      case 5 -> crash(length);
      case 6 -> pause(simulation.pick(world.servers()).process(), length);
      case 7 -> cutFromStore(length);
      case 8 -> crashWithALag(length);
      case 9 -> killWatcher(length);
      case 10 -> crashTwice(length);
      default -> pause(anyProcess(), length);
    }
  }

  /** Somebody who takes part in the move of a big key dies or stops meanwhile. */
  private void strikeBigKey(SlotMapping slot) {
    if (over || !(slot.action() instanceof SlotAction.Moving moving) || !simulation.chance(0.1)) {
      return;
    }
    long length = simulation.between(50, 2_000);
    int victim = simulation.random.nextInt(5);
    simulation.after(
        simulation.between(0, 60),
        () -> {
          if (over) {
            return;
          }
          switch (victim) {
            case 0 -> crashPrimary(slot.groupId(), length);
            case 1 -> crashPrimary(moving.targetGroupId(), length);
            case 2 -> killProxy(length);
            case 3 -> pause(anyProcess(), length);
            default -> {
              if (!world.topoms.isEmpty()) {
                killTopom();
              }
            }
          }
        });
  }

  /**
   * In the midst of MIGRATE the source stands still, or the target, or both; they go on when at
   * least one of them has been replaced, or just before.
   */
  private void freeze(SimServer source, SimServer target) {
    if (over || !world.freezes) {
      return;
    }
    long targetStands = frozenUntil.getOrDefault(target, 0L) - simulation.now();
    boolean favoursSource = world.broken(Rule.PERMISSIONS_ARE_TAKEN_BACK);
    if (target.process().isPaused() && targetStands > 0) {
      if (simulation.chance(0.3)) {
        // Before it has sent anything or after, until the target goes on.
        long behind = simulation.chance(0.5) ? 0 : simulation.between(0, 400);
        long length = targetStands + simulation.between(0, 600) - behind;
        simulation.after(behind, () -> freeze(source, Math.max(0, length)));
      }
    } else if (freezes < FREEZES_MAX && simulation.chance(0.08)) {
      freezes++;
      long length = simulation.between(simulation.chance(0.3) ? 500 : 4_000, 9_000);
      boolean one = favoursSource || simulation.chance(0.5);
      freeze(one ? source : target, length);
    }
  }

  private void freeze(SimServer server, long length) {
    frozenUntil.put(server, simulation.now() + length);
    pause(server.process(), length);
  }

  /** A target dies that has just been given the proofs of slots, before a replica has them. */
  private void crashProven(SimServer target) {
    if (!over && simulation.chance(0.03)) {
      simulation.after(
          simulation.between(0, 0.05), () -> crash(target, simulation.between(500, 8_000)));
    }
  }

  private void crashPrimary(int groupId, long length) {
    world.topology().primaryOf(groupId).ifPresent(primary -> crash(world.server(primary), length));
  }

  private SimProcess anyProcess() {
    List<SimProcess> all = new ArrayList<>();
    world.topoms.forEach(topom -> all.add(topom.process()));
    world.proxies.forEach(proxy -> all.add(proxy.process()));
    world.watchers.forEach(ha -> all.add(ha.process()));
    return simulation.pick(all);
  }

  /**
   * The network holds up what a proxy has sent to a server until the proxy has been passed over and
   * a slot of that server has been moved.
   */
  private void passOverWithRequestsUnderWay() {
    Topology topology = world.topology();
    int slot = simulation.pick(world.slots);
    int groupId = topology.slot(slot).groupId();
    String server = topology.primaryOf(groupId).orElseThrow().toString();
    SimProxy proxy = simulation.pick(world.proxies);
    cut(proxy.place(), server, simulation.between(9_000, 12_000));
    simulation.after(
        simulation.between(50, 500),
        () -> {
          if (simulation.chance(0.5)) {
            cut(proxy.place(), SimStore.PLACE, simulation.between(9_000, 12_000));
          } else if (world.proxies.contains(proxy)) {
            killProxy(proxy, simulation.between(50, 2_000));
          }
        });
    for (long after = 5_500; after < 8_500; after += 1_000) {
      simulation.after(
          after * Simulation.MILLI, () -> migrate(slot, slot, 1 + groupId % World.GROUPS));
    }
  }

  private void migrate(int first, int last, int groupId) {
    List<SimTopom> leading =
        world.topoms.stream().filter(topom -> topom.leading().isPresent()).toList();
    if (!over && !leading.isEmpty()) {
      simulation
          .pick(leading)
          .order(
              "migrate " + first + "-" + last + " to " + groupId,
              leader -> leader.topology().change(t -> SlotEdits.migrate(t, first, last, groupId)));
    }
  }

  private void killTopom() {
    SimTopom victim = simulation.pick(world.topoms);
    simulation.log("kill " + victim.process().name());
    victim.process().kill();
    world.topoms.remove(victim);
    simulation.after(
        simulation.between(100, 5000),
        () -> {
          if (world.topoms.size() < PROCESSES) {
            world.startTopom();
          }
        });
    if (world.topoms.isEmpty()) {
      world.startTopom();
    }
  }

  private void killProxy(long length) {
    if (world.proxies.size() == PROCESSES) {
      killProxy(simulation.pick(world.proxies), length);
    }
  }

  private void killProxy(SimProxy victim, long length) {
    simulation.log("kill " + victim.process().name());
    victim.kill();
    world.proxies.remove(victim);
    simulation.after(
        length,
        () -> {
          if (world.proxies.size() < PROCESSES) {
            world.startProxy();
          }
        });
  }

  private void killWatcher(long length) {
    if (!world.watchers.isEmpty()) {
      SimHa victim = simulation.pick(world.watchers);
      simulation.log("kill " + victim.process().name());
      victim.process().kill();
      world.watchers.remove(victim);
      simulation.after(length, world::startWatchers);
    }
  }

  private void pause(SimProcess process, long length) {
    if (over || process.isPaused()) {
      return;
    }
    simulation.log("stop " + process.name() + " for " + length / Simulation.MILLI + " ms");
    process.pause();
    simulation.after(
        length,
        () -> {
          simulation.log("continue " + process.name());
          process.resume();
        });
  }

  private void cut(long length) {
    List<String> places = new ArrayList<>();
    world.topoms.forEach(topom -> places.add(topom.process().name()));
    world.proxies.forEach(proxy -> places.add(proxy.process().name()));
    world.watchers.forEach(ha -> places.add(ha.process().name()));
    world.servers().forEach(server -> places.add(server.place()));
    String one = simulation.pick(places);
    String other = simulation.pick(places);
    if (!one.equals(other)) {
      cut(one, other, length);
    }
  }

  private void cutFromStore(long length) {
    cut(anyProcess().name(), SimStore.PLACE, length);
  }

  private void cut(String one, String other, long length) {
    simulation.log("cut " + one + " from " + other + " for " + length / Simulation.MILLI + " ms");
    world.network.cut(one, other);
    simulation.after(length, () -> world.network.heal(one, other));
  }

  private void storeOutage(long length) {
    simulation.log("the store is away for " + length / Simulation.MILLI + " ms");
    world.storeDown = true;
    simulation.after(length, () -> world.storeDown = false);
  }

  /** A primary dies that nobody could follow for a while. */
  private void crashWithALag(long length) {
    Topology topology = world.topology();
    List<Integer> moving =
        world.slots.stream()
            .filter(slot -> topology.slot(slot).action() instanceof SlotAction.Migrating)
            .map(slot -> topology.slot(slot).groupId())
            .toList();
    int groupId =
        moving.isEmpty() ? 1 + simulation.random.nextInt(World.GROUPS) : simulation.pick(moving);
    Group group = topology.group(groupId).orElseThrow();
    SimServer primary = world.server(group.primary().orElseThrow().address());
    if (primary.isDown()) {
      return;
    }
    for (Server replica : group.replicas()) {
      cut(primary.place(), replica.address().toString(), 60_000 * Simulation.MILLI);
    }
    simulation.after(
        simulation.between(20, 1500),
        () -> {
          if (!over) {
            crash(primary, length);
          }
        });
  }

  /** A primary dies, and its successor as well, before another replica could follow that one. */
  private void crashTwice(long length) {
    Group group = world.topology().group(1).orElseThrow();
    List<Server> replicas = group.replicas();
    HostAndPort first = group.primary().orElseThrow().address();
    if (replicas.size() < 2) {
      return;
    }
    cut(
        replicas.get(0).address().toString(),
        replicas.get(1).address().toString(),
        30_000 * Simulation.MILLI);
    crash(world.server(first), 10_000 * Simulation.MILLI + length);
    simulation.after(
        simulation.between(4_500, 7_000),
        () -> {
          HostAndPort second = world.topology().primaryOf(1).orElseThrow();
          if (!over && !second.equals(first)) {
            crash(world.server(second), length);
          }
        });
  }

  private void crash(long length) {
    crash(simulation.pick(world.servers()), length);
  }

  private void crash(SimServer server, long length) {
    if (!server.isDown()) {
      simulation.log("crash " + server.place() + " for " + length / Simulation.MILLI + " ms");
      server.crash();
      simulation.after(
          length,
          () -> {
            if (server.isDown()) {
              simulation.log("restart " + server.place());
              server.restart();
            }
          });
    }
  }
}

package io.vodis.it.simulation;

import io.vertx.core.Future;
import io.vodis.bus.BusReply.Accepted;
import io.vodis.bus.BusReply.Opinion;
import io.vodis.bus.TopomCommand.FailoverGroup;
import io.vodis.ha.SimulatedHa;
import io.vodis.ha.act.Peers;
import io.vodis.lifecycle.Threads;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.store.Registration;
import io.vodis.store.StoreException;
import java.time.Duration;
import java.util.List;

/** An ha process. */
final class SimHa {

  private final World world;
  private final SimProcess process;
  private final Member member;

  SimHa(World world, String name, Member member) {
    this.world = world;
    this.member = member;
    this.process = new SimProcess(world.simulation, name);
    process.start("start", this::begin);
  }

  SimProcess process() {
    return process;
  }

  private void begin() {
    SimStore store = new SimStore(world, process);
    while (true) {
      try {
        Registration registration = store.register(member);
        SimulatedHa ha =
            new SimulatedHa(
                store,
                registration,
                SimStore.SESSION,
                new SimAdmin(world, process, "vodis:ha:" + member.incarnation()),
                new OtherMembers(store),
                this::ask,
                world.simulation.clock);
        world.witness(process, registration);
        world.bus.ha(member.incarnation(), process, ha::opinion);
        ha.start();
        return;
      } catch (StoreException e) {
        Threads.current().sleep(Duration.ofMillis(500));
      }
    }
  }

  private Future<Accepted> ask(FailoverGroup command) {
    return world.bus.tell(process, command).map(Accepted.class::cast);
  }

  /** Those that the store says are alive. */
  private final class OtherMembers implements Peers {

    private final SimStore store;

    OtherMembers(SimStore store) {
      this.store = store;
    }

    @Override
    public List<String> live() {
      return store.liveMembers(Role.HA).stream().map(Member::incarnation).distinct().toList();
    }

    @Override
    public Future<Opinion> ask(String incarnation, HostAndPort server) {
      return world.bus.askHa(process, incarnation, server);
    }
  }
}

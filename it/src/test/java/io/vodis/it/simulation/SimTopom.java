package io.vodis.it.simulation;

import io.vodis.config.ByteSize;
import io.vodis.config.CoordinatorConfig;
import io.vodis.config.LogConfig;
import io.vodis.config.ProductConfig;
import io.vodis.lifecycle.Periodic;
import io.vodis.lifecycle.Threads;
import io.vodis.lifecycle.VodisException;
import io.vodis.model.Member;
import io.vodis.store.StoreException;
import io.vodis.topom.TopomConfig;
import io.vodis.topom.census.SampleCounts;
import io.vodis.topom.election.LeaderElection;
import io.vodis.topom.election.LeaderServices;
import io.vodis.topom.election.TopomContext;
import io.vodis.topom.sweep.ThroughTopom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A topom process. */
final class SimTopom {

  private final World world;
  private final SimProcess process;
  private @Nullable LeaderElection election;

  SimTopom(World world, String name, Member member) {
    this.world = world;
    this.process = new SimProcess(world.simulation, name);
    process.start("start", () -> begin(member));
  }

  private void begin(Member member) {
    SimStore store = new SimStore(world, process);
    TopomContext context =
        new TopomContext(
            world.bus.of(process),
            store,
            config(world),
            world.simulation.clock,
            name -> new SimAdmin(world, process, name),
            new LongAdder(),
            new SampleCounts());
    while (true) {
      try {
        var registration = store.register(member);
        world.witness(process, registration);
        LeaderElection elected = LeaderElection.start(context, member);
        election = elected;
        var unused = store.watch(elected::onStoreChange);
        var renewing =
            Periodic.start(
                "registration",
                SimStore.LEASE.dividedBy(6),
                () -> {
                  try {
                    registration.renewLease();
                  } catch (StoreException e) {
                    // As TopomRole does: the next time.
                  }
                });
        return;
      } catch (StoreException e) {
        Threads.current().sleep(Duration.ofMillis(500));
      }
    }
  }

  private static TopomConfig config(World world) {
    CoordinatorConfig coordinator = CoordinatorConfig.defaults();
    return new TopomConfig(
        new ProductConfig(World.PRODUCT, ""),
        coordinator,
        LogConfig.defaults(),
        new TopomConfig.Admin("127.0.0.1:0", "secret", "", 100),
        new TopomConfig.Migration(
            512,
            Duration.ofMillis(2),
            Duration.ofSeconds(2),
            ByteSize.ofMib(1),
            10,
            ByteSize.ofMib(1),
            ByteSize.ofMib(1),
            Duration.ofMillis(2000),
            world.keysPerSecond,
            "",
            ThroughTopom.AUTO),
        TopomConfig.defaults().codis(),
        new TopomConfig.Promotion(Duration.ofSeconds(1)));
  }

  SimProcess process() {
    return process;
  }

  Optional<LeaderServices> leading() {
    LeaderElection present = election;
    return process.isKilled() || present == null ? Optional.empty() : present.leading();
  }

  /** An operator has the leader do something; refusals are everyday life. */
  void order(String what, Consumer<LeaderServices> order) {
    process.start(
        "operator",
        () -> {
          try {
            LeaderServices leader = leading().orElse(null);
            if (leader != null) {
              order.accept(leader);
              world.simulation.log("operator: " + what);
            }
          } catch (VodisException e) {
            world.simulation.log("operator: " + what + ": " + e.getMessage());
          }
        });
  }
}

package io.vodis.it.simulation;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * One run: trouble for a while, then peace, in which everything must come to rest within a bound.
 *
 * @param violations what must never be; empty if all is well
 * @param vouchedFor how often a member has vouched for a proxy that had lost the store
 * @param bigKeysMoved how many keys were moved alone
 * @param trace what happened, the last lines of it
 */
record Run(
    long seed,
    List<String> violations,
    List<String> trace,
    long digest,
    int successes,
    int errors,
    int excused,
    int vouchedFor,
    int bigKeysMoved,
    long epoch) {

  private static final long TROUBLE = 15_000 * Simulation.MILLI;
  private static final long STEP = 1_000 * Simulation.MILLI;
  private static final int REST_STEPS_MAX = 60;
  private static final int SERVED_STEPS_MAX = 20;

  /**
   * On a virtual thread, as all that runs in it: then the turn passes without the machine's help.
   */
  static Run of(long seed, @Nullable Rule broken, boolean printing) {
    FutureTask<Run> run = new FutureTask<>(() -> made(seed, broken, printing));
    var unused = Thread.ofVirtual().name("simulation " + seed).start(run);
    try {
      return run.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException("seed " + seed, e);
    }
  }

  private static Run made(long seed, @Nullable Rule broken, boolean printing) {
    Simulation simulation = new Simulation(seed, printing);
    World world = new World(simulation, broken);
    simulation.runFor(2 * STEP);
    Faults faults = new Faults(world);
    for (long t = 0; t < TROUBLE && simulation.violations().isEmpty(); t += STEP) {
      simulation.runFor(STEP);
    }
    faults.end();
    int steps = 0;
    while (simulation.violations().isEmpty()
        && !world.unrest().isEmpty()
        && steps++ < REST_STEPS_MAX) {
      simulation.runFor(STEP);
    }
    if (simulation.violations().isEmpty()) {
      if (!world.unrest().isEmpty()) {
        simulation.violation("no rest: " + world.unrest());
      } else {
        afterwards(world);
      }
    }
    world.over = true;
    simulation.close();
    return new Run(
        seed,
        simulation.violations(),
        simulation.trace(),
        simulation.digest(),
        world.successes,
        world.errors,
        world.history.excused(),
        world.vouchedFor,
        world.bigKeysMoved,
        world.topology().epoch());
  }

  private static boolean allServed(World world, long since) {
    return world.clients.stream().allMatch(client -> client.lastSuccess() > since);
  }

  /** Every client is served again, and every key is read once more. */
  private static void afterwards(World world) {
    Simulation simulation = world.simulation;
    long healed = simulation.now();
    for (int steps = 0; steps < SERVED_STEPS_MAX && !allServed(world, healed); steps++) {
      simulation.runFor(STEP);
    }
    if (!allServed(world, healed)) {
      simulation.violation("a client is not served, though all is at rest");
    }
    world.over = true;
    simulation.runFor(STEP);
    // What an operator had ordered before may have begun only now.
    for (int steps = 0; steps < REST_STEPS_MAX && !world.unrest().isEmpty(); steps++) {
      simulation.runFor(STEP);
    }
    for (SimClient client : world.clients) {
      for (List<String> pair : client.keys()) {
        String one = pair.get(0);
        String other = pair.get(1);
        world.history.readBoth(one, stored(world, one), other, stored(world, other));
      }
    }
    for (String key : world.sharedKeys) {
      world.history.readShared(key, stored(world, key));
      world.history.read(key, stored(world, key));
    }
  }

  /** What the owner of a key has. */
  private static @Nullable String stored(World world, String key) {
    var primary = world.topology().primaryOf(world.topology().slot(World.slotOf(key)).groupId());
    return world.server(primary.orElseThrow()).value(key);
  }
}

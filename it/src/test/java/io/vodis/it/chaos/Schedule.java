package io.vodis.it.chaos;

import io.vodis.it.VodisCluster;
import io.vodis.testsupport.Poll;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rounds of faults while an {@link Operator} moves slots: one or two parts break and are mended.
 * Within a bound every proxy serves every slot again; in some rounds all actions come to their end
 * as well, and every group has one primary that its replicas follow.
 */
final class Schedule {

  private static final Logger LOGGER = LoggerFactory.getLogger(Schedule.class);

  /** From the last heal until all slots are served by all proxies. */
  private static final Duration SERVING_BOUND = Duration.ofSeconds(40);

  /** From there until all actions have ended. */
  private static final Duration ACTIONS_BOUND = Duration.ofSeconds(90);

  /** A member that dies takes this long to start again on a loaded machine. */
  private static final Duration HEALING_BOUND = Duration.ofSeconds(150);

  /** From the death of a primary until another is in its place. */
  private static final Duration FAILOVER_BOUND = Duration.ofSeconds(60);

  private static final int STAGGER_MILLIS_MAX = 800;

  private final VodisCluster cluster;
  private final Random random;
  private final Faults faults;
  private final UnplannedFailovers failovers;
  private final boolean failoverFirst;
  private final Map<String, Integer> counts = new TreeMap<>();
  private long worstServingMillis;
  private long worstActionsMillis;
  private long worstRolesMillis;
  private int rounds;

  /**
   * A schedule to be run once.
   *
   * @param failoverFirst whether it begins with the death of a primary that is to be replaced
   */
  Schedule(
      VodisCluster cluster,
      Random random,
      Faults faults,
      UnplannedFailovers failovers,
      boolean failoverFirst) {
    this.failoverFirst = failoverFirst;
    this.cluster = cluster;
    this.random = random;
    this.faults = faults;
    this.failovers = failovers;
  }

  void run(Duration length) {
    long deadlineNanos = System.nanoTime() + length.toNanos();
    try (Operator operator = new Operator(cluster, new Random(random.nextLong()))) {
      while (System.nanoTime() - deadlineNanos < 0) {
        round(operator);
      }
      operator.whileItRests(this::settle);
      operator.close();
      operator.whileItRests(this::settle);
      LOGGER.info("the operator: {}", operator.done());
    }
    LOGGER.info(
        "{} rounds: {}; {} failovers; after a heal, at worst, all was served after {} ms, roles"
            + " were right after {} ms, actions had ended after {} ms",
        rounds,
        counts,
        failovers.count(),
        worstServingMillis,
        worstRolesMillis,
        worstActionsMillis);
  }

  private void round(Operator operator) {
    rounds++;
    boolean failover = failoverFirst && rounds == 1;
    List<Fault> chosen = failover ? List.of(faults.deathOfPrimary()) : choose();
    long longest = chosen.stream().mapToLong(f -> f.longest().toMillis()).min().orElseThrow();
    long lengthMillis = failover ? longest : 200 + random.nextLong(longest);
    boolean toTheEnd = random.nextInt(4) == 0;
    LOGGER.info("round {}: {} for {} ms", rounds, chosen, lengthMillis);
    chosen.forEach(fault -> counts.merge(fault.kind(), 1, Integer::sum));

    failovers.before(chosen);
    for (Fault fault : chosen) {
      fault.begin().run();
      Poll.pass(Duration.ofMillis(random.nextInt(STAGGER_MILLIS_MAX)));
    }
    if (failover) {
      awaitReplaced(chosen.getFirst());
    } else {
      Poll.pass(Duration.ofMillis(lengthMillis));
    }
    heal(chosen);

    awaitServing();
    if (chosen.stream().anyMatch(Fault::hitsServer)) {
      awaitRoles();
      failovers.after();
    }
    if (toTheEnd) {
      operator.whileItRests(this::settle);
    }
  }

  private List<Fault> choose() {
    Fault first = faults.any();
    Fault second = faults.any();
    boolean both = random.nextInt(3) == 0;
    boolean compatible =
        !second.subject().equals(first.subject()) && !(second.hitsServer() && first.hitsServer());
    return both && compatible ? List.of(first, second) : List.of(first);
  }

  /** However long a loaded machine takes for it. */
  private void awaitReplaced(Fault death) {
    Poll.until(
        FAILOVER_BOUND,
        () -> "replaced after " + death,
        () -> cluster.primaries().stream().noneMatch(death.subject()::equals));
  }

  /** At the same time: one may need the other to come back. */
  private static void heal(List<Fault> chosen) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> heals = new ArrayList<>();
      chosen.forEach(fault -> heals.add(threads.submit(fault.heal())));
      for (Future<?> heal : heals) {
        heal.get(HEALING_BOUND.toSeconds(), TimeUnit.SECONDS);
      }
    } catch (Exception e) {
      throw new AssertionError("not healed: " + chosen, e);
    }
  }

  private void awaitServing() {
    long start = System.nanoTime();
    cluster.awaitServing();
    long took = millisSince(start);
    worstServingMillis = Math.max(worstServingMillis, took);
    if (took > SERVING_BOUND.toMillis()) {
      throw new AssertionError("all slots were served only after " + took + " ms");
    }
  }

  /** Everything that was begun comes to its end. */
  private void settle() {
    long start = System.nanoTime();
    cluster.awaitIdle(ACTIONS_BOUND);
    worstActionsMillis = Math.max(worstActionsMillis, millisSince(start));
  }

  private void awaitRoles() {
    long start = System.nanoTime();
    Roles.await(cluster);
    worstRolesMillis = Math.max(worstRolesMillis, millisSince(start));
  }

  private static long millisSince(long startNanos) {
    return (System.nanoTime() - startNanos) / 1_000_000;
  }
}

package io.vodis.bench.load;

import io.vodis.it.VodisCluster;
import io.vodis.model.HostAndPort;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.workload.SlotOracle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Moves half of the slots with a million keys of 100 bytes, first without other load, then while 20
 * clients read and write one request at a time; and says what the clients felt.
 */
public final class MigrationCost {

  private static final int KEYS = 1_000_000;
  private static final int VALUE_BYTES = 100;
  private static final int CLIENTS = 20;
  private static final int BATCH = 500;
  private static final Duration WARM_UP = Duration.ofSeconds(15);
  private static final Duration BASELINE = Duration.ofSeconds(10);
  private static final Duration MOVE_TIMEOUT = Duration.ofMinutes(5);
  private static final int HALF = ClosedLoopLoad.MOVING_SLOTS;

  private final Options options;
  private final int keys;

  private MigrationCost(Options options) {
    this.options = options;
    keys = (int) (KEYS * options.scale());
  }

  public static void main(String[] arguments) {
    new MigrationCost(Options.parse(List.of(arguments))).run();
    System.exit(0);
  }

  private void run() {
    try (VodisCluster cluster = BenchCluster.start(options)) {
      HostAndPort proxy = cluster.proxy(0).address();
      fill(proxy);
      long moving = keysOfMovingSlots();
      System.out.printf("%d keys of %d bytes, %d of them moved%n", keys, VALUE_BYTES, moving);

      // There and back once, unmeasured: the virtual machine compiles what it has seen often.
      move(cluster, 2, moving);
      move(cluster, 1, moving);
      List<Double> unloaded = new ArrayList<>();
      for (int round = 0; round < options.rounds(); round++) {
        unloaded.add(move(cluster, 1 + (round + 1) % 2, moving));
      }
      if (options.rounds() % 2 == 1) {
        move(cluster, 1, moving);
      }
      System.out.printf("without load: %.0f keys/s (each run: %s)%n", median(unloaded), unloaded);

      withLoad(cluster, moving);
    }
  }

  /** Slots of the lower half go to the group, from the other one. */
  private double move(VodisCluster cluster, int groupId, long moving) {
    long start = System.nanoTime();
    cluster.migrateAndAwait(0, HALF - 1, groupId, MOVE_TIMEOUT);
    return Math.rint(moving / ((System.nanoTime() - start) / 1e9));
  }

  /** Each round measures the same load without a migration, during one, and during its return. */
  private void withLoad(VodisCluster cluster, long moving) {
    try (ClosedLoopLoad load = ClosedLoopLoad.start(cluster.proxy(0).address(), CLIENTS, keys)) {
      Poll.pass(WARM_UP);
      // Unmeasured as well: proxies do for a request to a moving slot what they never did before.
      move(cluster, 2, moving);
      move(cluster, 1, moving);
      List<Double> ratios = new ArrayList<>();
      for (int round = 0; round < options.rounds(); round++) {
        load.mark();
        Poll.pass(BASELINE);
        ClosedLoopLoad.Figures baseline = load.mark();
        System.out.println("no migration:   " + baseline);
        for (int groupId : List.of(2, 1)) {
          double speed = move(cluster, groupId, moving);
          ClosedLoopLoad.Figures during = load.mark();
          double ratio = during.p99Millis() / baseline.p99Millis();
          ratios.add(ratio);
          System.out.printf(
              "moving %s: %s, %.0f keys/s moved, p99 ratio %.2f%n",
              groupId == 2 ? "there  " : "back   ", during, speed, ratio);
        }
      }
      System.out.printf("p99 ratio:      %.2f (median of %d)%n", median(ratios), ratios.size());
    }
  }

  private static double median(List<Double> runs) {
    return runs.stream().sorted().toList().get(runs.size() / 2);
  }

  private void fill(HostAndPort proxy) {
    String value = "v".repeat(VALUE_BYTES);
    try (RespClient client = RespClient.connect(proxy, Duration.ofSeconds(30))) {
      for (int i = 0; i < keys; i += BATCH) {
        List<String[]> batch = new ArrayList<>();
        for (int k = i; k < Math.min(keys, i + BATCH); k++) {
          batch.add(new String[] {"SET", ClosedLoopLoad.key(k), value});
        }
        client.pipeline(batch).stream()
            .filter(RespError.class::isInstance)
            .findFirst()
            .ifPresent(
                error -> {
                  throw new IllegalStateException("cannot fill: " + error);
                });
      }
    }
  }

  private long keysOfMovingSlots() {
    long moving = 0;
    for (int i = 0; i < keys; i++) {
      if (SlotOracle.slotOf(ClosedLoopLoad.key(i)) < HALF) {
        moving++;
      }
    }
    return moving;
  }
}

package io.vodis.bench.load;

import io.vodis.it.VodisCluster;
import io.vodis.model.HostAndPort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Requests per second, latency and CPU per request of a server alone, of Vodis and of nutcracker in
 * front of the same two servers. The contestants take turns within each round, because only figures
 * of one run can be compared; printed are medians over the rounds.
 */
public final class Compare {

  private static final String DIRECT = "direct";
  private static final String VODIS = "vodis";
  private static final String NUTCRACKER = "nutcracker";

  private record Contestant(String name, HostAndPort address, long pid) {

    boolean can(String test) {
      return !name.equals(NUTCRACKER) || Workloads.isOfNutcracker(test);
    }
  }

  private record Case(int depth, String test, String contestant) {}

  private record Figures(RedisBenchmark.Result result, double cpuMicrosPerRequest) {}

  private final Options options;
  private final Map<Case, List<Figures>> figures = new LinkedHashMap<>();
  private final Set<Case> unable = new HashSet<>();

  private Compare(Options options) {
    this.options = options;
  }

  public static void main(String[] arguments) {
    new Compare(Options.parse(List.of(arguments))).run();
    System.exit(0);
  }

  private void run() {
    try (VodisCluster cluster = BenchCluster.start(options);
        Nutcracker nutcracker = Nutcracker.start(cluster.primaries())) {
      List<Contestant> contestants =
          List.of(
              new Contestant(DIRECT, cluster.primaries().getFirst(), cluster.server(1, 0).pid()),
              new Contestant(VODIS, cluster.proxy(0).address(), cluster.proxy(0).pid()),
              new Contestant(NUTCRACKER, nutcracker.address(), nutcracker.pid()));
      warmUp(contestants);
      for (int round = 1; round <= options.rounds(); round++) {
        for (int depth : options.depths()) {
          for (String test : options.tests()) {
            for (Contestant contestant : contestants) {
              measure(contestant, depth, test);
            }
          }
        }
        System.err.println("round " + round + " of " + options.rounds() + " done");
      }
      print();
    }
  }

  /** The virtual machine compiles what it has seen often: measured is the steady state. */
  private void warmUp(List<Contestant> contestants) {
    for (Contestant contestant : contestants) {
      for (String test : options.tests()) {
        for (int depth : options.depths()) {
          if (contestant.can(test)) {
            warmUp(contestant, depth, test);
          }
        }
      }
    }
  }

  /** Who fails here is left out: one contestant less is better than no comparison. */
  private void warmUp(Contestant contestant, int depth, String test) {
    try {
      Workloads.run(
          contestant.address(), test, depth, Workloads.requests(test, depth, options.scale()));
    } catch (IllegalStateException e) {
      System.err.println(contestant.name() + " cannot do " + test + ": " + e.getMessage());
      unable.add(new Case(depth, test, contestant.name()));
    }
  }

  private void measure(Contestant contestant, int depth, String test) {
    if (!contestant.can(test) || unable.contains(new Case(depth, test, contestant.name()))) {
      return;
    }
    long requests = Workloads.requests(test, depth, options.scale());
    long before = CpuTime.microsOf(contestant.pid());
    RedisBenchmark.Result result = Workloads.run(contestant.address(), test, depth, requests);
    double cpu = (CpuTime.microsOf(contestant.pid()) - before) / (double) requests;
    figures
        .computeIfAbsent(new Case(depth, test, contestant.name()), key -> new ArrayList<>())
        .add(new Figures(result, cpu));
  }

  private void print() {
    System.out.printf(
        "%d rounds, %d event loops, %d cores, %s, Java %s%n%n",
        options.rounds(),
        options.loops(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.arch"),
        Runtime.version());
    System.out.println(
        "|   P | test      | contestant | requests/s |  p50 ms |  p99 ms | CPU us/request | x"
            + " nutcracker |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    figures.forEach(
        (key, runs) -> {
          double cpu = median(runs, Figures::cpuMicrosPerRequest);
          double other =
              median(
                  figures.getOrDefault(new Case(key.depth(), key.test(), NUTCRACKER), List.of()),
                  Figures::cpuMicrosPerRequest);
          System.out.printf(
              "| %3d | %-9s | %-10s | %10.0f | %7.3f | %7.3f | %14.2f | %12s |%n",
              key.depth(),
              key.test(),
              key.contestant(),
              median(runs, f -> f.result().requestsPerSecond()),
              median(runs, f -> f.result().p50Millis()),
              median(runs, f -> f.result().p99Millis()),
              cpu,
              Double.isNaN(other) ? "–" : "%.2f".formatted(cpu / other));
        });
  }

  private static double median(List<Figures> runs, ToDoubleFunction<Figures> figure) {
    double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
  }
}

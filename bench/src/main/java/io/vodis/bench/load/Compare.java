package io.vodis.bench.load;

import io.vodis.it.VodisCluster;
import io.vodis.model.HostAndPort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  private static final List<String> TESTS = List.of("set", "get");

  /** Requests of one measurement, by pipeline depth: some seconds each. */
  private static final Map<Integer, Long> REQUESTS =
      new LinkedHashMap<>(Map.of(1, 200_000L, 16, 1_500_000L, 100, 4_000_000L));

  private static final List<Integer> DEPTHS = List.of(1, 16, 100);

  private record Contestant(String name, HostAndPort address, long pid) {}

  private record Case(int depth, String test, String contestant) {}

  private record Figures(RedisBenchmark.Result result, double cpuMicrosPerRequest) {}

  private final Options options;
  private final Map<Case, List<Figures>> figures = new LinkedHashMap<>();

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
        for (int depth : DEPTHS) {
          for (String test : TESTS) {
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
      for (String test : TESTS) {
        for (int depth : DEPTHS) {
          RedisBenchmark.run(contestant.address(), test, depth, requests(depth));
        }
      }
    }
  }

  private long requests(int depth) {
    return (long) (REQUESTS.getOrDefault(depth, 0L) * options.scale());
  }

  private void measure(Contestant contestant, int depth, String test) {
    long requests = requests(depth);
    long before = CpuTime.microsOf(contestant.pid());
    RedisBenchmark.Result result = RedisBenchmark.run(contestant.address(), test, depth, requests);
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
        "|   P | test | contestant | requests/s |  p50 ms |  p99 ms | CPU us/request | x nutcracker |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    figures.forEach(
        (key, runs) -> {
          double cpu = median(runs, Figures::cpuMicrosPerRequest);
          double other =
              median(
                  figures.getOrDefault(new Case(key.depth(), key.test(), NUTCRACKER), List.of()),
                  Figures::cpuMicrosPerRequest);
          System.out.printf(
              "| %3d | %s  | %-10s | %10.0f | %7.3f | %7.3f | %14.2f | %12.2f |%n",
              key.depth(),
              key.test(),
              key.contestant(),
              median(runs, f -> f.result().requestsPerSecond()),
              median(runs, f -> f.result().p50Millis()),
              median(runs, f -> f.result().p99Millis()),
              cpu,
              cpu / other);
        });
  }

  private static double median(List<Figures> runs, ToDoubleFunction<Figures> figure) {
    double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
  }
}

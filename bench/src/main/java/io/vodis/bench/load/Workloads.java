package io.vodis.bench.load;

import io.vodis.model.HostAndPort;
import java.util.ArrayList;
import java.util.List;

/**
 * What a contestant can be asked to do: {@code set}, {@code get}, {@code get-resp3}, {@code
 * mget10}, {@code mget100} (keys of all slots), {@code multi10} (MULTI, ten SETs of one slot, EXEC;
 * counted as one request).
 */
final class Workloads {

  static final String RESP3 = "get-resp3";
  static final String MULTI = "multi10";

  private static final String MGET = "mget";
  private static final long DEEP_REQUESTS = 1_500_000;
  private static final long DEEPEST_REQUESTS = 4_000_000;

  private Workloads() {}

  /** Throughput and latency of one measurement. */
  static RedisBenchmark.Result run(HostAndPort address, String test, int depth, long requests) {
    return test.equals(MULTI)
        ? TransactionLoad.run(address, depth, requests)
        : RedisBenchmark.run(address, arguments(test), depth, requests);
  }

  /** What {@code redis-benchmark} is told beyond the common options. */
  private static List<String> arguments(String test) {
    if (test.equals(RESP3)) {
      return List.of("-3", "-t", "get");
    }
    if (!test.startsWith(MGET)) {
      return List.of("-t", test);
    }
    List<String> command = new ArrayList<>(List.of("MGET"));
    for (int i = 0; i < keys(test); i++) {
      command.add("key:__rand_int__");
    }
    return command;
  }

  private static int keys(String test) {
    return test.startsWith(MGET) ? Integer.parseInt(test.substring(MGET.length())) : 1;
  }

  /** Requests of one measurement: some seconds each. */
  static long requests(String test, int depth, double scale) {
    long simple = depth == 1 ? 200_000 : depth < 100 ? DEEP_REQUESTS : DEEPEST_REQUESTS;
    int weight = test.equals(MULTI) ? 10 : Math.max(1, keys(test) / 2);
    return Math.max(depth * 50L, (long) (simple * scale / weight));
  }

  /** What nutcracker does not know. */
  static boolean isOfNutcracker(String test) {
    return !test.equals(RESP3) && !test.equals(MULTI);
  }
}

package io.vodis.bench.load;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What was asked for on the command line.
 *
 * @param loops event loops of the proxy
 * @param tests what to compare by, see {@link Workloads}
 * @param depths pipeline depths
 * @param scale factor on the number of requests or keys
 * @param proxyKeys configuration of the proxy beyond the defaults
 * @param topomKeys configuration of topom beyond the defaults
 */
record Options(
    int rounds,
    int loops,
    List<String> tests,
    List<Integer> depths,
    double scale,
    String redisServer,
    Map<String, String> proxyKeys,
    Map<String, String> topomKeys) {

  static final String USAGE =
      "[--rounds N] [--loops N] [--tests A,B] [--depths N,M] [--scale FACTOR] [--redis-server PATH]"
          + " [--set KEY=VALUE]... [--topom KEY=VALUE]...";

  static Options parse(List<String> arguments) {
    int rounds = 3;
    int loops = 2;
    List<String> tests = List.of("set", "get");
    List<Integer> depths = List.of(1, 16, 100);
    double scale = 1;
    String redisServer = "/usr/bin/redis-server";
    Map<String, String> proxyKeys = new LinkedHashMap<>();
    Map<String, String> topomKeys = new LinkedHashMap<>();
    if (arguments.size() % 2 != 0) {
      throw new IllegalArgumentException("usage: " + USAGE);
    }
    for (int i = 0; i < arguments.size(); i += 2) {
      String value = arguments.get(i + 1);
      switch (arguments.get(i)) {
        case "--rounds" -> rounds = Integer.parseInt(value);
        case "--loops" -> loops = Integer.parseInt(value);
        case "--tests" -> tests = List.of(value.split(",", -1));
        case "--depths" -> depths = Stream.of(value.split(",", -1)).map(Integer::valueOf).toList();
        case "--scale" -> scale = Double.parseDouble(value);
        case "--redis-server" -> redisServer = value;
        case "--set" -> put(proxyKeys, value);
        case "--topom" -> put(topomKeys, value);
        default -> throw new IllegalArgumentException("usage: " + USAGE);
      }
    }
    return new Options(rounds, loops, tests, depths, scale, redisServer, proxyKeys, topomKeys);
  }

  private static void put(Map<String, String> keys, String pair) {
    keys.put(pair.split("=", 2)[0], pair.split("=", 2)[1]);
  }
}

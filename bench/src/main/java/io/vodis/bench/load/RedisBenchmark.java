package io.vodis.bench.load;

import io.vodis.model.HostAndPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The {@code redis-benchmark} of the system, one test at a time. */
final class RedisBenchmark {

  private static final int CLIENTS = 50;
  private static final int VALUE_BYTES = 64;
  private static final int KEYS = 100_000;

  /** Times in milliseconds. */
  record Result(double requestsPerSecond, double p50Millis, double p99Millis) {}

  private RedisBenchmark() {}

  static List<String> command(HostAndPort address, String test, int depth, long requests) {
    return List.of(
        "redis-benchmark",
        "-h",
        address.host(),
        "-p",
        Integer.toString(address.port()),
        "-c",
        Integer.toString(CLIENTS),
        "-d",
        Integer.toString(VALUE_BYTES),
        "-r",
        Integer.toString(KEYS),
        "-P",
        Integer.toString(depth),
        "-n",
        Long.toString(requests),
        "-t",
        test,
        "--csv");
  }

  static Result run(HostAndPort address, String test, int depth, long requests) {
    try {
      Process process =
          new ProcessBuilder(command(address, test, depth, requests))
              .redirectErrorStream(true)
              .start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("redis-benchmark failed: " + output);
      }
      return parse(output, test);
    } catch (IOException e) {
      throw new UncheckedIOException("redis-benchmark is needed (Debian: redis-tools)", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Lines are {@code "test","rps","avg","min","p50","p95","p99","max"}. */
  static Result parse(String output, String test) {
    return output
        .lines()
        .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("\"" + test + "\""))
        .map(line -> line.replace("\"", "").split(",", -1))
        .map(
            fields ->
                new Result(
                    Double.parseDouble(fields[1]),
                    Double.parseDouble(fields[4]),
                    Double.parseDouble(fields[6])))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no result in: " + output));
  }
}

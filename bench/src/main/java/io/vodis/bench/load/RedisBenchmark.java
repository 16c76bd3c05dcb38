package io.vodis.bench.load;

import io.vodis.model.HostAndPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The {@code redis-benchmark} of the system, one test at a time. */
final class RedisBenchmark {

  private static final int CLIENTS = 50;
  private static final int VALUE_BYTES = 64;
  private static final int KEYS = 100_000;
  private static final long TIMEOUT_SECONDS = 120;

  /** Times in milliseconds. */
  record Result(double requestsPerSecond, double p50Millis, double p99Millis) {}

  private RedisBenchmark() {}

  private static List<String> command(
      HostAndPort address, List<String> test, int depth, long requests) {
    List<String> command =
        new ArrayList<>(
            List.of(
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
                "--csv"));
    command.addAll(test);
    return command;
  }

  /**
   * One measurement.
   *
   * @param test what to do, as options or as a command of {@code redis-benchmark}
   * @throws IllegalStateException if the server refuses, or does not answer
   */
  static Result run(HostAndPort address, List<String> test, int depth, long requests) {
    try {
      Path output = Files.createTempFile("vodis-bench", ".csv");
      try {
        Process process =
            new ProcessBuilder(command(address, test, depth, requests))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        // It never ends if all its connections are closed.
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new IllegalStateException("redis-benchmark did not end: " + test);
        }
        String text = Files.readString(output);
        if (process.exitValue() != 0) {
          throw new IllegalStateException("redis-benchmark failed: " + text);
        }
        return parse(text);
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("redis-benchmark is needed (Debian: redis-tools)", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * The last line with figures is {@code "test","rps","avg","min","p50","p95","p99","max"}; a test
   * may be a command, which never holds a comma here.
   */
  static Result parse(String output) {
    return output
        .lines()
        .filter(line -> line.startsWith("\"") && !line.startsWith("\"test\""))
        .reduce((earlier, later) -> later)
        .map(line -> line.replace("\"", "").split(",", -1))
        .filter(fields -> fields.length >= 8)
        .map(
            fields ->
                new Result(
                    Double.parseDouble(fields[1]),
                    Double.parseDouble(fields[4]),
                    Double.parseDouble(fields[6])))
        .orElseThrow(() -> new IllegalStateException("no result in: " + output));
  }
}

package io.vodis.it.simulation;

import java.util.stream.LongStream;

/** Prints the digests of some runs, for {@link SimulationTest} to compare with its own. */
final class SimulationDigests {

  private SimulationDigests() {}

  /** The arguments are the first seed and the last; with a third one the runs are printed. */
  public static void main(String[] args) {
    SimulationTest.quiet();
    LongStream.rangeClosed(Long.parseLong(args[0]), Long.parseLong(args[1]))
        .parallel()
        .mapToObj(seed -> Run.of(seed, null, args.length > 2))
        .forEach(run -> System.out.println(line(run)));
  }

  static String line(Run run) {
    return "seed " + run.seed() + ": " + run.digest();
  }
}

package io.vodis.it.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * Runs of the whole product under seeds. {@code -Dvodis.simulation.seed=N} replays one and prints
 * what happened; {@code -Dvodis.simulation.runs} says how many others there are.
 */
class SimulationTest {

  private static final long FIRST_SEED = Long.getLong("vodis.simulation.first", 1);
  private static final int RUNS = Integer.getInteger("vodis.simulation.runs", 1000);
  private static final int RUNS_UNTIL_FOUND = 400;

  /** The product's own log only helps with a single run. */
  @BeforeAll
  static void quiet() {
    if (Long.getLong("vodis.simulation.seed") == null) {
      ((Logger) LoggerFactory.getLogger("io.vodis")).setLevel(Level.OFF);
    }
  }

  @Test
  void nothingIsLostAndNothingIsStuck() {
    Long seed = Long.getLong("vodis.simulation.seed");
    if (seed != null) {
      Run run = Run.of(seed, null, true);
      assertThat(run.violations()).isEmpty();
      return;
    }
    long began = System.nanoTime();
    List<Run> bad = new ArrayList<>();
    LongStream.range(FIRST_SEED, FIRST_SEED + RUNS)
        .mapToObj(s -> Run.of(s, null, false))
        .forEach(
            run -> {
              if (!run.violations().isEmpty()) {
                bad.add(run);
                System.err.println("seed " + run.seed() + ": " + run.violations());
              }
            });
    System.err.println((System.nanoTime() - began) / 1_000_000 + " ms, bad " + bad.size());
    assertThat(bad).isEmpty();
  }

  @Test
  void aSeedFixesTheWholeCourse() {
    Run once = Run.of(42, null, false);
    Run again = Run.of(42, null, false);
    System.err.println(
        "digest "
            + once.digest()
            + " "
            + once.successes()
            + " "
            + once.errors()
            + " excused "
            + once.excused()
            + " epoch "
            + once.epoch());
    assertThat(again.trace()).isEqualTo(once.trace());
    assertThat(again.digest()).isEqualTo(once.digest());
  }

  @ParameterizedTest
  @EnumSource(Rule.class)
  void aBrokenRuleIsNoticed(Rule rule) {
    long[] seeds = LongStream.rangeClosed(1, RUNS_UNTIL_FOUND).toArray();
    for (long seed : seeds) {
      Run run = Run.of(seed, rule, false);
      if (!run.violations().isEmpty()) {
        System.err.println(rule + " found by seed " + seed + ": " + run.violations().getFirst());
        return;
      }
    }
    throw new AssertionError(rule + " can be broken without anybody noticing");
  }
}

package io.vodis.it.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.netty.util.ResourceLeakDetector;
import io.vodis.testsupport.JavaProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * Runs of the whole product under seeds. {@code -Dvodis.simulation.seed=N} replays one and prints
 * what happened; see {@code docs/simulation.md}.
 */
class SimulationTest {

  private static final @Nullable Long REPLAYED = Long.getLong("vodis.simulation.seed");
  private static final long FIRST = Long.getLong("vodis.simulation.first", 1);
  private static final int RUNS = Integer.getInteger("vodis.simulation.runs", 2000);
  private static final Duration LENGTH_MAX =
      Duration.ofSeconds(Integer.getInteger("vodis.simulation.seconds", 85));
  private static final int RUNS_UNTIL_FOUND = 1500;
  private static final int RUNS_AT_ONCE = 16;
  private static final int COMPARED = 8;
  private static final int TRACE_SHOWN = 60;

  /** The product's own log only helps with a single run; the killed leave their buffers behind. */
  @BeforeAll
  static void quiet() {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    if (REPLAYED == null) {
      ((Logger) LoggerFactory.getLogger("io.vodis")).setLevel(Level.OFF);
    }
  }

  /** The seeds are always the same; a slow machine gets through fewer of them. */
  @Test
  void nothingIsLostAndNothingIsStuck() {
    if (REPLAYED != null) {
      assertThat(Run.of(REPLAYED, null, true).violations()).isEmpty();
      return;
    }
    long deadline = System.nanoTime() + LENGTH_MAX.toNanos();
    List<String> bad =
        LongStream.range(FIRST, FIRST + RUNS)
            .parallel()
            .mapToObj(
                seed ->
                    System.nanoTime() - deadline < 0
                        ? Optional.of(Run.of(seed, null, false))
                        : Optional.<Run>empty())
            .flatMap(Optional::stream)
            .filter(run -> !run.violations().isEmpty())
            .map(SimulationTest::text)
            .toList();
    assertThat(bad).isEmpty();
  }

  /** Faults of the product that were found so; each has a test of its own as well. */
  @ParameterizedTest
  @ValueSource(longs = {323, 1208, 1282, 1030, 334, 7504})
  void whatWasFoundOnceStaysMended(long seed) {
    Run run = Run.of(seed, null, false);
    assertThat(run.violations()).as(() -> text(run)).isEmpty();
  }

  @Test
  void aSeedFixesTheWholeCourse() {
    Run once = Run.of(42, null, false);
    Run again = Run.of(42, null, false);
    assertThat(again.trace()).isEqualTo(once.trace());
    assertThat(again.digest()).isEqualTo(once.digest());
  }

  /**
   * In another JVM the JDK's unordered collections have another order, and so would be whatever
   * depends on it.
   */
  @Test
  void aSeedMeansTheSameInEveryJvm() {
    List<String> flags = new ArrayList<>(JavaProcess.LIGHT);
    flags.addAll(
        List.of(
            "-XX:+IgnoreUnrecognizedVMOptions",
            "-XX:+UnlockExperimentalVMOptions",
            "-XX:hashCode=0"));
    try (JavaProcess other =
        JavaProcess.ofClass(
            SimulationDigests.class, flags, List.of("1", Long.toString(COMPARED)))) {
      List<String> here =
          LongStream.rangeClosed(1, COMPARED)
              .mapToObj(seed -> SimulationDigests.line(Run.of(seed, null, false)))
              .toList();
      assertThat(other.awaitExit(Duration.ofMinutes(1))).isZero();
      assertThat(other.output().lines()).containsAll(here);
    }
  }

  /** Runs in which nobody is served, or nothing changes, would prove nothing. */
  @Test
  void muchHappensInARun() {
    List<Run> runs = LongStream.rangeClosed(1, 20).mapToObj(s -> Run.of(s, null, false)).toList();
    assertThat(runs.stream().mapToInt(Run::successes).sum()).isGreaterThan(20 * 300);
    assertThat(runs.stream().mapToInt(Run::errors).sum()).isGreaterThan(20);
    assertThat(runs.stream().mapToLong(Run::epoch).sum()).isGreaterThan(20 * 10);
    assertThat(runs.stream().mapToInt(Run::vouchedFor).sum()).isGreaterThan(20);
    assertThat(runs.stream().mapToInt(Run::bigKeysMoved).sum()).isGreaterThan(20);
  }

  @ParameterizedTest
  @EnumSource(Rule.class)
  void aBrokenRuleIsNoticed(Rule rule) {
    Optional<Run> found = violationOf(rule, rule.noticedAt(), rule.noticedAt() + 1);
    for (long done = 0; found.isEmpty() && done < RUNS_UNTIL_FOUND; done += RUNS_AT_ONCE) {
      found = violationOf(rule, 1 + done, 1 + done + RUNS_AT_ONCE);
    }
    found.ifPresent(run -> System.out.println(rule + " is noticed by seed " + run.seed()));
    assertThat(found).as("%s, broken in %d runs", rule, RUNS_UNTIL_FOUND).isPresent();
  }

  /** Of the seeds from {@code from} on, but not {@code end}, the first that notices it. */
  private static Optional<Run> violationOf(Rule rule, long from, long end) {
    return LongStream.range(from, end)
        .parallel()
        .mapToObj(seed -> Run.of(seed, rule, false))
        .filter(run -> !run.violations().isEmpty())
        .findFirst();
  }

  private static String text(Run run) {
    List<String> trace = run.trace();
    return "seed %d: %s%n%s%n"
        .formatted(
            run.seed(),
            run.violations().getFirst(),
            String.join(
                "\n", trace.subList(Math.max(0, trace.size() - TRACE_SHOWN), trace.size())));
  }
}

package io.vodis.ha.judge;

import static io.vodis.ha.judge.Health.POLICY;
import static io.vodis.ha.judge.Health.address;
import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.ha.judge.ProbeResult.Outcome;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailureDetectorTest {

  private final Health health = new Health(POLICY, "a", "b");

  @Test
  void suspectsAServerThatHasBeenSilentForDownAfterSinceItsLastAnswer() {
    // Given
    health.seconds(10).set(Outcome.FAILED, "a");

    // When
    health.seconds(4);

    // Then
    assertThat(health.detector().suspected(address("a"))).isFalse();
    assertThat(health.detector().failingCount()).isEqualTo(1);
    health.seconds(1);
    assertThat(health.detector().suspected(address("a"))).isTrue();
    assertThat(health.detector().suspected(address("b"))).isFalse();
  }

  @Test
  void anAnswerEndsAllSuspicionAtOnce() {
    // Given
    health.seconds(1).set(Outcome.FAILED, "a").seconds(20);

    // When
    health.set(Outcome.ANSWERED, "a").seconds(1);

    // Then
    assertThat(health.detector().suspected(address("a"))).isFalse();
    assertThat(health.detector().of(address("a")).orElseThrow().silence()).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"LOADING", "REFUSED"})
  void whoeverAnswersAnythingIsAlive(Outcome outcome) {
    health.set(outcome, "a").seconds(60);

    assertThat(health.detector().suspected(address("a"))).isFalse();
  }

  @Test
  void aServerDeadBeforeTheFirstProbeIsSuspectedAfterDownAfterToo() {
    health.set(Outcome.FAILED, "a").seconds(5);

    assertThat(health.detector().suspected(address("a"))).isFalse();
    health.seconds(1);
    assertThat(health.detector().suspected(address("a"))).isTrue();
  }

  @Test
  void aMemberThatWasStoppedAndContinuedConcludesNothingFromItsOwnPause() {
    // Given a member that is stopped for a minute before its next probe
    health.seconds(3).pause(60);

    // When the first probe after the pause fails, because its connections broke meanwhile
    health.set(Outcome.FAILED, "a", "b").seconds(1);

    // Then
    assertThat(health.detector().suspected(address("a"))).isFalse();
    assertThat(health.detector().of(address("a")).orElseThrow().silence())
        .isLessThanOrEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void oneFailedProbeIsNeverEnoughHoweverLongItTook() {
    // Given a probe that failed just before a pause of a minute
    health.seconds(3).set(Outcome.FAILED, "a").seconds(1).pause(60);

    // Then nothing is concluded from the pause, and an answer after it clears the server
    assertThat(health.detector().suspected(address("a"))).isFalse();
    health.set(Outcome.ANSWERED, "a").seconds(1);
    assertThat(health.detector().suspected(address("a"))).isFalse();
  }

  @Test
  void tellsWhenTheNextDecisionIsDue() {
    // Given
    assertThat(health.seconds(3).detector().nextDecisionNanos()).isEmpty();

    // When the last answer was at 3 s
    health.set(Outcome.FAILED, "a").seconds(2);

    // Then
    assertThat(health.detector().nextDecisionNanos()).hasValue(Duration.ofSeconds(3 + 5).toNanos());
    assertThat(health.seconds(3).detector().nextDecisionNanos()).isEmpty();
  }

  @Test
  void forgetsAServerThatIsNoLongerDeclared() {
    // Given
    health.seconds(1);

    // When
    FailureDetector next = health.detector().after(java.util.List.of());

    // Then
    assertThat(next.all()).isEmpty();
  }
}

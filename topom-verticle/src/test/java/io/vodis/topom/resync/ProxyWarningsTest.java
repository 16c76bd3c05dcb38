package io.vodis.topom.resync;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.bus.TopomCommand.ReportWarnings;
import io.vodis.testsupport.ManualClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProxyWarningsTest {

  private final ManualClock clock = new ManualClock();
  private final ProxyWarnings warnings = new ProxyWarnings(clock);

  private void report(String incarnation, String... words) {
    warnings.onReport(new ReportWarnings("token", incarnation, List.of(words)));
  }

  @Test
  void theLastWordCounts() {
    report("a", "its disk is full");
    report("a", "its disk is read-only");
    assertThat(warnings.present()).containsEntry("a", List.of("its disk is read-only"));
    report("a");
    assertThat(warnings.present()).isEmpty();
  }

  @Test
  void whatIsNotRepeatedIsForgotten() {
    report("a", "its disk is full");
    clock.advance(Duration.ofSeconds(20));
    report("b", "its disk is full");
    clock.advance(Duration.ofSeconds(20));
    assertThat(warnings.present()).containsOnlyKeys("b");
  }

  @Test
  void noMoreThanABoundIsRemembered() {
    for (int i = 0; i < 1005; i++) {
      report("proxy-" + i, "its disk is full");
    }
    assertThat(warnings.present()).hasSize(1000).doesNotContainKey("proxy-4");
  }
}

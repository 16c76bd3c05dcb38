package io.vodis.topom.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LoadGaugeTest {

  private static final long SECOND = 1_000_000_000L;

  private final LoadGauge gauge = new LoadGauge("reads", "commands", 3);

  @Test
  void tellsWhatOthersAskOfTheServer() {
    assertThat(gauge.look("a:1\r\ncommands:7\r\nreads:100\r\n", 0)).isEqualTo(Long.MAX_VALUE);
    gauge.onOwn(50);
    assertThat(gauge.look("a:1\r\ncommands:9\r\nreads:1150\r\n", SECOND)).isEqualTo(1000);
  }

  /** A server that counts no reads is not idle for that. */
  @Test
  void ofAServerWithoutThisCounterTheOtherCounts() {
    assertThat(gauge.look("commands:100\r\n", 0)).isEqualTo(Long.MAX_VALUE);
    gauge.onOwn(50);
    assertThat(gauge.look("commands:1250\r\n", SECOND)).isEqualTo(1000);
    assertThat(gauge.look("commands:1250\r\n", 2 * SECOND)).isZero();
    assertThat(gauge.look("", 3 * SECOND)).isZero();
  }
}

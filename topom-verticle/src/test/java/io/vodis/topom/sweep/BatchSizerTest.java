package io.vodis.topom.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BatchSizerTest {

  private static final long BOUND = 2_000_000;

  @Test
  void growsToWhatFitsTheBound() {
    // Given
    BatchSizer sizer = new BatchSizer();

    // When
    for (int i = 0; i < 20; i++) {
      sizer.onCall(sizer.keys(), sizer.keys() * 10_000L, BOUND);
    }

    // Then
    assertThat(sizer.keys()).isEqualTo(200);
  }

  @Test
  void growsAtMostTwofoldPerCall() {
    // Given
    BatchSizer sizer = new BatchSizer();
    int before = sizer.keys();

    // When
    sizer.onCall(before, 1, BOUND);

    // Then
    assertThat(sizer.keys()).isEqualTo(2 * before);
  }

  @Test
  void halvesAtOnceAfterACallFarOverTheBound() {
    // Given
    BatchSizer sizer = new BatchSizer();
    for (int i = 0; i < 20; i++) {
      sizer.onCall(sizer.keys(), sizer.keys() * 10_000L, BOUND);
    }
    int before = sizer.keys();

    // When
    sizer.onCall(before, 5 * BOUND, BOUND);

    // Then
    assertThat(sizer.keys()).isLessThanOrEqualTo(before / 2);
  }

  @Test
  void isNotMisledByCallsThatWereSlowBecauseTheMachineWasBusy() {
    // Given
    BatchSizer sizer = new BatchSizer();

    // When
    for (int i = 0; i < 64; i++) {
      long heldNanos = sizer.keys() * 10_000L;
      sizer.onCall(sizer.keys(), i % 4 == 0 ? heldNanos : 3 * BOUND, BOUND);
    }

    // Then
    assertThat(sizer.keys()).isGreaterThanOrEqualTo(100);
  }

  @Test
  void staysBetweenOneKeyAndTheLimit() {
    // Given
    BatchSizer slow = new BatchSizer();
    BatchSizer fast = new BatchSizer();

    // When
    for (int i = 0; i < 40; i++) {
      slow.onCall(slow.keys(), 100 * BOUND, BOUND);
      fast.onCall(fast.keys(), 1, BOUND);
    }

    // Then
    assertThat(slow.keys()).isEqualTo(1);
    assertThat(fast.keys()).isEqualTo(BatchSizer.KEYS_MAX);
  }

  @Test
  void leavesABusySourceAlone() {
    Pace idle = Pace.of(BOUND, Pace.BUSY_OPS - 1);
    assertThat(idle.boundNanos()).isEqualTo(BOUND);
    assertThat(idle.pauseNanos(BOUND)).isZero();
    Pace busy = Pace.of(BOUND, Pace.BUSY_OPS);
    assertThat(busy.boundNanos()).isLessThan(BOUND);
    assertThat(busy.weighedKeys()).isLessThan(idle.weighedKeys());
    assertThat(busy.lightKeysMax()).isLessThan(idle.lightKeysMax());
    assertThat(busy.pauseNanos(1000)).isPositive();
    assertThat(busy.pauseNanos(1_000_000_000)).isLessThanOrEqualTo(BOUND);
  }

  @Test
  void countsOnlyTheWorkOfOthers() {
    // Given
    LoadGauge gauge = new LoadGauge("total_commands_processed");
    long first = gauge.look(stats(1_000), 0);
    gauge.onOwn(400);

    // When
    long busy = gauge.look(stats(1_600), 200_000_000);
    gauge.onOwn(5_000);
    long idle = gauge.look(stats(6_600), 400_000_000);
    long restarted = gauge.look(stats(10), 600_000_000);
    long unknown = gauge.look("# Stats\r\n", 800_000_000);

    // Then
    assertThat(first).isEqualTo(Long.MAX_VALUE);
    assertThat(busy).isEqualTo(1_000);
    assertThat(idle).isZero();
    assertThat(restarted).isEqualTo(Long.MAX_VALUE);
    assertThat(unknown).isZero();
  }

  private static String stats(long commands) {
    return "# Stats\r\ntotal_commands_processed:" + commands + "\r\nother:1\r\n";
  }
}

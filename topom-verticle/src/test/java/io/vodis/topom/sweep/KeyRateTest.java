package io.vodis.topom.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeyRateTest {

  private static final long SECOND = 1_000_000_000;

  private final KeyRate rate = new KeyRate();

  @Test
  void waitsUntilTheKeysThatWereMovedArePaidFor() {
    rate.onMoved(50, 100, SECOND);
    assertThat(rate.waitNanos(100, SECOND)).isEqualTo(SECOND / 2);
    rate.onMoved(50, 100, SECOND);
    assertThat(rate.waitNanos(100, SECOND)).isEqualTo(SECOND);
    assertThat(rate.waitNanos(100, 3 * SECOND)).isZero();
  }

  @Test
  void doesNotMakeUpForTimeThatWasNotUsed() {
    rate.onMoved(1, 100, 0);
    rate.onMoved(100, 100, 10 * SECOND);
    assertThat(rate.waitNanos(100, 10 * SECOND)).isEqualTo(SECOND);
  }

  @Test
  void hasNoLimitAtZero() {
    rate.onMoved(1000, 1, 0);
    assertThat(rate.waitNanos(0, 0)).isZero();
    assertThat(KeyRate.keysMax(0)).isEqualTo(Integer.MAX_VALUE);
    assertThat(KeyRate.keysMax(5)).isEqualTo(1);
    assertThat(KeyRate.keysMax(5000)).isEqualTo(500);
  }
}

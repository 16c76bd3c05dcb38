package io.vodis.metrics.expose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vodis.metric.LatencyBuckets;
import io.vodis.metric.LatencyHistogram;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuantilesTest {

  @Test
  void isZeroWhenNothingWasObserved() {
    LatencyHistogram histogram = new LatencyHistogram();
    histogram.record(1_000_000);

    assertThat(Quantiles.since(histogram.counts(), histogram.counts(), 0.99)).isZero();
  }

  @Test
  void seesOnlyWhatCameSince() {
    // Given a thousand slow ones before
    LatencyHistogram histogram = new LatencyHistogram();
    for (int i = 0; i < 1000; i++) {
      histogram.record(1_000_000_000);
    }
    List<Long> before = histogram.counts();

    // When
    histogram.record(100_000);

    // Then
    assertThat(Quantiles.since(before, histogram.counts(), 0.99)).isLessThan(0.000132);
  }

  @Test
  void whatOverflowsIsAtLeastTheLastBound() {
    LatencyHistogram histogram = new LatencyHistogram();
    histogram.record(Long.MAX_VALUE);

    assertThat(Quantiles.since(List.of(), histogram.counts(), 0.5))
        .isEqualTo(LatencyBuckets.boundSeconds(LatencyBuckets.COUNT - 2));
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14})
  void liesInTheBucketOfTheTrueQuantile(long seed) {
    // Given
    Random random = new Random(seed);
    LatencyHistogram histogram = new LatencyHistogram();
    long[] observed = new long[5000];
    for (int i = 0; i < observed.length; i++) {
      observed[i] = (long) (Math.exp(random.nextGaussian() * 2) * 1_000_000);
      histogram.record(observed[i]);
    }
    Arrays.sort(observed);

    for (double quantile : new double[] {0.5, 0.99, 0.999}) {
      // When
      double estimate = Quantiles.since(List.of(), histogram.counts(), quantile);

      // Then
      double truth = observed[(int) Math.ceil(quantile * observed.length) - 1] / 1e9;
      assertThat(estimate).as("seed %d q %f", seed, quantile).isCloseTo(truth, within(truth));
      assertThat(estimate).isGreaterThan(truth / 2.01);
    }
  }
}

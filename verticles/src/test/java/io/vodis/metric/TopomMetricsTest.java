package io.vodis.metric;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TopomMetricsTest {

  @Test
  void everyDefinitionIsLegal() {
    assertThat(TopomMetrics.SERVER_UP.of(1, "1", "127.0.0.1:6379", "primary").labels())
        .isNotEmpty();
  }
}

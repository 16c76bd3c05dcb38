package io.vodis.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ProcessSamplesTest {

  @Test
  void tellsWhatEveryOperatorLooksForFirst() {
    // When
    var samples = ProcessSamples.sample();

    // Then
    assertThat(samples)
        .extracting(Sample::name)
        .contains(
            "process_cpu_seconds_total",
            "process_open_fds",
            "process_resident_memory_bytes",
            "jvm_memory_used_bytes",
            "jvm_gc_pause_seconds_total");
  }

  @Test
  void aDefinitionRefusesTheWrongNumberOfLabelValuesAndReservedLabels() {
    MetricDefinition calls = MetricDefinition.counter("calls_total", "Calls.", "command");

    assertThat(calls.of(3, "GET").labels())
        .containsExactlyEntriesOf(java.util.Map.of("command", "GET"));
    assertThatThrownBy(() -> calls.of(3)).hasMessageContaining("expected values for [command]");
    assertThatThrownBy(() -> MetricDefinition.gauge("x", "X.", "member"))
        .hasMessageContaining("reserved");
    assertThatThrownBy(() -> MetricDefinition.counter("calls", "Calls."))
        .hasMessageContaining("_total");
  }
}

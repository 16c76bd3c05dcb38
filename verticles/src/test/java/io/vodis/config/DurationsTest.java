package io.vodis.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

  @ParameterizedTest
  @CsvSource({"30,30s", "1800s,30m", "1.5s,1500ms", "75s,75s", "2H,2h", "0,0", "10 us,10us"})
  void rendersWithTheLargestUnit(String text, String rendered) {
    assertThat(Durations.render(Durations.parse(text))).isEqualTo(rendered);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "s", "-1s", "1h30m", "1d", "99999999999h"})
  void rejectsWhatCodisRejects(String text) {
    assertThatThrownBy(() -> Durations.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}

package io.vodis.ha;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vodis.config.ConfigException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HaConfigTest {

  private static final HaConfig DEFAULTS = HaConfig.defaults();

  @Test
  void aServerCannotBeSuspectedFasterThanItIsProbedTwice() {
    assertThatThrownBy(
            () ->
                new HaConfig(
                    DEFAULTS.product(),
                    DEFAULTS.coordinator(),
                    DEFAULTS.log(),
                    DEFAULTS.admin(),
                    new HaConfig.Probes(Duration.ofSeconds(5), Duration.ofSeconds(1)),
                    DEFAULTS.failover()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("down_after")
        .hasMessageContaining("probe_interval");
  }

  @Test
  void errorsNameKeyValueAndRange() {
    assertThatThrownBy(() -> new HaConfig.Failover(true, Duration.ofSeconds(5), 0, 0))
        .hasMessageContaining("failover_freeze_percent '0'")
        .hasMessageContaining("1 to 100");
    assertThatThrownBy(() -> new HaConfig.Failover(true, Duration.ofMillis(1), 0, 50))
        .hasMessageContaining("500ms to 1h");
    assertThatThrownBy(() -> new HaConfig.Admin("localhost", ""))
        .hasMessageContaining("admin_addr 'localhost'");
  }
}

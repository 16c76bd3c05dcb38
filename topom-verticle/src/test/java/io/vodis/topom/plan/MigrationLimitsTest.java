package io.vodis.topom.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vodis.model.MigrationControl;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationLimitsTest {

  private static final Instant NOON = Instant.parse("2026-03-10T12:00:00Z");

  private static final MigrationLimits CONFIGURED =
      MigrationLimits.configured(512, Duration.ofMillis(2), 0, MigrationWindows.ALWAYS);

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          22:00-06:00               ; 2026-03-10T21:59:59Z ; false ; 2026-03-10T22:00Z
          22:00-06:00               ; 2026-03-10T22:00:00Z ; true  ;
          22:00-06:00               ; 2026-03-10T05:59:59Z ; true  ;
          22:00-06:00               ; 2026-03-10T06:00:00Z ; false ; 2026-03-10T22:00Z
          01:00-02:00               ; 2026-03-10T02:00:00Z ; false ; 2026-03-11T01:00Z
          01:00-02:00, 12:30-13:00  ; 2026-03-10T02:00:00Z ; false ; 2026-03-10T12:30Z
          08:00-08:00               ; 2026-03-10T03:00:00Z ; true  ;
          12:00-13:00 Europe/Berlin ; 2026-03-10T11:00:00Z ; true  ;
          12:00-13:00 Europe/Berlin ; 2026-03-10T12:00:00Z ; false ; 2026-03-11T12:00+01:00[Europe/Berlin]
          22:00-06:00 +02:00        ; 2026-03-10T20:00:00Z ; true  ;
          """)
  void windows(String text, String now, boolean open, String opens) {
    MigrationWindows windows = MigrationWindows.parse(text);
    assertThat(windows.isOpen(Instant.parse(now))).isEqualTo(open);
    assertThat(windows.opensAt(Instant.parse(now)).map(Object::toString).orElse(null))
        .isEqualTo(opens);
  }

  @Test
  void aWindowThatTheClockJumpsOverOpensRightAfter() {
    // 02:00-02:30 does not exist in Berlin on the day on which summer begins.
    MigrationWindows windows = MigrationWindows.parse("02:00-02:30 Europe/Berlin");
    Instant before = Instant.parse("2026-03-28T23:30:00Z");
    assertThat(windows.opensAt(before).orElseThrow().toInstant())
        .isEqualTo(Instant.parse("2026-03-29T01:00:00Z"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"22-06", "22:00", "24:00-01:00", "22:00-06:00 Nowhere/Land", ",", "1:00-2:00 UTC"})
  void refusesWhatIsNoWindow(String text) {
    assertThatThrownBy(() -> MigrationWindows.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected HH:MM-HH:MM");
  }

  @Test
  void anEmptyTextIsAlways() {
    assertThat(MigrationWindows.parse(" ").isOpen(NOON)).isTrue();
  }

  @Test
  void whatAnOperatorSaysGoesBeforeTheConfiguration() {
    // When
    MigrationLimits limits =
        CONFIGURED.under(
            new MigrationControl(
                false, new TreeSet<>(), 3, Duration.ofMillis(9), 100, "01:00-02:00"));
    // Then
    assertThat(limits.parallelSlots()).isEqualTo(3);
    assertThat(limits.maxBlock()).isEqualTo(Duration.ofMillis(9));
    assertThat(limits.keysPerSecond()).isEqualTo(100);
    assertThat(limits.windows().toString()).isEqualTo("01:00-02:00");
    assertThat(CONFIGURED.under(MigrationControl.NONE)).isEqualTo(CONFIGURED);
  }

  @Test
  void onlyStatesInWhichNothingWaitsStandStill() {
    List<MigrationLimits> still =
        List.of(
            CONFIGURED.under(MigrationControl.NONE.withPaused(true)),
            CONFIGURED.under(MigrationControl.NONE.withPausedSlots(new TreeSet<>(Set.of(3)))),
            MigrationLimits.configured(
                512, Duration.ofMillis(2), 0, MigrationWindows.parse("22:00-06:00")));
    for (MigrationLimits limits : still) {
      assertThat(hold(limits, new SlotAction.Pending(1, 2))).isNotEmpty();
      assertThat(hold(limits, new SlotAction.Migrating(1, 2))).isNotEmpty();
      assertThat(hold(limits, new SlotAction.Turning(1, 2))).isNotEmpty();
      assertThat(hold(limits, new SlotAction.Preparing(1, 2))).isEmpty();
      assertThat(hold(limits, new SlotAction.Prepared(1, 2))).isEmpty();
      assertThat(hold(limits, new SlotAction.Finished(1, 2))).isEmpty();
      assertThat(hold(limits, SlotAction.IDLE)).isEmpty();
    }
    assertThat(hold(CONFIGURED, new SlotAction.Migrating(1, 2))).isEmpty();
    assertThat(hold(still.getLast(), new SlotAction.Migrating(1, 2)))
        .isEqualTo("the migration window at 2026-03-10 22:00 Z");
  }

  private static String hold(MigrationLimits limits, SlotAction action) {
    return limits.hold(new SlotMapping(3, 1, action), NOON).orElse("");
  }
}

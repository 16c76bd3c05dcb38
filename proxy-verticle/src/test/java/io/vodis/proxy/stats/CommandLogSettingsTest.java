package io.vodis.proxy.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.proxy.stats.CommandLogSettings.Bound;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLogSettingsTest {

  private static final long NEVER = Long.MAX_VALUE;

  private static CommandLogSettings settings(long slow, long request, long reply) {
    return settings(slow, request, reply, 128);
  }

  private static CommandLogSettings settings(long slow, long request, long reply, int most) {
    return new CommandLogSettings(
        new Bound(slow, most), new Bound(request, most), new Bound(reply, most), 0);
  }

  /** Nothing is looked at on its way unless a threshold asks for what is short or quick. */
  @ParameterizedTest
  @CsvSource({
    "10000, 1048576, 1048576, 10000, false",
    "-1, 1048576, 1048576, 9223372036854775807, false",
    "-1, -1, -1, 9223372036854775807, false",
    "0, 1048576, 1048576, 0, true",
    "10000, 262143, 1048576, 10000, true",
    "10000, 262144, 262144, 10000, false",
    "10000, 1048576, 262143, 0, true",
    "-1, -1, 0, 0, true",
  })
  void lowThresholdsHaveAllLookedAt(
      long slow, long request, long reply, long lookFrom, boolean atAll) {
    CommandLogSettings settings = settings(slow, request, reply);

    assertThat(settings.lookFromNanos()).isEqualTo(lookFrom);
    assertThat(settings.looksAtAll()).isEqualTo(atAll);
  }

  @ParameterizedTest
  @CsvSource({"SLOW", "LARGE_REQUEST", "LARGE_REPLY"})
  void aListOfNoLengthIsSwitchedOff(CommandLog.Kind kind) {
    CommandLogSettings none = settings(0, 0, 0, 0);

    assertThat(none.of(kind).from()).isEqualTo(NEVER);
    assertThat(none.looksAtAll()).isFalse();
    assertThat(none.with(kind, new Bound(0, 1)).of(kind).from()).isZero();
  }
}

package io.vodis.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ErrorCountsTest {

  @Test
  void countsAttemptsThatFailed() {
    assertThat(
            ErrorCounts.failedMoves(
                "# Errorstats\r\nerrorstat_ERR:count=7\r\nerrorstat_IOERR:count=12\r\n"))
        .isEqualTo(12);
    assertThat(ErrorCounts.failedMoves("errorstat_IOERR:count=3")).isEqualTo(3);
    assertThat(ErrorCounts.failedMoves("# Errorstats\r\nerrorstat_ERR:count=7\r\n")).isZero();
    assertThat(ErrorCounts.failedMoves("")).isZero();
  }
}

package io.vodis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.bus.BusReply.Released;
import io.vodis.bus.BusReply.Vouched;
import io.vodis.bus.MemberQuery.ReleaseQuery;
import io.vodis.bus.MemberQuery.VouchQuery;
import io.vodis.lifecycle.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class WitnessTest {

  private static final Duration LEASE = Duration.ofSeconds(4);

  private long nowNanos;
  private long storeNanos;
  private final Clock clock =
      new Clock() {
        @Override
        public Instant now() {
          return Instant.EPOCH;
        }

        @Override
        public long nanoTime() {
          return nowNanos;
        }
      };
  private final Witness witness = new Witness("w", () -> storeNanos, clock, LEASE);

  private void pass(Duration time) {
    nowNanos += time.toNanos();
  }

  private Vouched vouch(long round) {
    return (Vouched) witness.answer(new VouchQuery("p-1", round, LEASE.toMillis()));
  }

  private Released release(long round) {
    return (Released) witness.answer(new ReleaseQuery("p-1", round));
  }

  @Test
  void whoHasTheStoreVouchesForNobody() {
    pass(LEASE.multipliedBy(2));
    storeNanos = nowNanos;
    assertThat(vouch(1)).isEqualTo(new Vouched("w", 0, true));
  }

  @Test
  void whoHasLostTheStoreVouchesForNoLongerThanALease() {
    pass(LEASE.multipliedBy(2));
    assertThat(witness.answer(new VouchQuery("p-1", 1, 60_000)))
        .isEqualTo(new Vouched("w", LEASE.toMillis(), false));
  }

  @Test
  void nothingIsGivenUpBeforeTheWordHasEnded() {
    // Given
    pass(LEASE.multipliedBy(2));
    assertThat(vouch(1).millis()).isEqualTo(LEASE.toMillis());

    // When Then
    pass(Duration.ofSeconds(3));
    assertThat(release(1).waitMillis()).isBetween(1000L, 1001L);
    pass(Duration.ofMillis(1001));
    assertThat(release(1).waitMillis()).isZero();
  }

  @Test
  void whoWasGivenUpIsNotVouchedForAgainInThatRound() {
    // Given
    pass(LEASE.multipliedBy(2));
    assertThat(release(3).waitMillis()).isZero();

    // When Then
    assertThat(vouch(3).millis()).isZero();
    assertThat(vouch(2).millis()).isZero();
    assertThat(vouch(4).millis()).isEqualTo(LEASE.toMillis());
  }

  @Test
  void aProcessThatHasJustStartedWaitsForWhatItsPredecessorMayHaveSaid() {
    assertThat(release(1).waitMillis()).isGreaterThanOrEqualTo(LEASE.toMillis());
    pass(LEASE.plusMillis(1));
    assertThat(release(1).waitMillis()).isZero();
  }
}

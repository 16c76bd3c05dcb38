package io.vodis.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.proxy.control.WitnessRecord.Statement;
import io.vodis.store.Witnesses;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the file may say, and what may be acknowledged meanwhile. */
class WitnessRecordTest {

  private static final HostAndPort ADDRESS = new HostAndPort("10.0.0.1", 1000);

  private final WitnessRecord record = new WitnessRecord();

  private static Member member(Role role, String name) {
    return new Member(role, name, name + "-1", ADDRESS, ADDRESS, "", 1, "");
  }

  private static Witnesses named(long round) {
    return new Witnesses(member(Role.PROXY, "self"), round, List.of(member(Role.TOPOM, "t")));
  }

  private static Statement statement(long epoch, long round) {
    return new Statement(epoch, named(round));
  }

  /** Named in a round, and with a table that stands still; written. */
  private void write(long epoch, long round) {
    record.onNamed(named(round), 0);
    record.onTableKept(epoch);
    Statement wanted = record.toWrite().orElseThrow();
    record.onWriting(wanted);
    record.onWritten(wanted);
  }

  @Test
  void nothingIsToBeSaidWithoutWitnessesOrATable() {
    assertThat(record.toWrite()).isEmpty();
    record.onTableKept(5);
    assertThat(record.toWrite()).isEmpty();
    record.onNamed(named(1), 6);
    assertThat(record.toWrite()).as("a table older than the registration").isEmpty();
    record.onTableKept(6);
    assertThat(record.toWrite()).contains(statement(6, 1));
    record.onAcknowledging(7);
    assertThat(record.toWrite()).as("the kept table is not the newest").isEmpty();
  }

  @Test
  void whatIsWrittenIsNotWrittenAgain() {
    write(5, 1);
    assertThat(record.toWrite()).isEmpty();
    assertThat(record.held()).contains(statement(5, 1));
  }

  @Test
  void whatMayHaveBeenWrittenHoldsUpAsMuchAndIsWrittenAgain() {
    record.onNamed(named(1), 0);
    record.onTableKept(5);
    record.onWriting(statement(5, 1));
    assertThat(record.toWrite()).contains(statement(5, 1));
    record.onAcknowledging(6);
    assertThat(record.holdsUp()).isTrue();
  }

  @Test
  void theTableOfWhichTheFileSpeaksIsAcknowledgedAgain() {
    write(5, 1);
    record.onAcknowledging(5);
    assertThat(record.holdsUp()).isFalse();
    record.onAcknowledging(6);
    assertThat(record.holdsUp()).isTrue();
    record.onEmptied();
    assertThat(record.holdsUp()).isFalse();
  }

  @Test
  void whatTheProcessBeforeHasLeftCountsUntilThereIsANewerTable() {
    record.onFound(Optional.of(statement(5, 9)));
    record.onAcknowledging(5);
    assertThat(record.holdsUp()).isFalse();
    assertThat(record.toWrite()).isEmpty();
    record.onAcknowledging(6);
    assertThat(record.holdsUp()).isTrue();
  }

  @Test
  void whatIsRevokedHoldsNothingUpAndIsNotSaidAgain() {
    // Given
    write(5, 1);
    // When
    record.onRevoked(statement(5, 1));
    // Then
    assertThat(record.held()).isEmpty();
    record.onAcknowledging(6);
    assertThat(record.holdsUp()).isFalse();
    record.onTableKept(6);
    assertThat(record.toWrite()).as("those will not vouch").isEmpty();
    assertThat(record.isRevoked(named(1))).isTrue();
    // When
    record.onNamed(named(2), 0);
    // Then
    assertThat(record.isRevoked(named(2))).isFalse();
    assertThat(record.toWrite()).contains(statement(6, 2));
  }

  @Test
  void aWriteThatEndsAfterItsStatementWasRevokedMakesItCountNoMore() {
    record.onNamed(named(1), 0);
    record.onTableKept(5);
    record.onWriting(statement(5, 1));
    record.onRevoked(statement(5, 1));
    record.onWritten(statement(5, 1));
    assertThat(record.held()).isEmpty();
  }

  /**
   * Any events in any order: nothing newer is acknowledged while the file may hold something that
   * counts. The model knows what is really in it and what was revoked.
   */
  @Test
  void neverIsATableAcknowledgedBesideAnOlderStatementThatCounts() {
    long seed = System.nanoTime();
    for (int run = 0; run < 2000; run++) {
      Random random = new Random(seed + run);
      WitnessRecord tried = new WitnessRecord();
      Statement inFile = null;
      long revokedRound = 0;
      long round = 0;
      long epoch = 1;
      for (int step = 0; step < 40; step++) {
        switch (random.nextInt(7)) {
          case 0 -> tried.onAcknowledging(++epoch);
          case 1 -> tried.onTableKept(epoch);
          case 2 -> {
            tried.onNaming();
            if (tried.held().isEmpty()) {
              tried.onNamed(named(++round), 0);
            }
          }
          case 3 -> {
            Optional<Statement> wanted = tried.toWrite();
            if (wanted.isPresent() && tried.held().isEmpty()) {
              tried.onWriting(wanted.get());
              inFile = wanted.get();
            }
          }
          case 4 -> {
            if (inFile != null) {
              tried.onWritten(inFile);
            }
          }
          case 5 -> {
            tried.onEmptied();
            inFile = null;
          }
          default -> {
            Optional<Statement> held = tried.held();
            if (held.isPresent()) {
              revokedRound = held.get().witnesses().round();
              tried.onRevoked(held.get());
            }
          }
        }
        if (inFile != null && inFile.witnesses().round() > revokedRound) {
          assertThat(tried.holdsUp() || inFile.epoch() == epoch)
              .as("seed %d, step %d", seed + run, step)
              .isTrue();
        }
      }
    }
  }
}

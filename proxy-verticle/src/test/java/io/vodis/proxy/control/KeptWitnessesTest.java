package io.vodis.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vertx.core.Future;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.store.Witnesses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file says something only while that is so. */
class KeptWitnessesTest {

  private static final Member SELF = member(Role.PROXY, "self", "life-1");
  private static final Witnesses NAMED =
      new Witnesses(SELF, 1, List.of(member(Role.TOPOM, "t", "t-1")));

  @TempDir private Path directory;
  private Path file;
  private KeptWitnesses kept;

  private static Member member(Role role, String token, String incarnation) {
    HostAndPort address = new HostAndPort("10.0.0.1", 1000);
    return new Member(role, token, incarnation, address, address, "", 1, "");
  }

  @BeforeEach
  void open() {
    file = directory.resolve("product.self.witnesses");
    kept = KeptWitnesses.open(file, "self");
  }

  @AfterEach
  void close() {
    kept.close();
  }

  /** As after a kill -9: what is in the file at this moment. */
  private KeptWitnesses reopened(String token) throws IOException {
    Path copy = directory.resolve("copy");
    Files.deleteIfExists(copy);
    Files.copy(file, copy);
    KeptWitnesses opened = KeptWitnesses.open(copy, token);
    opened.close();
    return opened;
  }

  private static void await(Future<Void> done) throws Exception {
    done.await(10, TimeUnit.SECONDS);
  }

  @Test
  void theSuccessorFindsTheWitnessesAndTheEpochOfATableThatStandsStill() throws Exception {
    assertThat(kept.left()).isEmpty();
    await(kept.acknowledging(5));
    kept.named(NAMED, 3);
    assertThat(reopened("self").left()).isEmpty();
    kept.tableKept(5);
    assertThat(reopened("self").left()).contains(new KeptWitnesses.Left(5, NAMED));
    assertThat(reopened("another").left()).isEmpty();
  }

  @Test
  void aNewerTableIsAcknowledgedOnlyWhenTheFileSaysNothing() throws Exception {
    // Given
    kept.named(NAMED, 3);
    kept.tableKept(5);

    // When
    await(kept.acknowledging(6));

    // Then
    assertThat(reopened("self").left()).isEmpty();
    kept.tableKept(5);
    assertThat(reopened("self").left()).isEmpty();
    kept.tableKept(6);
    assertThat(reopened("self").left()).contains(new KeptWitnesses.Left(6, NAMED));
  }

  @Test
  void aTableThatIsAcknowledgedAgainCostsNothing() throws Exception {
    kept.named(NAMED, 3);
    kept.tableKept(5);
    assertThat(kept.acknowledging(5).isComplete()).isTrue();
    assertThat(reopened("self").left()).isPresent();
  }

  @Test
  void aTableOlderThanTheRegistrationIsNotKept() throws Exception {
    kept.named(NAMED, 6);
    kept.tableKept(5);
    assertThat(reopened("self").left()).isEmpty();
  }

  @Test
  void itIsEmptiedBeforeOthersAreNamed() throws Exception {
    kept.named(NAMED, 3);
    kept.tableKept(5);
    assertThat(kept.naming()).isTrue();
    assertThat(reopened("self").left()).isEmpty();
    kept.tableKept(5);
    assertThat(reopened("self").left()).isEmpty();
  }

  @Test
  void whoLeavesInOrderLeavesNothingUnlessTheStoreIsAway() throws Exception {
    // Given
    kept.named(NAMED, 3);
    kept.tableKept(5);

    // When / Then
    assertThat(kept.leave(true)).isFalse();
    assertThat(reopened("self").left()).isPresent();
    assertThat(kept.leave(false)).isTrue();
    assertThat(reopened("self").left()).isEmpty();
    kept.tableKept(5);
    assertThat(reopened("self").left()).isEmpty();
  }

  @Test
  void aTornFileSaysNothing() throws Exception {
    // Given
    kept.named(NAMED, 3);
    kept.tableKept(5);
    byte[] whole = Files.readAllBytes(file);

    // When / Then
    for (int length = 0; length < whole.length; length += 7) {
      Path torn = directory.resolve("torn-" + length);
      Files.write(torn, java.util.Arrays.copyOf(whole, length));
      try (KeptWitnesses opened = KeptWitnesses.open(torn, "self")) {
        assertThat(opened.left()).as("%d bytes", length).isEmpty();
      }
    }
  }

  @Test
  void whatTheProcessBeforeHasLeftGoesWithTheFirstNewerTable() throws Exception {
    // Given
    kept.named(NAMED, 3);
    kept.tableKept(5);
    kept.close();
    try (KeptWitnesses next = KeptWitnesses.open(file, "self")) {
      // When / Then
      await(next.acknowledging(5));
      assertThat(reopened("self").left()).isPresent();
      await(next.acknowledging(6));
      assertThat(reopened("self").left()).isEmpty();
    }
  }

  /** Linux has a file that takes nothing in. */
  @Test
  void aFileThatTakesNothingInIsNotUsedAndNoChangeWaitsForIt() throws Exception {
    Path full = Path.of("/dev/full");
    assumeThat(Files.isWritable(full)).isTrue();
    try (KeptWitnesses without = KeptWitnesses.open(full, "self")) {
      without.named(NAMED, 3);
      without.tableKept(7);
      await(without.acknowledging(8));
      assertThat(without.naming()).isTrue();
      assertThat(without.leave(true)).as("its list may be taken out of the store").isTrue();
    }
  }

  @Test
  void twoProcessesNeverTakeTheSamePlace() {
    kept.named(NAMED, 3);
    kept.tableKept(5);
    try (KeptWitnesses second = KeptWitnesses.open(file, "self")) {
      assertThat(second.left()).isEmpty();
      assertThat(second.naming()).isTrue();
    }
    assertThat(file).isNotEmptyFile();
  }
}

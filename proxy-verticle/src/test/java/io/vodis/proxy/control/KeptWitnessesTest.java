package io.vodis.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vertx.core.Future;
import io.vodis.bus.BusReply.Released;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.store.Witnesses;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file says something only while that is so. */
class KeptWitnessesTest {

  private static final Member SELF = member(Role.PROXY, "self", "life-1");
  private static final Witnesses NAMED =
      new Witnesses(SELF, 1, List.of(member(Role.TOPOM, "t", "t-1")));
  private static final BiFunction<Member, Witnesses, Future<Released>> NOBODY =
      (member, named) -> Future.failedFuture("no answer");

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
    kept = KeptWitnesses.open(file, "self", NOBODY);
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
    KeptWitnesses opened = KeptWitnesses.open(copy, token, NOBODY);
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
    assertThat(reopened("self").left()).contains(new WitnessRecord.Statement(5, NAMED));
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
    assertThat(reopened("self").left()).contains(new WitnessRecord.Statement(6, NAMED));
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
      try (KeptWitnesses opened = KeptWitnesses.open(torn, "self", NOBODY)) {
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
    try (KeptWitnesses next = KeptWitnesses.open(file, "self", NOBODY)) {
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
    try (KeptWitnesses without = KeptWitnesses.open(full, "self", NOBODY)) {
      without.named(NAMED, 3);
      without.tableKept(7);
      await(without.acknowledging(8));
      assertThat(without.naming()).isTrue();
      assertThat(without.leave(true)).as("its list may be taken out of the store").isTrue();
      assertThat(without.trouble().orElseThrow()).contains("/dev/full cannot be written");
    }
  }

  @Test
  void twoProcessesNeverTakeTheSamePlace() {
    kept.named(NAMED, 3);
    kept.tableKept(5);
    try (KeptWitnesses second = KeptWitnesses.open(file, "self", NOBODY)) {
      assertThat(second.left()).isEmpty();
      assertThat(second.naming()).isTrue();
    }
    assertThat(file).isNotEmptyFile();
  }

  /** A file of which the test can take the ground away. */
  private final class Broken implements AutoCloseable {
    private final AtomicReference<WitnessFile> opened = new AtomicReference<>();
    private final AtomicBoolean mended = new AtomicBoolean(true);
    private final AtomicInteger agreeing = new AtomicInteger();
    private final Path place = directory.resolve("disk/product.self.witnesses");
    private final KeptWitnesses witnesses =
        new KeptWitnesses(
            place,
            "self",
            (member, named) ->
                agreeing.getAndDecrement() > 0
                    ? Future.succeededFuture(new Released(member.incarnation(), 0))
                    : Future.failedFuture("no answer"),
            path -> {
              if (!mended.get()) {
                throw new FileSystemException(path.toString(), null, "Input/output error");
              }
              WitnessFile file = WitnessFile.open(path);
              opened.set(file);
              return file;
            },
            Duration.ofMillis(20));

    /** Every further use fails, as after the device has gone. */
    void breakIt() {
      mended.set(false);
      Objects.requireNonNull(opened.get()).close();
    }

    @Override
    public void close() {
      witnesses.close();
    }
  }

  @Test
  void withABrokenDiskATableIsAcknowledgedOnceThoseItNamesHavePromisedNotToVouch()
      throws Exception {
    try (Broken disk = new Broken()) {
      // Given
      disk.witnesses.named(NAMED, 3);
      disk.witnesses.tableKept(5);
      disk.breakIt();

      // When nobody answers
      Future<Void> refused = disk.witnesses.acknowledging(6);

      // Then
      assertThatThrownBy(() -> await(refused)).hasMessageContaining("changes wait for this proxy");
      assertThat(disk.witnesses.trouble().orElseThrow()).contains("changes wait for this proxy");
      assertThat(disk.witnesses.isRevoked(NAMED)).isFalse();

      // When
      disk.agreeing.set(1);
      await(disk.witnesses.acknowledging(6));

      // Then
      assertThat(disk.witnesses.isRevoked(NAMED)).isTrue();
      assertThat(disk.witnesses.trouble().orElseThrow()).doesNotContain("changes wait");
      await(disk.witnesses.acknowledging(7));
      assertThat(disk.witnesses.naming()).isTrue();
      Witnesses anew = new Witnesses(SELF, 2, NAMED.members());
      disk.witnesses.named(anew, 3);
      disk.witnesses.tableKept(7);
      await(disk.witnesses.acknowledging(8));

      // When the disk is mended, what is so now is written by itself
      disk.witnesses.tableKept(8);
      disk.mended.set(true);
      Awaitility.await().until(() -> disk.witnesses.trouble().isEmpty());
      Awaitility.await().until(() -> Files.readString(disk.place).startsWith("8 "));
      await(disk.witnesses.acknowledging(9));
      assertThat(disk.place).isEmptyFile();
    }
  }

  @Test
  void halfOfTheWitnessesAreTooFewToRevoke() {
    try (Broken disk = new Broken()) {
      // Given: of four, three must be missing so that two of them and the proxy are no majority
      Witnesses four =
          new Witnesses(
              SELF,
              1,
              List.of(
                  member(Role.TOPOM, "a", "a-1"),
                  member(Role.TOPOM, "b", "b-1"),
                  member(Role.HA, "c", "c-1"),
                  member(Role.HA, "d", "d-1")));
      disk.witnesses.named(four, 3);
      disk.witnesses.tableKept(5);
      disk.breakIt();
      // When / Then
      disk.agreeing.set(2);
      assertThat(disk.witnesses.naming()).isFalse();
      assertThat(disk.witnesses.leave(false)).isFalse();
      disk.agreeing.set(3);
      assertThat(disk.witnesses.leave(false)).isTrue();
    }
  }

  @Test
  void anIntactFileThatIsNotInItsPlaceAnyMoreIsNoticedAndMadeAnew() throws Exception {
    try (Broken disk = new Broken()) {
      // Given
      disk.witnesses.named(NAMED, 3);
      disk.witnesses.tableKept(5);
      Path aside = directory.resolve("aside");

      // When the directory is put aside and a file is in its place
      Files.move(disk.place.getParent(), aside);
      Files.writeString(disk.place.getParent(), "");

      // Then
      Awaitility.await().until(() -> disk.witnesses.trouble().isPresent());
      assertThat(aside.resolve(disk.place.getFileName())).isEmptyFile();
      await(disk.witnesses.acknowledging(6));
      disk.witnesses.tableKept(6);

      // When
      Files.delete(disk.place.getParent());

      // Then
      Awaitility.await().until(() -> disk.witnesses.trouble().isEmpty());
      Awaitility.await().until(() -> Files.readString(disk.place).startsWith("6 "));
    }
  }

  @Test
  void aFileThatCouldNotBeUsedAtTheStartIsUsedWhenItCan() throws Exception {
    // Given
    Path place = directory.resolve("late/product.self.witnesses");
    Files.writeString(place.getParent(), "");
    try (KeptWitnesses late =
        new KeptWitnesses(place, "self", NOBODY, WitnessFile::open, Duration.ofMillis(20))) {
      assertThat(late.trouble()).isPresent();
      late.named(NAMED, 3);
      late.tableKept(5);
      // When
      Files.delete(place.getParent());
      // Then
      Awaitility.await().until(() -> late.trouble().isEmpty());
      Awaitility.await().until(() -> Files.readString(place).startsWith("5 "));
    }
  }
}

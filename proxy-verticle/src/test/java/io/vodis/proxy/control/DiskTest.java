package io.vodis.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A disk holds nobody up, and what is wrong with it is known. */
class DiskTest {

  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Duration LONG = Duration.ofSeconds(30);

  private final Disk disk = new Disk("the file", "that is a pity");
  private final AtomicInteger done = new AtomicInteger();

  private static void fail(String reason) throws IOException {
    throw new FileSystemException("/data/file", null, reason);
  }

  @Test
  void saysWhatIsWrongUntilSomethingSucceeds() {
    assertThat(disk.run(done::incrementAndGet, LONG)).isTrue();
    assertThat(disk.trouble()).isEmpty();
    // When
    assertThat(disk.run(() -> fail("No space left on device"), LONG)).isFalse();
    // Then
    assertThat(disk.trouble().orElseThrow())
        .startsWith("the file cannot be written: ")
        .contains("No space left on device")
        .endsWith("; that is a pity");
    // When
    assertThat(disk.run(() -> fail("Read-only file system"), LONG)).isFalse();
    assertThat(disk.trouble().orElseThrow()).contains("Read-only file system");
    assertThat(disk.run(done::incrementAndGet, LONG)).isTrue();
    // Then
    assertThat(disk.trouble()).isEmpty();
  }

  @Test
  void aFaultOfTheProgramIsAFailureToo() {
    assertThat(
            disk.run(
                () -> {
                  throw new IllegalStateException("no such thing");
                },
                LONG))
        .isFalse();
    assertThat(disk.trouble().orElseThrow()).contains("no such thing");
  }

  @Test
  void oneThatStandsStillIsWaitedForOnceAndGetsNothingElseToDo() {
    // Given
    CountDownLatch goesOn = new CountDownLatch(1);
    boolean first =
        disk.run(
            () -> {
              try {
                goesOn.await();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
              done.incrementAndGet();
            },
            SHORT);

    // When
    boolean second = disk.run(() -> done.addAndGet(100), LONG);

    // Then
    assertThat(first).isFalse();
    assertThat(second).isFalse();
    assertThat(disk.trouble().orElseThrow()).contains("stands still");

    // When
    goesOn.countDown();

    // Then
    await().until(() -> disk.run(() -> done.addAndGet(10), LONG));
    assertThat(done).hasValue(11);
    assertThat(disk.trouble()).isEmpty();
  }
}

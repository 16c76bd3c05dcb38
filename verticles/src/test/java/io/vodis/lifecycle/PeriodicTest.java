package io.vodis.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PeriodicTest {

  private final AtomicInteger runs = new AtomicInteger();

  @Test
  void runsAtOnceAndThenAtTheIntervalEvenIfARunThrows() {
    try (Periodic periodic =
        Periodic.start(
            "test",
            Duration.ofMillis(5),
            () -> {
              runs.incrementAndGet();
              throw new IllegalStateException("once more");
            })) {
      await().until(() -> runs.get() >= 3);
      assertThat(periodic).isNotNull();
    }
  }

  @Test
  void joinsWakeUpsThatComeDuringARun() throws Exception {
    // Given
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (Periodic periodic =
        Periodic.start(
            "test",
            Duration.ofHours(1),
            () -> {
              if (runs.incrementAndGet() == 1) {
                first.countDown();
                awaitQuietly(release);
              }
            })) {
      first.await();
      // When
      for (int i = 0; i < 100; i++) {
        periodic.wake();
      }
      release.countDown();
      // Then
      await().untilAsserted(() -> assertThat(runs).hasValue(2));
      periodic.wake();
      await().untilAsserted(() -> assertThat(runs).hasValue(3));
    }
  }

  @Test
  void doesNotRunAfterClose() {
    // Given
    Periodic periodic = Periodic.start("test", Duration.ofMillis(1), runs::incrementAndGet);
    await().until(() -> runs.get() > 0);
    // When
    periodic.close();
    int runsAtEnd = runs.get();
    periodic.wake();
    // Then
    await().during(Duration.ofMillis(30)).until(() -> runs.get() == runsAtEnd);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

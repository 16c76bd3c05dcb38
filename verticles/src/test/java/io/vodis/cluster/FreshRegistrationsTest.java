package io.vodis.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Whatever changes in which order, what is told last is what is so. */
class FreshRegistrationsTest {

  private static final List<RegistrationInfo> OLD = List.of(new RegistrationInfo("a", 1, false));
  private static final List<RegistrationInfo> BOTH =
      List.of(new RegistrationInfo("a", 1, false), new RegistrationInfo("b", 2, false));
  private static final List<RegistrationInfo> NEW = List.of(new RegistrationInfo("b", 2, false));

  private final List<List<RegistrationInfo>> told = new CopyOnWriteArrayList<>();
  private final RegistrationListener listener =
      new RegistrationListener() {
        @Override
        public void registrationsUpdated(RegistrationUpdateEvent event) {
          told.add(event.registrations());
        }
      };

  @Test
  void whatIsSoIsToldAndNotWhatWasSoAtTheChange() {
    try (FreshRegistrations fresh =
        new FreshRegistrations(listener, (address, promise) -> promise.succeed(NEW))) {
      fresh.registrationsUpdated(new RegistrationUpdateEvent("x", BOTH));
      await().until(() -> told.size() == 1);
      assertThat(told).containsExactly(NEW);
    }
  }

  @Test
  void aSecondChangeIsReadAfterTheFirstAndManyBecomeOne() {
    CountDownLatch slow = new CountDownLatch(1);
    AtomicInteger reads = new AtomicInteger();
    try (FreshRegistrations fresh =
        new FreshRegistrations(
            listener,
            (address, promise) -> {
              if (reads.incrementAndGet() == 1) {
                Thread.ofVirtual()
                    .start(
                        () -> {
                          try {
                            slow.await();
                          } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                          }
                          promise.succeed(OLD);
                        });
              } else {
                promise.succeed(NEW);
              }
            })) {
      // Given
      fresh.registrationsUpdated(new RegistrationUpdateEvent("x", OLD));
      await().until(() -> reads.get() == 1);
      // When
      for (int i = 0; i < 100; i++) {
        fresh.registrationsUpdated(new RegistrationUpdateEvent("x", BOTH));
      }
      slow.countDown();
      // Then
      await().until(() -> told.size() == 2);
      assertThat(told).containsExactly(OLD, NEW);
      assertThat(reads).hasValue(2);
    }
  }

  @Test
  void whatCannotBeReadIsToldAsItWasGiven() {
    try (FreshRegistrations fresh =
        new FreshRegistrations(listener, (address, promise) -> promise.fail("not now"))) {
      fresh.registrationsUpdated(new RegistrationUpdateEvent("x", BOTH));
      await().until(() -> told.size() == 1);
      assertThat(told).containsExactly(BOTH);
    }
  }
}

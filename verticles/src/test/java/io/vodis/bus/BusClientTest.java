package io.vodis.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vodis.model.Role;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BusClientTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final TopomCommand RESYNC = new TopomCommand.ResyncProxy("t", "t-1");
  private final String to = Addresses.TOPOM.in("p");
  private final Vertx vertx = Vertx.vertx();

  @BeforeEach
  void install() {
    BusSupport.install(vertx);
    BusSupport.install(vertx); // a second time changes nothing
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void answersWithTheSameInstanceWithinAProcess() {
    // Given
    BusReply.Accepted answer = new BusReply.Accepted(1, 2);
    BusServer.serve(vertx, Addresses.TOPOM, to, command -> Future.succeededFuture(answer));
    // When
    BusReply reply = ask(BusReply.Accepted.class);
    // Then
    assertThat(reply).isSameAs(answer);
  }

  @Test
  void aBlockingHandlerRunsOnAVirtualThread() {
    // Given
    List<Boolean> virtual = new CopyOnWriteArrayList<>();
    BusServer.serveBlocking(
        vertx,
        Addresses.TOPOM,
        to,
        command -> {
          virtual.add(Thread.currentThread().isVirtual());
          return new BusReply.Accepted(1, 2);
        });
    // When
    BusReply reply = ask(BusReply.Accepted.class);
    // Then
    assertThat(reply).isEqualTo(new BusReply.Accepted(1, 2));
    assertThat(virtual).containsExactly(true);
  }

  @Test
  void aRefusalKeepsItsReasonAndText() {
    BusServer.serve(
        vertx,
        Addresses.TOPOM,
        to,
        command -> Future.failedFuture(BusFailure.NOT_LEADER.asException("term 4 is over")));
    assertThatThrownBy(() -> ask(BusReply.class))
        .hasMessage("term 4 is over")
        .satisfies(e -> assertThat(BusFailure.of(e)).contains(BusFailure.NOT_LEADER));
  }

  @Test
  void aHandlerThatThrowsIsAnInternalFailure() {
    BusServer.serveBlocking(
        vertx,
        Addresses.TOPOM,
        to,
        command -> {
          throw new IllegalArgumentException("broken");
        });
    assertThatThrownBy(() -> ask(BusReply.class))
        .hasMessage("broken")
        .satisfies(e -> assertThat(BusFailure.of(e)).contains(BusFailure.INTERNAL));
  }

  @Test
  void nobodyListeningIsToldApartFromARefusal() {
    assertThatThrownBy(() -> ask(BusReply.class))
        .isInstanceOfSatisfying(
            ReplyException.class,
            e -> assertThat(e.failureType()).isEqualTo(ReplyFailure.NO_HANDLERS))
        .satisfies(e -> assertThat(BusFailure.of(e)).isEmpty());
  }

  @Test
  void anAnswerOfAnotherKindIsInvalid() {
    BusServer.serve(
        vertx,
        Addresses.TOPOM,
        to,
        command -> Future.succeededFuture(new BusReply.FillSlotsAck("i", 1, 2)));
    assertThatThrownBy(() -> ask(BusReply.Accepted.class))
        .hasMessageContaining("expected Accepted, got FillSlotsAck");
  }

  @Test
  void whatIsPublishedReachesEverySubscriberEvenIfOneThrows() {
    // Given
    List<MetricsReport> received = new CopyOnWriteArrayList<>();
    MetricsReport report = new MetricsReport(Role.HA, "t", "t-1", 1, List.of());
    BusServer.subscribe(
        vertx,
        Addresses.METRICS,
        "p",
        message -> {
          throw new IllegalStateException("broken");
        });
    BusServer.subscribe(vertx, Addresses.METRICS, "p", received::add);
    // When
    BusClient.publish(vertx, Addresses.METRICS, "p", report);
    // Then
    await().untilAsserted(() -> assertThat(received).containsExactly(report));
  }

  private <S extends BusReply> S ask(Class<S> kind) {
    return BusClient.ask(vertx, Addresses.TOPOM, to, RESYNC, TIMEOUT, kind);
  }
}

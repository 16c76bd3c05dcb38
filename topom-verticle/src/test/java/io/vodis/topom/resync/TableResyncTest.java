package io.vodis.topom.resync;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vodis.bus.BusReply.FillSlotsAck;
import io.vodis.bus.ProxyCommand.FillSlots;
import io.vodis.lifecycle.Clock;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.model.Topology;
import io.vodis.store.StoreException;
import io.vodis.testsupport.Poll;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TableResyncTest {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final long TERM = 5;

  /** A table on its way, to be answered by the test. */
  private record Sent(Member proxy, FillSlots table, Promise<FillSlotsAck> answer) {
    void acknowledge() {
      answer.tryComplete(new FillSlotsAck(proxy.incarnation(), table.term(), table.epoch()));
    }
  }

  private final List<Member> live = new CopyOnWriteArrayList<>();
  private final List<Sent> sent = new CopyOnWriteArrayList<>();
  private final CountDownLatch storeAsked = new CountDownLatch(1);
  private volatile boolean storeDown;
  private volatile CountDownLatch storeGate = new CountDownLatch(0);
  private TableResync resync;

  @BeforeEach
  void start() {
    resync = new TableResync(TERM, this::liveProxies, this::send, Clock.SYSTEM);
    resync.start();
  }

  @AfterEach
  void stop() {
    resync.close();
  }

  private List<Member> liveProxies() {
    CountDownLatch gate = storeGate;
    if (gate.getCount() > 0) {
      storeAsked.countDown();
      await(gate);
    }
    if (storeDown) {
      throw new StoreException(StoreException.Reason.UNAVAILABLE, "down");
    }
    return List.copyOf(live);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Future<FillSlotsAck> send(Member proxy, FillSlots table) {
    Promise<FillSlotsAck> answer = Promise.promise();
    sent.add(new Sent(proxy, table, answer));
    return answer.future();
  }

  private static Member proxy(int number) {
    HostAndPort address = new HostAndPort("127.0.0.1", 19_000 + number);
    return new Member(
        Role.PROXY, "token" + number, "incarnation" + number, address, address, "", 1, "");
  }

  private static Topology topology(long epoch) {
    return new Topology("p", epoch, Topology.empty("p").slots(), Map.of());
  }

  private Sent awaitSent(Member proxy, long epoch) {
    Poll.until(PATIENCE, "epoch " + epoch + " sent", () -> !sentTo(proxy, epoch).isEmpty());
    return sentTo(proxy, epoch).getLast();
  }

  private List<Sent> sentTo(Member proxy, long epoch) {
    return sent.stream()
        .filter(each -> each.proxy().equals(proxy) && each.table().epoch() == epoch)
        .toList();
  }

  @Test
  void theBarrierIsReachedWhenEveryProxyHasAcknowledged() {
    // Given
    live.add(proxy(1));
    live.add(proxy(2));
    resync.publish(topology(7));

    // When
    awaitSent(proxy(1), 7).acknowledge();
    List<String> missing = resync.awaitAcknowledged(7, SHORT);
    awaitSent(proxy(2), 7).acknowledge();

    // Then
    assertThat(missing).singleElement().asString().contains("127.0.0.1:19002");
    assertThat(resync.awaitAcknowledged(7, PATIENCE)).isEmpty();
    assertThat(resync.acknowledged(7)).containsExactlyInAnyOrder("incarnation1", "incarnation2");
    assertThat(resync.acknowledged(8)).isEmpty();
  }

  @Test
  void aNewerTableIsSentAlthoughTheOlderIsNotAcknowledged() {
    // Given
    live.add(proxy(1));
    resync.publish(topology(7));
    Sent older = awaitSent(proxy(1), 7);

    // When
    resync.publish(topology(8));

    // Then
    awaitSent(proxy(1), 8).acknowledge();
    assertThat(resync.awaitAcknowledged(8, PATIENCE)).isEmpty();
    assertThat(older.answer().future().isComplete()).isFalse();
  }

  @Test
  void aProxyThatRegistersMeanwhileIsWaitedForToo() {
    // Given
    live.add(proxy(1));
    resync.publish(topology(7));
    awaitSent(proxy(1), 7);
    live.add(proxy(2));

    // When
    awaitSent(proxy(1), 7).acknowledge();

    // Then
    assertThat(resync.awaitAcknowledged(7, SHORT)).singleElement().asString().contains("19002");
    awaitSent(proxy(2), 7).acknowledge();
    assertThat(resync.awaitAcknowledged(7, PATIENCE)).isEmpty();
  }

  @Test
  void anAnswerToAnEarlierPushDoesNotStandForTheOneAskedFor() {
    // Given
    live.add(proxy(1));
    resync.publish(topology(7));
    Sent earlier = awaitSent(proxy(1), 7);
    storeGate = new CountDownLatch(1);
    resync.membersChanged();
    await(storeAsked);
    CompletableFuture<List<String>> silent = new CompletableFuture<>();
    Thread asking = Thread.ofPlatform().start(() -> silent.complete(resync.awaitAnswers(PATIENCE)));
    Poll.until(PATIENCE, "it waits", () -> asking.getState() == Thread.State.TIMED_WAITING);

    // When
    earlier.acknowledge();
    storeGate.countDown();

    // Then
    Poll.until(PATIENCE, "it is asked again", () -> sentTo(proxy(1), 7).size() > 1);
    awaitSent(proxy(1), 7).acknowledge();
    assertThat(silent.join()).isEmpty();
  }

  @Test
  void aProxyThatIsGoneIsNotWaitedFor() {
    // Given
    live.add(proxy(1));
    live.add(proxy(2));
    resync.publish(topology(7));
    awaitSent(proxy(1), 7).acknowledge();
    awaitSent(proxy(2), 7);

    // When
    live.remove(proxy(2));
    resync.membersChanged();

    // Then
    assertThat(resync.awaitAcknowledged(7, PATIENCE)).isEmpty();
  }

  @Test
  void whileTheStoreIsDownNobodyCountsAsGone() {
    // Given
    live.add(proxy(1));
    resync.publish(topology(7));
    Sent table = awaitSent(proxy(1), 7);

    // When
    storeDown = true;
    live.clear();
    resync.membersChanged();

    // Then
    assertThat(resync.awaitAcknowledged(7, SHORT)).hasSize(1);
    storeDown = false;
    live.add(proxy(1));
    table.acknowledge();
    assertThat(resync.awaitAcknowledged(7, PATIENCE)).isEmpty();
  }

  @Test
  void aTableThatWasLostOrRefusedIsSentAgain() {
    // Given
    live.add(proxy(1));
    resync.publish(topology(7));

    // When
    awaitSent(proxy(1), 7).answer().fail("refused");

    // Then
    Poll.until(PATIENCE, "sent again", () -> sentTo(proxy(1), 7).size() > 1);
    assertThat(resync.awaitAcknowledged(7, SHORT)).singleElement().asString().contains("refused");
    Poll.until(PATIENCE, "sent once more", () -> sentTo(proxy(1), 7).size() > 2);
  }

  @Test
  void aProxyThatLostItsTableGetsItAgain() {
    // Given
    live.add(proxy(1));
    resync.publish(topology(7));
    awaitSent(proxy(1), 7).acknowledge();
    assertThat(resync.awaitAcknowledged(7, PATIENCE)).isEmpty();

    // When
    resync.resync("incarnation1");

    // Then
    Poll.until(PATIENCE, "sent again", () -> sentTo(proxy(1), 7).size() > 1);
    assertThat(resync.acknowledged()).containsEntry("incarnation1", -1L);
  }

  @Test
  void anAnswerOfAnotherTermOrProxyDoesNotCount() {
    // Given
    live.add(proxy(1));
    resync.publish(topology(7));
    Sent table = awaitSent(proxy(1), 7);

    // When
    table.answer().complete(new FillSlotsAck("incarnation1", TERM - 1, 7));

    // Then
    assertThat(resync.awaitAcknowledged(7, SHORT)).hasSize(1);
  }

  @Test
  void proxiesAreAskedWhetherTheyAreThereThoughTheyHaveTheTable() {
    // Given
    live.add(proxy(1));
    resync.publish(topology(7));
    awaitSent(proxy(1), 7).acknowledge();
    assertThat(resync.awaitAcknowledged(7, PATIENCE)).isEmpty();
    sent.clear();

    // When
    CompletableFuture<List<String>> silent =
        CompletableFuture.supplyAsync(() -> resync.awaitAnswers(PATIENCE));
    awaitSent(proxy(1), 7).acknowledge();

    // Then
    assertThat(silent.join()).isEmpty();
    assertThat(resync.awaitAnswers(SHORT)).hasSize(1);
  }
}

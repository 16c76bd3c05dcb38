package io.vodis.proxy;

import static io.vodis.proxy.LoopFixture.LOWER;
import static io.vodis.proxy.LoopFixture.UPPER;
import static io.vodis.proxy.LoopFixture.read;
import static io.vodis.proxy.LoopFixture.request;
import static io.vodis.proxy.LoopFixture.writes;
import static io.vodis.proxy.LoopFixture.written;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ResourceLeakDetector;
import io.vodis.model.SlotRoute;
import io.vodis.proxy.loop.RespSocket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * One loop with scripted sockets: order, batching, failure in the middle of a pipeline, bounds.
 * Keys: foo and bar live on the lower server, a and b on the upper one. Leaks fail the test.
 */
class DataLoopTest {

  private final ListAppender<ILoggingEvent> leaks = new ListAppender<>();
  private LoopFixture fixture = new LoopFixture(Configs.listening("127.0.0.1:0", 1));

  @BeforeEach
  void watchForLeaks() {
    leaks.start();
    ((Logger) LoggerFactory.getLogger(ResourceLeakDetector.class)).addAppender(leaks);
  }

  @AfterEach
  void findNoLeak() {
    fixture.close();
    // A leak is reported by the allocation after the collection of the lost buffer.
    System.gc();
    for (int i = 0; i < 64; i++) {
      RespSocket.ALLOCATOR.directBuffer(16).release();
    }
    assertThat(leaks.list).isEmpty();
  }

  @Test
  void requestsOfOneIterationLeaveInOneWritePerServer() {
    // Given
    EmbeddedChannel one = fixture.session();
    EmbeddedChannel two = fixture.session();
    // When
    read(one, request("GET", "foo") + request("GET", "a"));
    read(two, request("GET", "bar") + request("GET", "foo"));
    fixture.iterate();
    EmbeddedChannel lower = fixture.connect(LOWER);
    EmbeddedChannel upper = fixture.connect(UPPER);
    // Then
    assertThat(writes(lower))
        .containsExactly(request("GET", "foo") + request("GET", "bar") + request("GET", "foo"));
    assertThat(writes(upper)).containsExactly(request("GET", "a"));
    // When
    fixture.deliver(lower, "$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n");
    fixture.deliver(upper, "$1\r\n4\r\n");
    // Then
    assertThat(written(one)).isEqualTo("$1\r\n1\r\n$1\r\n4\r\n");
    assertThat(writes(two)).containsExactly("$1\r\n2\r\n$1\r\n3\r\n");
  }

  /** Slots 289 of foo and 579 of a. */
  @Test
  void theRequestsOfEachSlotAreCountedHoweverTheyWent() {
    EmbeddedChannel session = fixture.session();
    read(session, request("GET", "foo") + request("SET", "a", "1") + request("MGET", "foo", "a"));
    fixture.iterate();
    fixture.deliver(fixture.connect(LOWER), "$-1\r\n*1\r\n$-1\r\n");
    fixture.deliver(fixture.connect(UPPER), "+OK\r\n*1\r\n$1\r\n1\r\n");
    assertThat(written(session)).endsWith("*2\r\n$-1\r\n$1\r\n1\r\n");
    assertThat(fixture.loop.requestsBySlot()[289]).isEqualTo(2);
    assertThat(fixture.loop.requestsBySlot()[579]).isEqualTo(2);
    assertThat(fixture.loop.requestsBySlot()[1]).isZero();
  }

  @Test
  void repliesWaitForTheirTurn() {
    // Given
    EmbeddedChannel session = fixture.session();
    fixture.deliver(
        session,
        request("GET", "foo") + request("GET", "a") + request("PING") + request("GET", "foo"));
    EmbeddedChannel lower = fixture.connect(LOWER);
    EmbeddedChannel upper = fixture.connect(UPPER);
    // When the later one answers first
    fixture.deliver(upper, "$1\r\na\r\n");
    // Then
    assertThat(written(session)).isEmpty();
    // When
    fixture.deliver(lower, "$3\r\nfoo\r\n");
    // Then
    assertThat(written(session)).isEqualTo("$3\r\nfoo\r\n$1\r\na\r\n+PONG\r\n");
    // When
    fixture.deliver(lower, "$3\r\nba");
    fixture.deliver(lower, "r\r\n");
    // Then
    assertThat(written(session)).isEqualTo("$3\r\nbar\r\n");
  }

  @Test
  void aWholePipelineOfRepliesOfAnySizeWaitsForTheFirst() {
    // Given
    EmbeddedChannel session = fixture.session();
    StringBuilder requests = new StringBuilder(request("GET", "a"));
    StringBuilder early = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      requests.append(request("GET", "foo"));
      int size = i % 7 == 0 ? 700 + i : i;
      early.append('$').append(size).append("\r\n").append("v".repeat(size)).append("\r\n");
    }
    fixture.deliver(session, requests + request("GET", "a") + request("GET", "foo"));
    EmbeddedChannel lower = fixture.connect(LOWER);
    EmbeddedChannel upper = fixture.connect(UPPER);
    // When
    fixture.deliver(lower, early + "$3\r\nend\r\n");
    String before = written(session);
    fixture.deliver(upper, "$5\r\nfirst\r\n");
    String middle = written(session);
    fixture.deliver(upper, "$4\r\nlast\r\n");
    // Then
    assertThat(before).isEmpty();
    assertThat(middle).isEqualTo("$5\r\nfirst\r\n" + early);
    assertThat(written(session)).isEqualTo("$4\r\nlast\r\n$3\r\nend\r\n");
  }

  @Test
  void requestsArriveInAnyPieces() {
    // Given
    EmbeddedChannel session = fixture.session();
    String frames = request("SET", "foo", "bar") + request("GET", "foo");
    // When
    for (int i = 0; i < frames.length(); i++) {
      fixture.deliver(session, frames.substring(i, i + 1));
    }
    EmbeddedChannel lower = fixture.connect(LOWER);
    // Then
    assertThat(written(lower)).isEqualTo(frames);
    fixture.deliver(lower, "+OK\r\n$3\r\nbar\r\n");
    assertThat(written(session)).isEqualTo("+OK\r\n$3\r\nbar\r\n");
  }

  @Test
  void whatWasNotSentWhenTheLeaseEndedIsNotSent() {
    // Given
    EmbeddedChannel session = fixture.session();
    fixture.deliver(session, request("GET", "foo"));
    EmbeddedChannel lower = fixture.connect(LOWER);
    assertThat(written(lower)).isEqualTo(request("GET", "foo"));
    // When the process stops between the read and the flush
    read(session, request("SET", "foo", "1") + request("SET", "bar", "2"));
    fixture.pass(Duration.ofHours(2));
    fixture.iterate();
    // Then
    assertThat(written(lower)).isEmpty();
    // When
    fixture.deliver(lower, "$-1\r\n");
    // Then
    assertThat(written(session))
        .isEqualTo(
            "$-1\r\n-CLUSTERDOWN The cluster is down\r\n-CLUSTERDOWN The cluster is down\r\n");
  }

  @Test
  void aConnectionLostInTheMiddleTellsEachRequestItsFate() {
    // Given
    EmbeddedChannel session = fixture.session();
    fixture.deliver(session, request("SET", "foo", "1") + request("SET", "a", "2"));
    EmbeddedChannel lower = fixture.connect(LOWER);
    EmbeddedChannel upper = fixture.connect(UPPER);
    read(session, request("SET", "bar", "3"));
    // When
    LoopFixture.hangUp(lower);
    fixture.deliver(upper, "+OK\r\n");
    // Then
    String[] replies = written(session).split("\r\n");
    assertThat(replies[0]).startsWith("-ERR backend lower:1 was lost, the command may have been");
    assertThat(replies[1]).isEqualTo("+OK");
    assertThat(replies[2]).startsWith("-ERR backend lower:1 is unavailable, nothing was executed");
    assertThat(session.isOpen()).isTrue();
  }

  @Test
  void aServerThatRefusesIsNotAskedAgainAtOnce() {
    // Given
    EmbeddedChannel session = fixture.session();
    fixture.deliver(session, request("GET", "foo"));
    fixture.refuse(LOWER, "refused");
    assertThat(written(session)).contains("nothing was executed: refused");
    // When
    fixture.deliver(session, request("GET", "foo"));
    // Then
    assertThat(written(session)).contains("nothing was executed: refused");
    // When
    fixture.pass(Duration.ofMillis(60));
    fixture.loop.tick();
    fixture.deliver(session, request("GET", "foo"));
    EmbeddedChannel lower = fixture.connect(LOWER);
    // Then
    fixture.deliver(lower, "$-1\r\n");
    assertThat(written(session)).isEqualTo("$-1\r\n");
  }

  @Test
  void aSilentServerIsGivenUp() {
    // Given
    EmbeddedChannel session = fixture.session();
    fixture.deliver(session, request("GET", "foo"));
    EmbeddedChannel lower = fixture.connect(LOWER);
    // When
    fixture.pass(Duration.ofSeconds(31));
    fixture.loop.tick();
    fixture.iterate();
    // Then
    assertThat(lower.isOpen()).isFalse();
    assertThat(written(session)).contains("no answer for 30000 ms");
  }

  @Test
  void anIdleConnectionIsTested() {
    // Given
    EmbeddedChannel session = fixture.session();
    fixture.deliver(session, request("GET", "foo"));
    EmbeddedChannel lower = fixture.connect(LOWER);
    fixture.deliver(lower, "$-1\r\n");
    written(lower);
    // When
    fixture.pass(Duration.ofSeconds(6));
    fixture.loop.tick();
    fixture.iterate();
    // Then
    assertThat(written(lower)).isEqualTo(request("PING"));
    fixture.deliver(lower, "+PONG\r\n");
    assertThat(lower.isOpen()).isTrue();
  }

  @Test
  void aSessionWithTooManyUnansweredRequestsIsNotRead() {
    // Given
    SessionConfig defaults = SessionConfig.defaults();
    fixture.close();
    fixture =
        new LoopFixture(
            Configs.withSessions(
                new SessionConfig(
                    "",
                    defaults.sessionRecvTimeout(),
                    defaults.sessionSendTimeout(),
                    4,
                    defaults.sessionMaxOutput(),
                    defaults.sessionMaxRequest(),
                    defaults.sessionMultiMaxCommands(),
                    defaults.sessionMultiMaxSize(),
                    defaults.sessionKeepalivePeriod(),
                    false)));
    EmbeddedChannel session = fixture.session();
    // When
    fixture.deliver(session, request("GET", "foo").repeat(10));
    EmbeddedChannel lower = fixture.connect(LOWER);
    // Then
    assertThat(session.config().isAutoRead()).isFalse();
    assertThat(written(lower)).isEqualTo(request("GET", "foo").repeat(4));
    // When
    fixture.deliver(lower, "$-1\r\n".repeat(2));
    // Then
    assertThat(written(lower)).isEqualTo(request("GET", "foo").repeat(2));
    // When
    fixture.deliver(lower, "$-1\r\n".repeat(4));
    fixture.deliver(lower, "$-1\r\n".repeat(4));
    // Then
    assertThat(written(session)).isEqualTo("$-1\r\n".repeat(10));
    assertThat(session.config().isAutoRead()).isTrue();
  }

  @Test
  void aFullConnectionHoldsBackOnlyThoseWhoNeedIt() {
    // Given
    BackendConfig defaults = BackendConfig.defaults();
    fixture.close();
    fixture =
        new LoopFixture(
            Configs.withBackends(
                new BackendConfig(
                    16,
                    defaults.backendConnectTimeout(),
                    defaults.backendRecvTimeout(),
                    defaults.backendSendTimeout(),
                    defaults.backendPingPeriod(),
                    4,
                    defaults.backendMaxOutput(),
                    1,
                    defaults.backendMaxExclusive(),
                    defaults.backendKeepalivePeriod())));
    EmbeddedChannel busy = fixture.session();
    EmbeddedChannel other = fixture.session();
    // When
    fixture.deliver(busy, request("GET", "foo").repeat(6));
    EmbeddedChannel lower = fixture.connect(LOWER);
    fixture.deliver(other, request("GET", "a"));
    EmbeddedChannel upper = fixture.connect(UPPER);
    fixture.deliver(upper, "$-1\r\n");
    // Then
    assertThat(written(lower)).isEqualTo(request("GET", "foo").repeat(4));
    assertThat(busy.config().isAutoRead()).isFalse();
    assertThat(written(other)).isEqualTo("$-1\r\n");
    // When
    fixture.deliver(lower, "$-1\r\n".repeat(4));
    // Then
    assertThat(written(lower)).isEqualTo(request("GET", "foo").repeat(2));
    fixture.deliver(lower, "$-1\r\n".repeat(2));
    assertThat(written(busy)).isEqualTo("$-1\r\n".repeat(6));
  }

  @Test
  void fragmentsAreMergedInKeyOrderAndErrorsPassOn() {
    // Given
    EmbeddedChannel session = fixture.session();
    fixture.deliver(session, request("MGET", "foo", "a", "bar") + request("DEL", "a", "foo", "b"));
    EmbeddedChannel lower = fixture.connect(LOWER);
    EmbeddedChannel upper = fixture.connect(UPPER);
    assertThat(written(lower)).isEqualTo(request("MGET", "foo", "bar") + request("DEL", "foo"));
    assertThat(written(upper)).isEqualTo(request("MGET", "a") + request("DEL", "a", "b"));
    // When
    fixture.deliver(upper, "*1\r\n$1\r\nA\r\n:2\r\n");
    fixture.deliver(lower, "*2\r\n$-1\r\n$3\r\nBAR\r\n-LOADING Redis is loading\r\n");
    // Then
    assertThat(written(session))
        .isEqualTo("*3\r\n$-1\r\n$1\r\nA\r\n$3\r\nBAR\r\n-LOADING Redis is loading\r\n");
  }

  @Test
  void aRequestForAnotherSlotOvertakesAWaitingOneButItsReplyDoesNot() {
    // Given
    EmbeddedChannel session = fixture.session();
    fixture.install(new SlotRoute.Fenced(LOWER, false), LoopFixture.serving(UPPER));
    fixture.deliver(
        session, request("SET", "foo", "1") + request("GET", "a") + request("GET", "foo"));
    EmbeddedChannel upper = fixture.connect(UPPER);
    assertThat(written(upper)).isEqualTo(request("GET", "a"));
    fixture.deliver(upper, "$-1\r\n");
    assertThat(written(session)).isEmpty();
    // When
    fixture.install(LoopFixture.serving(UPPER), LoopFixture.serving(UPPER));
    // Then
    assertThat(written(upper)).isEqualTo(request("SET", "foo", "1") + request("GET", "foo"));
    fixture.deliver(upper, "+OK\r\n$1\r\n1\r\n");
    assertThat(written(session)).isEqualTo("+OK\r\n$-1\r\n$1\r\n1\r\n");
  }

  @Test
  void aClientThatLeavesWithRequestsWaitingLeavesNothingBehind() {
    // Given
    EmbeddedChannel session = fixture.session();
    fixture.install(new SlotRoute.Fenced(LOWER, false), LoopFixture.serving(UPPER));
    fixture.deliver(session, request("GET", "a") + request("SET", "foo", "1"));
    EmbeddedChannel upper = fixture.connect(UPPER);
    written(upper);
    // When
    LoopFixture.hangUp(session);
    fixture.deliver(upper, "$1\r\nx\r\n");
    fixture.install(LoopFixture.serving(UPPER), LoopFixture.serving(UPPER));
    // Then
    assertThat(written(upper)).isEmpty();
    assertThat(fixture.loop.snapshot().waiting().requests()).isZero();
  }
}

package io.vodis.proxy;

import static io.vodis.proxy.LoopFixture.LOWER;
import static io.vodis.proxy.LoopFixture.UPPER;
import static io.vodis.proxy.LoopFixture.read;
import static io.vodis.proxy.LoopFixture.request;
import static io.vodis.proxy.LoopFixture.writes;
import static io.vodis.proxy.LoopFixture.written;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.vodis.config.ByteSize;
import io.vodis.model.SlotRoute;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Transactions on one loop with scripted sockets. Keys: foo and bar on the lower, a on the upper.
 */
class TransactionsTest {

  private static final String ABORTED =
      "-EXECABORT Transaction discarded because of previous errors.\r\n";

  private LoopFixture fixture = new LoopFixture(Configs.listening("127.0.0.1:0", 1));

  @AfterEach
  void close() {
    fixture.close();
  }

  private static String transaction(String... frames) {
    return request("MULTI") + String.join("", frames) + request("EXEC");
  }

  @Test
  void nothingComesBetweenTheCommandsOfATransaction() {
    // Given
    EmbeddedChannel one = fixture.session();
    EmbeddedChannel two = fixture.session();
    String inside = request("SET", "foo", "1") + request("INCR", "foo");
    // When both are read before anything leaves
    read(one, request("MULTI") + request("SET", "foo", "1"));
    read(two, request("GET", "foo"));
    read(one, request("INCR", "foo") + request("EXEC") + request("GET", "foo"));
    read(two, request("GET", "foo"));
    fixture.iterate();
    EmbeddedChannel lower = fixture.connect(LOWER);
    // Then
    assertThat(writes(lower))
        .containsExactly(
            request("GET", "foo")
                + transaction(inside)
                + request("GET", "foo")
                + request("GET", "foo"));
    // When
    fixture.deliver(
        lower, "$1\r\n0\r\n+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n+OK\r\n:2\r\n$1\r\n2\r\n$1\r\n3\r\n");
    // Then
    assertThat(written(one))
        .isEqualTo("+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n+OK\r\n:2\r\n$1\r\n2\r\n");
    assertThat(written(two)).isEqualTo("$1\r\n0\r\n$1\r\n3\r\n");
  }

  @Test
  void aTransactionOfUnknownFateIsReportedOnce() {
    // Given
    EmbeddedChannel session = fixture.session();
    fixture.deliver(session, transaction(request("SET", "foo", "1")));
    EmbeddedChannel lower = fixture.connect(LOWER);
    written(session);
    // When
    fixture.deliver(lower, "+OK\r\n");
    LoopFixture.hangUp(lower);
    fixture.iterate();
    fixture.deliver(session, request("PING"));
    // Then
    assertThat(written(session))
        .startsWith("-ERR backend lower:1 was lost, the command may have been executed")
        .endsWith("\r\n+PONG\r\n")
        .hasLineCount(2);
  }

  @Test
  void aServerThatMayNotHaveEndedATransactionGetsNoOtherRequest() {
    // Given
    EmbeddedChannel session = fixture.session();
    fixture.deliver(session, transaction(request("SET", "foo", "1")));
    EmbeddedChannel lower = fixture.connect(LOWER);
    written(session);
    // When
    fixture.deliver(lower, "+OK\r\n+QUEUED\r\n-LOADING\r\n");
    // Then
    assertThat(written(session)).isEqualTo("-LOADING\r\n");
    assertThat(lower.isOpen()).isFalse();
  }

  @Test
  void anAbortByTheServerIsPassedOnWithItsReason() {
    // Given
    EmbeddedChannel session = fixture.session();
    fixture.deliver(session, transaction(request("SET", "foo", "1"), request("PING")));
    EmbeddedChannel lower = fixture.connect(LOWER);
    written(session);
    // When
    fixture.deliver(lower, "+OK\r\n-OOM no more\r\n" + ABORTED);
    // Then
    assertThat(written(session))
        .isEqualTo("-EXECABORT Transaction discarded because of: OOM no more\r\n");
    assertThat(lower.isOpen()).isTrue();
  }

  @Test
  void ofTwoSlotsNothingIsSent() {
    // Given
    EmbeddedChannel session = fixture.session();
    // When
    fixture.deliver(
        session, transaction(request("SET", "foo", "1"), request("MSET", "foo", "1", "a", "2")));
    // Then
    assertThat(written(session))
        .isEqualTo(
            "+OK\r\n+QUEUED\r\n-CROSSSLOT Keys in request don't hash to the same slot\r\n"
                + ABORTED);
  }

  @Test
  void aFencedSlotHoldsAWholeTransactionBack() {
    // Given
    fixture.install(new SlotRoute.Fenced(LOWER, false), LoopFixture.serving(UPPER));
    EmbeddedChannel session = fixture.session();
    fixture.deliver(session, transaction(request("SET", "foo", "1")) + request("GET", "foo"));
    assertThat(written(session)).isEqualTo("+OK\r\n+QUEUED\r\n");
    // When
    fixture.install(LoopFixture.serving(UPPER), LoopFixture.serving(UPPER));
    EmbeddedChannel upper = fixture.connect(UPPER);
    // Then
    assertThat(writes(upper))
        .containsExactly(transaction(request("SET", "foo", "1")) + request("GET", "foo"));
  }

  @Test
  void aFenceBreaksAWatchAndItsConnectionIsCleaned() {
    // Given
    EmbeddedChannel session = fixture.session();
    fixture.deliver(session, request("WATCH", "foo"));
    EmbeddedChannel own = fixture.connect(LOWER);
    assertThat(written(own)).isEqualTo(request("WATCH", "foo"));
    fixture.deliver(own, "+OK\r\n");
    // When
    fixture.install(new SlotRoute.Fenced(LOWER, false), LoopFixture.serving(UPPER));
    // Then
    assertThat(written(own)).isEqualTo(request("UNWATCH"));
    fixture.deliver(session, transaction(request("SET", "foo", "1")));
    assertThat(written(session)).isEqualTo("+OK\r\n+OK\r\n+QUEUED\r\n*-1\r\n");
  }

  @Test
  void requestsBehindAWatchAndBehindItsExecDoNotOvertake() {
    // Given
    EmbeddedChannel session = fixture.session();
    String inside = request("SET", "foo", "1");
    // When
    fixture.deliver(
        session,
        request("WATCH", "foo")
            + request("GET", "foo")
            + transaction(inside)
            + request("GET", "foo"));
    EmbeddedChannel own = fixture.connect(LOWER);
    assertThat(written(own)).isEqualTo(request("WATCH", "foo"));
    fixture.deliver(own, "+OK\r\n");
    EmbeddedChannel shared = fixture.connect(LOWER);
    assertThat(written(shared)).isEqualTo(request("GET", "foo"));
    assertThat(written(own)).isEmpty();
    fixture.deliver(shared, "$-1\r\n");
    // Then
    assertThat(written(own)).isEqualTo(transaction(inside));
    assertThat(written(shared)).isEmpty();
    fixture.deliver(own, "+OK\r\n+QUEUED\r\n*1\r\n+OK\r\n");
    assertThat(written(shared)).isEqualTo(request("GET", "foo"));
    fixture.deliver(shared, "$1\r\n1\r\n");
    assertThat(written(session))
        .isEqualTo("+OK\r\n$-1\r\n+OK\r\n+QUEUED\r\n*1\r\n+OK\r\n$1\r\n1\r\n");
  }

  @Test
  void aTransactionBeyondItsBoundsFails() {
    // Given
    fixture.close();
    SessionConfig defaults = SessionConfig.defaults();
    fixture =
        new LoopFixture(
            Configs.withSessions(
                new SessionConfig(
                    "",
                    defaults.sessionRecvTimeout(),
                    defaults.sessionSendTimeout(),
                    defaults.sessionMaxPipeline(),
                    defaults.sessionMaxOutput(),
                    defaults.sessionMaxRequest(),
                    2,
                    ByteSize.parse("1kb"),
                    defaults.sessionKeepalivePeriod(),
                    false)));
    EmbeddedChannel session = fixture.session();
    // When
    fixture.deliver(
        session,
        transaction(request("GET", "foo"), request("GET", "foo"), request("GET", "foo"))
            + transaction(request("SET", "foo", "x".repeat(1024))));
    // Then
    String tooLarge =
        "-ERR transaction is too large, see session_multi_max_commands and"
            + " session_multi_max_size\r\n";
    assertThat(written(session))
        .isEqualTo(
            "+OK\r\n+QUEUED\r\n+QUEUED\r\n" + tooLarge + ABORTED + "+OK\r\n" + tooLarge + ABORTED);
  }

  @Test
  void errorsAreInTheWordsOfRedis7() {
    // Given
    EmbeddedChannel session = fixture.session();
    // When
    fixture.deliver(
        session,
        request("EXEC")
            + request("DISCARD")
            + request("MULTI")
            + request("MULTI")
            + request("WATCH", "foo")
            + request("EXEC", "too", "many")
            + request("EXEC")
            + transaction(request("NOSUCH", "x"))
            + transaction(request("GET"))
            + transaction(request("CLIENT", "NOSUCH"))
            + transaction(request("SHUTDOWN"))
            + transaction(request("REPLICAOF", "no", "one"))
            + transaction(request("MSET", "foo"))
            + transaction(request("MSET", "foo", "1", "2")));
    for (int unknown = 0; unknown < 2; unknown++) {
      // No server says what it is.
      fixture.pass(Duration.ofSeconds(5));
      fixture.loop.tick();
      fixture.iterate();
    }
    // Then
    assertThat(written(session).replace("\r\n", "\n"))
        .isEqualTo(
            """
            -ERR EXEC without MULTI
            -ERR DISCARD without MULTI
            +OK
            -ERR MULTI calls can not be nested
            -ERR WATCH inside MULTI is not allowed
            -EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command
            -ERR EXEC without MULTI
            +OK
            -ERR unknown command 'NOSUCH', with args beginning with: 'x'\s
            -EXECABORT Transaction discarded because of previous errors.
            +OK
            -ERR wrong number of arguments for 'get' command
            -EXECABORT Transaction discarded because of previous errors.
            +OK
            -ERR unknown subcommand 'NOSUCH'. Try CLIENT HELP.
            -EXECABORT Transaction discarded because of previous errors.
            +OK
            -ERR Command not allowed inside a transaction
            -EXECABORT Transaction discarded because of previous errors.
            +OK
            -NOPERM command 'replicaof' is not allowed through this proxy
            -EXECABORT Transaction discarded because of previous errors.
            +OK
            -ERR wrong number of arguments for 'mset' command
            -EXECABORT Transaction discarded because of previous errors.
            +OK
            +QUEUED
            *1
            -ERR wrong number of arguments for 'mset' command
            """);
  }
}

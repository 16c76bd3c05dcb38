package io.vodis.proxy;

import static io.vodis.proxy.LoopFixture.LOWER;
import static io.vodis.proxy.LoopFixture.UPPER;
import static io.vodis.proxy.LoopFixture.request;
import static io.vodis.proxy.LoopFixture.written;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.vodis.model.SlotRoute;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests that wait, on one loop with scripted sockets. Key foo lives on the lower server. */
class BlockingTest {

  private static final String UNBLOCK = request("CLIENT", "UNBLOCK", "7", "TIMEOUT");

  private final LoopFixture fixture = new LoopFixture(Configs.listening("127.0.0.1:0", 1));

  @AfterEach
  void close() {
    fixture.close();
  }

  private EmbeddedChannel blocked(EmbeddedChannel session, String... words) {
    fixture.deliver(session, request(words));
    EmbeddedChannel own = fixture.connect(LOWER);
    assertThat(written(own)).isEqualTo(request("CLIENT", "ID") + request(words));
    fixture.deliver(own, ":7\r\n");
    return own;
  }

  private void fence() {
    fixture.install(new SlotRoute.Fenced(LOWER, false), LoopFixture.serving(UPPER));
  }

  @Test
  void anUnblockThatCameTooEarlyIsRepeatedAndNoneHitsTheNextUser() {
    // Given
    EmbeddedChannel session = fixture.session();
    EmbeddedChannel own = blocked(session, "BLPOP", "foo", "0");
    // When
    fence();
    EmbeddedChannel shared = fixture.connect(LOWER);
    assertThat(written(shared)).isEqualTo(UNBLOCK);
    fixture.deliver(shared, ":0\r\n");
    fixture.loop.tick();
    fixture.iterate();
    // Then
    assertThat(written(shared)).isEqualTo(UNBLOCK);
    // When the element comes first
    fixture.deliver(own, "*2\r\n$3\r\nfoo\r\n$1\r\na\r\n");
    assertThat(written(session)).isEqualTo("*2\r\n$3\r\nfoo\r\n$1\r\na\r\n");
    fixture.install(LoopFixture.serving(LOWER), LoopFixture.serving(UPPER));
    EmbeddedChannel next = fixture.session();
    fixture.deliver(next, request("BLPOP", "foo", "0"));
    // Then another connection is taken, for the last CLIENT UNBLOCK has not been answered
    assertThat(written(own)).isEmpty();
    written(fixture.connect(LOWER));
    fixture.deliver(shared, ":0\r\n");
    fixture.deliver(next, "");
    EmbeddedChannel third = fixture.session();
    fixture.deliver(third, request("BLPOP", "foo", "0"));
    assertThat(written(own)).isEqualTo(request("BLPOP", "foo", "0"));
  }

  @Test
  void whoWasUnblockedByAFenceWaitsAtTheNextOwnerForTheTimeThatIsLeft() {
    // Given
    EmbeddedChannel session = fixture.session();
    EmbeddedChannel own = blocked(session, "BLPOP", "foo", "10");
    fence();
    EmbeddedChannel shared = fixture.connect(LOWER);
    fixture.deliver(shared, ":1\r\n");
    fixture.pass(Duration.ofMillis(2500));
    fixture.deliver(own, "*-1\r\n");
    assertThat(written(session)).isEmpty();
    // When
    fixture.install(LoopFixture.serving(UPPER), LoopFixture.serving(UPPER));
    EmbeddedChannel upper = fixture.connect(UPPER);
    // Then
    assertThat(written(upper))
        .isEqualTo(request("CLIENT", "ID") + request("BLPOP", "foo", "7.500"));
    fixture.deliver(upper, ":9\r\n*-1\r\n");
    assertThat(written(session)).isEqualTo("*-1\r\n");
  }

  @Test
  void theTimeRunsOutAlsoWhileASlotIsFenced() {
    // Given
    fence();
    EmbeddedChannel session = fixture.session();
    fixture.deliver(session, request("BLPOP", "foo", "1") + request("PING"));
    // When
    fixture.pass(Duration.ofMillis(1100));
    fixture.loop.tick();
    fixture.iterate();
    // Then
    assertThat(written(session)).isEqualTo("*-1\r\n+PONG\r\n");
    // And nothing is left of it
    fixture.install(LoopFixture.serving(UPPER), LoopFixture.serving(UPPER));
    fixture.deliver(session, request("GET", "foo"));
    assertThat(written(fixture.connect(UPPER))).isEqualTo(request("GET", "foo"));
  }

  @Test
  void aServerMayBeSilentForAsLongAsItWasAskedTo() {
    // Given
    EmbeddedChannel session = fixture.session();
    EmbeddedChannel own = blocked(session, "BLPOP", "foo", "600");
    // When
    fixture.pass(Duration.ofSeconds(599));
    fixture.loop.tick();
    fixture.iterate();
    // Then
    assertThat(own.isOpen()).isTrue();
    // When
    fixture.pass(Duration.ofSeconds(60));
    fixture.loop.tick();
    fixture.iterate();
    // Then
    assertThat(own.isOpen()).isFalse();
    assertThat(written(session)).contains("may have been executed");
  }

  @Test
  void aReplyThatThePrimaryBecameAReplicaSendsItToTheNextOwner() {
    // Given
    EmbeddedChannel session = fixture.session();
    EmbeddedChannel own = blocked(session, "BLPOP", "foo", "0");
    // When
    fixture.deliver(
        own,
        "-UNBLOCKED force unblock from blocking operation, instance state changed (master ->"
            + " replica?)\r\n");
    // Then
    assertThat(written(session)).isEmpty();
  }

  @Test
  void aClientThatEndsItsSideIsNotWaitedFor() {
    // Given
    EmbeddedChannel session = fixture.session();
    EmbeddedChannel own = blocked(session, "BLPOP", "foo", "0");
    // When
    LoopFixture.hangUp(session);
    fixture.iterate();
    // Then
    assertThat(own.isOpen()).isFalse();
  }
}

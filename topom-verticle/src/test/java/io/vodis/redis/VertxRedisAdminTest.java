package io.vodis.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vodis.redis.RedisAdminException.Kind;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The adapter against real servers; it is here because the servers of tests are not below it. */
class VertxRedisAdminTest {

  private static final String PASSWORD = "pass word";
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(300);

  private Vertx vertx;
  private RedisProcess server;
  private VertxRedisAdmin admin;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
    server = RedisProcess.builder().password(PASSWORD).start();
    admin = new VertxRedisAdmin(vertx, ServerAccess.withPassword(PASSWORD), "vodis:test");
  }

  @AfterEach
  void stop() {
    admin.close();
    server.close();
    vertx.close().await();
  }

  private static void fails(Kind kind, String words, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            RedisAdminException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessageContaining(words);
  }

  @Test
  void tellsWhatTheServerIs() {
    // Given
    admin.call(server.address(), 3, TIMEOUT, Replies.command("SET", "k", "v"));

    // When
    ServerStatus status = admin.status(server.address(), TIMEOUT);

    // Then
    assertThat(status.primary()).isTrue();
    assertThat(status.linkUp()).isTrue();
    assertThat(status.keysByDatabase()).containsExactlyEntriesOf(java.util.Map.of(3, 1L));
    assertThat(status.version()).matches("[0-9.]+");
  }

  @Test
  void aRefusedPasswordIsToldInTheServersWords() {
    try (VertxRedisAdmin wrong =
        new VertxRedisAdmin(vertx, ServerAccess.withPassword("wrong"), "")) {
      fails(Kind.REFUSED, "WRONGPASS", () -> wrong.ping(server.address(), TIMEOUT));
    }
    try (VertxRedisAdmin none = new VertxRedisAdmin(vertx, ServerAccess.withPassword(""), "x")) {
      fails(Kind.REFUSED, ": NOAUTH", () -> none.ping(server.address(), TIMEOUT));
    }
  }

  @Test
  void anErrorReplyIsThrownAndTheConnectionGoesOn() {
    fails(
        Kind.REFUSED,
        "unknown command",
        () -> admin.call(server.address(), 0, TIMEOUT, Replies.command("NONSENSE")));
    admin.ping(server.address(), TIMEOUT);
  }

  @Test
  void aStoppedServerCostsATimeoutAndIsReachedAgainWhenItGoesOn() {
    // Given
    admin.ping(server.address(), TIMEOUT);
    server.pause();

    // When Then
    fails(Kind.NO_ANSWER, "no answer", () -> admin.ping(server.address(), SHORT));
    fails(Kind.UNREACHABLE, "not connected", () -> admin.ping(server.address(), SHORT));
    server.resume();
    admin.ping(server.address(), TIMEOUT);
  }

  @Test
  void aRestartedServerIsReachedAgain() {
    // Given
    admin.ping(server.address(), TIMEOUT);

    // When
    server.kill();

    // Then
    Poll.until(TIMEOUT, "unreachable", () -> !answers());
    fails(Kind.UNREACHABLE, "refused", () -> admin.ping(server.address(), TIMEOUT));
    server.restart();
    Poll.until(TIMEOUT, "reachable", this::answers);
  }

  private boolean answers() {
    try {
      admin.ping(server.address(), TIMEOUT);
      return true;
    } catch (RedisAdminException e) {
      return false;
    }
  }

  @Test
  void endsConnectionsByName() {
    // Given
    try (VertxRedisAdmin victim =
        new VertxRedisAdmin(vertx, ServerAccess.withPassword(PASSWORD), "vodis:proxy:a1")) {
      victim.ping(server.address(), TIMEOUT);
      victim.call(server.address(), 1, TIMEOUT, Replies.command("PING"));

      // When
      int ended = admin.killClients(server.address(), "vodis:proxy:a", TIMEOUT);

      // Then
      assertThat(ended).isEqualTo(2);
      assertThat(admin.killClients(server.address(), "vodis:proxy:a", TIMEOUT)).isZero();
    }
  }

  @Test
  void makesAServerAReplicaAndAPrimaryAgain() {
    try (RedisProcess other = RedisProcess.builder().password(PASSWORD).start()) {
      // When
      admin.replicate(other.address(), server.address(), TIMEOUT);

      // Then
      Poll.until(TIMEOUT, "the link", () -> admin.status(other.address(), TIMEOUT).linkUp());
      ServerStatus status = admin.status(other.address(), TIMEOUT);
      assertThat(status.primary()).isFalse();
      assertThat(status.upstream()).isEqualTo(server.address());

      // When
      admin.promote(other.address(), TIMEOUT);

      // Then
      assertThat(admin.status(other.address(), TIMEOUT).primary()).isTrue();
    }
  }

  @Test
  void answersManyCommandsInTheirPlaces() {
    // When
    List<Reply> replies =
        admin.callAll(
            server.address(),
            0,
            TIMEOUT,
            List.of(
                Replies.command("SET", "k", "v"),
                Replies.command("GET", "k"),
                Replies.command("GET", "none"),
                Replies.command("DBSIZE")));

    // Then
    assertThat(Replies.text(replies.get(1))).isEqualTo("v");
    assertThat(replies.get(2)).isEqualTo(new Reply.Null());
    assertThat(Replies.number(replies.get(3), -1)).isEqualTo(1);
  }
}

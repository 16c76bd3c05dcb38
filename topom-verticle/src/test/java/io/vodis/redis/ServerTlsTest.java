package io.vodis.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vodis.config.ProductConfig;
import io.vodis.config.ServerTlsConfig;
import io.vodis.redis.RedisAdminException.Kind;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.TestCertificate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Calls over TLS, signed in as an ACL user, to real servers. */
class ServerTlsTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final String USER = "vodis";
  private static final String PASSWORD = "s3cret";

  private static Vertx vertx;
  private static TestCertificate certificate;
  private static TestCertificate stranger;

  @BeforeAll
  static void make() {
    vertx = Vertx.vertx();
    certificate = TestCertificate.ofLoopback();
    stranger = TestCertificate.of("elsewhere.example.org");
  }

  @AfterAll
  static void end() {
    certificate.close();
    stranger.close();
    vertx.close().await();
  }

  private static RedisProcess.Builder server(TestCertificate shown) {
    return RedisProcess.builder()
        .tls(shown)
        .option("user", USER, "on", ">" + PASSWORD, "~*", "&*", "+@all");
  }

  private static VertxRedisAdmin admin(TestCertificate ca, boolean verifyHost) {
    return admin(
        new ServerTlsConfig(
            true,
            ca.cert().toString(),
            certificate.cert().toString(),
            certificate.key().toString(),
            verifyHost));
  }

  private static VertxRedisAdmin admin(ServerTlsConfig tls) {
    return new VertxRedisAdmin(
        vertx,
        ServerAccess.of(new ProductConfig("shop", PASSWORD, USER, List.of(), tls)),
        "vodis:test");
  }

  @Test
  void callsAndSessionsSpeakTls() {
    try (RedisProcess server = server(certificate).start();
        VertxRedisAdmin admin = admin(certificate, true)) {
      // When
      String who =
          Replies.text(
              admin.call(server.tlsAddress(), 0, TIMEOUT, Replies.command("ACL", "WHOAMI")));
      try (RedisSession session = admin.open(server.tlsAddress(), 1, TIMEOUT)) {
        byte[] large = new byte[3 << 20];
        Arrays.fill(large, (byte) 'x');
        session.set(
            TIMEOUT,
            "k".getBytes(StandardCharsets.US_ASCII),
            large.length,
            at -> Arrays.copyOfRange(large, (int) at, (int) Math.min(at + 100_000, large.length)));

        // Then
        assertThat(Replies.bytes(session.call(TIMEOUT, Replies.command("GET", "k"))))
            .isEqualTo(large);
      }
      assertThat(who).isEqualTo(USER);
    }
  }

  @Test
  void aSilentServerCostsASessionATimeout() {
    try (RedisProcess server = server(certificate).start();
        VertxRedisAdmin admin = admin(certificate, true);
        RedisSession session = admin.open(server.tlsAddress(), 0, TIMEOUT)) {
      server.pause();

      assertThatThrownBy(() -> session.call(Duration.ofMillis(200), Replies.command("PING")))
          .isInstanceOfSatisfying(
              RedisAdminException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NO_ANSWER));
      assertThatThrownBy(() -> admin.open(server.tlsAddress(), 0, Duration.ofMillis(200)))
          .isInstanceOfSatisfying(
              RedisAdminException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE));
      server.resume();
    }
  }

  @Test
  void aServerThatIsNotWhoItShouldBeIsNotSpokenTo() {
    try (RedisProcess unknown = server(stranger).option("tls-auth-clients", "no").start();
        RedisProcess known = server(certificate).start()) {
      refused(certificate, true, unknown); // Not of this authority.
      refused(stranger, true, unknown); // Of this authority, but for another host.
      refused(stranger, true, known);
    }
  }

  private static void refused(TestCertificate ca, boolean verifyHost, RedisProcess server) {
    try (VertxRedisAdmin admin = admin(ca, verifyHost)) {
      assertThatThrownBy(() -> admin.ping(server.tlsAddress(), TIMEOUT))
          .isInstanceOfSatisfying(
              RedisAdminException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE));
      assertThatThrownBy(() -> admin.open(server.tlsAddress(), 0, TIMEOUT))
          .isInstanceOfSatisfying(
              RedisAdminException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE));
    }
  }

  @Test
  void theNameInACertificateNeedNotBeLookedAt() {
    try (RedisProcess server = server(stranger).option("tls-auth-clients", "no").start();
        VertxRedisAdmin admin =
            admin(new ServerTlsConfig(true, stranger.cert().toString(), "", "", false));
        RedisSession session = admin.open(server.tlsAddress(), 0, TIMEOUT)) {
      admin.ping(server.tlsAddress(), TIMEOUT);
      assertThat(Replies.text(session.call(TIMEOUT, Replies.command("PING")))).isEqualTo("PONG");
    }
  }

  @Test
  void aReplicaFollowsOverTlsAsTheSameUser() {
    try (RedisProcess primary = server(certificate).password("other").start();
        RedisProcess replica = server(certificate).start();
        VertxRedisAdmin admin = admin(certificate, true)) {
      // When
      admin.replicate(replica.tlsAddress(), primary.tlsAddress(), TIMEOUT);

      // Then
      Poll.until(
          TIMEOUT,
          () -> "the replica is in sync\n" + replica.log(),
          () -> admin.status(replica.tlsAddress(), TIMEOUT).linkUp());
      assertThat(admin.status(replica.tlsAddress(), TIMEOUT).upstream())
          .isEqualTo(primary.tlsAddress());
    }
  }
}

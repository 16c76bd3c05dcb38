package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vodis.lifecycle.ConfigReload;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A proxy that is told to end, and one that reads its configuration again. */
class DrainAndReloadIT {

  @Test
  void clientsFinishWhatTheyHaveBegunAndIdleOnesAreClosedAtOnce() throws Exception {
    try (RedisProcess server = RedisProcess.start();
        Planes planes = Planes.start(2)) {
      // Given
      planes.installAll(Planes.serving(server.address()));
      try (RespClient idle = planes.client();
          RespClient busy = planes.client()) {
        idle.expect("PING");
        busy.expect("MULTI");
        busy.expect("SET", "drained", "1");
        // When
        Future<Void> closed = planes.plane.close(Duration.ofSeconds(20));
        // Then
        assertThat(idle.isClosedByPeer()).isTrue();
        Awaitility.await()
            .atMost(Duration.ofSeconds(5))
            .untilAsserted(
                () ->
                    assertThatThrownBy(() -> ping(planes))
                        .isInstanceOf(UncheckedIOException.class));
        assertThat(closed.isComplete()).isFalse();
        assertThat(busy.expect("EXEC")).isEqualTo(List.of("OK"));
        assertThat(busy.isClosedByPeer()).isTrue();
        closed.await(10, TimeUnit.SECONDS);
      }
    }
  }

  private static void ping(Planes planes) {
    try (RespClient late = planes.client()) {
      late.expect("PING");
    }
  }

  @Test
  void aClientThatDoesNotComeToAnEndIsClosedAtTheBound() throws Exception {
    try (RedisProcess server = RedisProcess.start();
        Planes planes = Planes.start(1)) {
      planes.installAll(Planes.serving(server.address()));
      try (RespClient endless = planes.client()) {
        endless.expect("MULTI");
        // When
        planes.plane.close(Duration.ofMillis(300)).await(10, TimeUnit.SECONDS);
        // Then
        assertThat(endless.isClosedByPeer()).isTrue();
      }
    }
  }

  @Test
  void whatCanChangeWhileItRunsDoesAndTheRestIsNamed() throws Exception {
    try (RedisProcess server = RedisProcess.start();
        Planes planes = Planes.start(2)) {
      // Given
      planes.installAll(Planes.serving(server.address()));
      ProxyConfig started = Configs.listening("127.0.0.1:0", 2);
      SessionConfig open = started.session();
      ConfigReload<ProxyConfig> reloading = planes.reloading(started);
      ProxyConfig changed =
          Planes.withSlots(
              Planes.withPasswords(started, "other", Configs.withPassword(open, "new")),
              started.slot());
      reloading.from(() -> changed);
      try (RespClient before = planes.client()) {
        before.expect("SET", "reload", "1");
        // When
        String report = reloading.reload();
        // Then
        assertThat(report).isEqualTo("in force now: session_auth; needs a restart: product_auth");
        Awaitility.await()
            .atMost(Duration.ofSeconds(5))
            .untilAsserted(
                () -> {
                  try (RespClient after = planes.client()) {
                    assertThat(after.call("GET", "reload"))
                        .isEqualTo(new RespError("NOAUTH Authentication required."));
                    assertThat(after.call("AUTH", "new")).isEqualTo("OK");
                  }
                });
        assertThat(before.call("GET", "reload")).isEqualTo("1");
        assertThat(reloading.reload())
            .isEqualTo("in force now: nothing; needs a restart: product_auth");
      }
    }
  }
}

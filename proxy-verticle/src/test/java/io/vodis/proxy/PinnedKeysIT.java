package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.config.ByteSize;
import io.vodis.model.PinnedKey;
import io.vodis.model.PinnedKey.Phase;
import io.vodis.model.SlotRoute;
import io.vodis.proxy.dispatch.CrossSlot;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys that stay on the source of a slot that moves. */
class PinnedKeysIT {

  private static final PinnedKey PINNED =
      PinnedKey.served(0, "{t}big".getBytes(StandardCharsets.UTF_8));
  private static final Duration SILENCE = Duration.ofMillis(150);

  private RedisProcess source;
  private RedisProcess target;
  private Planes planes;
  private RespClient client;

  @BeforeEach
  void start() throws Exception {
    source = RedisProcess.start();
    target = RedisProcess.start();
    SlotConfig slots =
        new SlotConfig(
            Duration.ofMillis(1500),
            1000,
            ByteSize.ofMib(1),
            16,
            Duration.ofMillis(500),
            Duration.ofMillis(50),
            CrossSlot.DENY);
    planes = Planes.start(2, config -> Planes.withSlots(config, slots));
    planes.installAll(Planes.serving(source.address()));
    client = planes.client();
    client.expect("RPUSH", "{t}big", "1", "2", "3");
    client.expect("SET", "{t}small", "s");
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    planes.close();
    source.close();
    target.close();
  }

  private void pinned(Phase phase) throws Exception {
    planes.installAll(
        new SlotRoute.Migrating(
            source.address(), target.address(), false, List.of(PINNED.in(phase))));
  }

  private void unpinned() throws Exception {
    planes.installAll(new SlotRoute.Migrating(source.address(), target.address()));
  }

  @Test
  void aPinnedKeyIsUsedOnTheSourceAndTheOthersOnTheTarget() throws Exception {
    // When
    pinned(Phase.SERVED);
    // Then
    assertThat(client.call("RPUSH", "{t}big", "4")).isEqualTo(4L);
    assertThat(client.call("GET", "{t}small")).isEqualTo("s");
    assertThat(source.call("LLEN", "{t}big")).isEqualTo(4L);
    assertThat(target.call("EXISTS", "{t}big")).isEqualTo(0L);
    assertThat(target.call("EXISTS", "{t}small")).isEqualTo(1L);
    // Also in a transaction, watched, and by a request that waits
    client.expect("WATCH", "{t}big");
    client.expect("MULTI");
    client.expect("RPUSH", "{t}big", "5");
    assertThat(client.call("EXEC")).isEqualTo(List.of(5L));
    assertThat(client.call("BLPOP", "{t}big", "1")).isEqualTo(List.of("{t}big", "1"));
    assertThat(source.call("LLEN", "{t}big")).isEqualTo(4L);
    // And its name in another database is another key
    client.expect("SELECT", "1");
    client.expect("SET", "{t}big", "other");
    try (RespClient direct = target.client()) {
      direct.expect("SELECT", "1");
      assertThat(direct.call("GET", "{t}big")).isEqualTo("other");
    }
  }

  @Test
  void whileItIsCopiedItIsReadAndNotWritten() throws Exception {
    // Given
    pinned(Phase.COPYING);
    // When
    client.send("RPUSH", "{t}big", "4");
    client.flush();
    // Then
    try (RespClient other = planes.client()) {
      Poll.pass(SILENCE);
      assertThat(other.call("LRANGE", "{t}big", "0", "-1")).isEqualTo(List.of("1", "2", "3"));
      assertThat(other.call("EXISTS", "{t}big")).isEqualTo(1L);
      assertThat(other.call("SET", "{t}other", "o")).isEqualTo("OK");
    }
    // When the copy has taken its place
    pinned(Phase.FENCED);
    target.call("RPUSH", "{t}big", "1", "2", "3");
    source.call("DEL", "{t}big");
    unpinned();
    // Then
    assertThat(client.receive()).isEqualTo(4L);
    assertThat(target.call("LLEN", "{t}big")).isEqualTo(4L);
    assertThat(source.call("DBSIZE")).isEqualTo(1L);
  }

  @Test
  void whatWaitsTooLongForItIsToldToTryAgain() throws Exception {
    pinned(Phase.FENCED);
    RespError tryAgain = new RespError("TRYAGAIN Multiple keys request during rehashing of slot");
    assertThat(client.call("LLEN", "{t}big")).isEqualTo(tryAgain);
    pinned(Phase.SERVED);
    assertThat(client.call("MGET", "{t}big", "{t}small")).isEqualTo(tryAgain);
    assertThat(client.call("LLEN", "{t}big")).isEqualTo(3L);
  }

  @Test
  void aKeyThatIsGivenBackIsServedAtOnce() throws Exception {
    // Given
    pinned(Phase.FENCED);
    client.send("RPOP", "{t}big");
    client.flush();
    Poll.pass(SILENCE);
    // When
    pinned(Phase.SERVED);
    // Then
    assertThat(client.receive()).isEqualTo("3");
    assertThat(source.call("LLEN", "{t}big")).isEqualTo(2L);
  }

  @Test
  void aBlockedRequestGoesWhereTheKeyGoes() throws Exception {
    // Given a stream on which somebody waits
    client.expect("DEL", "{t}big");
    client.expect("XADD", "{t}big", "1-1", "f", "v");
    pinned(Phase.SERVED);
    client.send("XREAD", "BLOCK", "20000", "STREAMS", "{t}big", "$");
    client.flush();
    Poll.pass(SILENCE);
    // When it moves
    pinned(Phase.COPYING);
    pinned(Phase.FENCED);
    target.call("XADD", "{t}big", "1-1", "f", "v");
    source.call("DEL", "{t}big");
    unpinned();
    // Then
    try (RespClient other = planes.client()) {
      other.expect("XADD", "{t}big", "2-1", "f", "w");
    }
    assertThat(String.valueOf(client.receive())).contains("2-1");
  }

  @Test
  void aCopyIsNoKeyForClients() throws Exception {
    // Given
    pinned(Phase.COPYING);
    target.call("SET", "__vodis:copy:{t}big", "half of it");
    // When
    List<?> scanned = client.expectList("SCAN", "0", "COUNT", "100");
    // Then
    assertThat(client.expectList("KEYS", "*").toString()).doesNotContain("__vodis");
    assertThat(scanned.toString()).doesNotContain("__vodis");
  }
}

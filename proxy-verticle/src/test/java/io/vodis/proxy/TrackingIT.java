package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.RespPush;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** CLIENT TRACKING over two real servers. */
class TrackingIT {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final RespPush FORGET_ALL = new RespPush(Arrays.asList("invalidate", null));

  private static RedisProcess lower;
  private static RedisProcess upper;
  private Planes planes;

  @BeforeAll
  static void startServers() {
    lower = RedisProcess.start();
    upper = RedisProcess.start();
  }

  @AfterAll
  static void stopServers() {
    lower.close();
    upper.close();
  }

  @BeforeEach
  void startPlane() throws Exception {
    lower.call("FLUSHALL");
    upper.call("FLUSHALL");
    planes = Planes.start(2);
    planes.installHalves(lower.address(), upper.address());
  }

  @AfterEach
  void stopPlane() throws Exception {
    planes.close();
  }

  private static RespPush invalidated(String key) {
    return new RespPush(List.of("invalidate", List.of(key)));
  }

  private RespClient tracking(String... options) {
    RespClient client = planes.client();
    client.expect("HELLO", "3");
    String[] command = new String[3 + options.length];
    command[0] = "CLIENT";
    command[1] = "TRACKING";
    command[2] = "ON";
    System.arraycopy(options, 0, command, 3, options.length);
    client.expect(command);
    return client;
  }

  @Test
  void whatWasReadIsInvalidatedOfWhicheverServer() {
    try (RespClient reader = tracking();
        RespClient writer = planes.client()) {
      // Given
      for (int i = 0; i < 20; i++) {
        assertThat(reader.call("GET", "key" + i)).isNull();
      }
      reader.expect("MGET", "m0", "m1", "m2", "m3", "m4", "m5");
      // When / Then
      for (int i = 0; i < 20; i++) {
        writer.expect("SET", "key" + i, "1");
        assertThat(reader.receive()).isEqualTo(invalidated("key" + i));
      }
      for (int i = 0; i < 6; i++) {
        writer.expect("SET", "m" + i, "1");
        assertThat(reader.receive()).isEqualTo(invalidated("m" + i));
      }
      writer.expect("SET", "key0", "2");
      assertThat(reader.call("GET", "key0")).isEqualTo("2");
    }
  }

  @Test
  void anOwnWriteIsNotToldWithNoloop() {
    try (RespClient reader = tracking("NOLOOP");
        RespClient writer = planes.client()) {
      reader.expect("GET", "foo");
      reader.expect("SET", "foo", "1");
      assertThat(reader.call("GET", "foo")).isEqualTo("1");
      writer.expect("SET", "foo", "2");
      assertThat(reader.receive()).isEqualTo(invalidated("foo"));
    }
  }

  @Test
  void broadcastTellsOfKeysThatNobodyRead() {
    try (RespClient reader = tracking("BCAST", "PREFIX", "user:");
        RespClient writer = planes.client()) {
      // Given
      Poll.until(SOON, "connected", () -> connections(lower) >= 1 && connections(upper) >= 1);
      // When
      for (int i = 0; i < 10; i++) {
        writer.expect("SET", "other:" + i, "1");
        writer.expect("SET", "user:" + i, "1");
        // Then
        assertThat(reader.receive()).isEqualTo(invalidated("user:" + i));
      }
    }
  }

  private static long connections(RedisProcess server) {
    return String.valueOf(server.call("CLIENT", "LIST"))
        .lines()
        .filter(line -> line.contains("flags=tB") || line.contains("flags=Bt"))
        .count();
  }

  @Test
  void allIsForgottenWhenSlotsMoveOrAServerIsLost() throws Exception {
    try (RespClient reader = tracking();
        RespClient writer = planes.client()) {
      // Given
      reader.expect("GET", "foo");
      // When
      install(new SlotRoute.Fenced(lower.address(), false, List.of(upper.address())));
      install(new SlotRoute.Migrating(lower.address(), upper.address()));
      // Then
      assertThat(reader.receive()).isEqualTo(FORGET_ALL);
      install(Planes.serving(upper.address()));
      assertThat(reader.receive()).isEqualTo(FORGET_ALL);
      reader.send("GET", "foo");
      reader.flush();
      assertThat(butForgetting(reader)).isNull();
      writer.expect("SET", "foo", "1");
      assertThat(butForgetting(reader)).isEqualTo(invalidated("foo"));
      upper.call("CLIENT", "KILL", "TYPE", "normal");
      assertThat(reader.receive()).isEqualTo(FORGET_ALL);
      reader.send("GET", "foo");
      reader.flush();
      assertThat(butForgetting(reader)).isEqualTo("1");
    }
  }

  /** The connection to the server that serves nothing any more ends at some time, which is told. */
  private static @org.jspecify.annotations.Nullable Object butForgetting(RespClient client) {
    Object frame = client.receive();
    while (FORGET_ALL.equals(frame)) {
      frame = client.receive();
    }
    return frame;
  }

  private void install(SlotRoute low) throws Exception {
    planes
        .install(
            List.of(
                new SlotRange(0, 511, low),
                new SlotRange(512, 1023, Planes.serving(upper.address()))))
        .await(10, TimeUnit.SECONDS);
  }

  @Test
  void itIsToldAboutAndEnds() {
    try (RespClient reader = tracking("BCAST", "NOLOOP");
        RespClient writer = planes.client()) {
      assertThat(String.valueOf(reader.call("CLIENT", "TRACKINGINFO")))
          .isEqualTo("{flags=[on, bcast, noloop], redirect=0, prefixes=[]}");
      assertThat(reader.call("CLIENT", "GETREDIR")).isEqualTo(0L);
      assertThat(reader.call("CLIENT", "TRACKING", "ON")).isInstanceOf(RespError.class);
      reader.expect("CLIENT", "TRACKING", "OFF");
      assertThat(reader.call("CLIENT", "GETREDIR")).isEqualTo(-1L);
      writer.expect("SET", "foo", "1");
      assertThat(reader.call("GET", "foo")).isEqualTo("1");
      assertThat(String.valueOf(writer.call("CLIENT", "TRACKING", "ON"))).contains("needs RESP3");
      assertThat(writer.call("CLIENT", "TRACKING", "ON", "PREFIX", "x"))
          .isEqualTo(new RespError("ERR PREFIX option requires BCAST mode to be enabled"));
    }
    for (RedisProcess server : List.of(lower, upper)) {
      Poll.until(SOON, "nothing is left", () -> connections(server) == 0);
    }
  }
}

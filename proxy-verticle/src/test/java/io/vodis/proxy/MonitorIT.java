package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.config.ByteSize;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** MONITOR over two loops, and clients that take too little of what they listen to. */
class MonitorIT {

  private static final Duration SOON = Duration.ofSeconds(20);

  private static RedisProcess server;
  private Planes planes;

  @BeforeAll
  static void startServer() {
    server = RedisProcess.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void startPlane() throws Exception {
    planes =
        Planes.start(
            2,
            config ->
                Configs.withPubSub(
                    config,
                    new PubSubConfig(
                        100,
                        1000,
                        2,
                        2,
                        ByteSize.ofMib(4),
                        ByteSize.ofMib(1),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(2))));
    planes.installAll(Planes.serving(server.address()));
  }

  @AfterEach
  void stopPlane() throws Exception {
    planes.close();
  }

  /** A line without its time and its address. */
  private static String shown(@Nullable Object line) {
    return String.valueOf(line).replaceFirst("^\\d+\\.\\d{6} \\[(\\d+) [^]]*:\\d+]", "[$1]");
  }

  @Test
  void requestsOfAllLoopsAreShownAsRedisShowsThem() {
    try (RespClient monitor = planes.client();
        RespClient one = planes.client();
        RespClient two = planes.client()) {
      // Given
      assertThat(monitor.call("MONITOR")).isEqualTo("OK");
      // When / Then
      one.expect("SET", "foo", "a \"b\" \\\\ \n\r\t\u0001");
      assertThat(shown(monitor.receive()))
          .isEqualTo("[0] \"SET\" \"foo\" \"a \\\"b\\\" \\\\\\\\ \\n\\r\\t\\x01\"");
      two.expect("SELECT", "3");
      assertThat(shown(monitor.receive())).startsWith("[").endsWith("\"SELECT\" \"3\"");
      two.expect("MGET", "a", "b");
      assertThat(shown(monitor.receive())).isEqualTo("[3] \"MGET\" \"a\" \"b\"");
      one.call("HELLO", "3", "AUTH", "default", "secret");
      one.call("NOSUCH");
      one.call("GET");
      two.expect("SELECT", "0");
      assertThat(shown(monitor.receive()))
          .isEqualTo("[0] \"HELLO\" \"3\" \"AUTH\" \"(redacted)\" \"(redacted)\"");
      assertThat(shown(monitor.receive())).isEqualTo("[0] \"SELECT\" \"0\"");
      assertThat(monitor.call("GET", "foo"))
          .isEqualTo(new RespError("ERR Replica can't interact with the keyspace"));
    }
  }

  @Test
  void thereIsAMostOfMonitors() {
    try (RespClient one = planes.client();
        RespClient two = planes.client();
        RespClient three = planes.client()) {
      // Given
      one.expect("MONITOR");
      two.expect("MONITOR");
      // Then
      assertThat(three.call("MONITOR")).isInstanceOf(RespError.class);
      one.expect("RESET");
      Poll.until(SOON, "a place is free", () -> "OK".equals(three.call("MONITOR")));
    }
  }

  @Test
  void aMonitorThatTakesNothingIsCutAndOthersGoOn() {
    try (RespClient monitor = planes.client();
        RespClient client = planes.client()) {
      // Given
      monitor.expect("MONITOR");
      String value = "x".repeat(100_000);
      // When
      Poll.until(
          SOON,
          "cut",
          () -> {
            client.expect("SET", "foo", value);
            return cutCount() == 1;
          });
      // Then
      assertThat(readsToTheEnd(monitor)).isTrue();
    }
  }

  @Test
  void aSubscriberThatTakesNothingIsCutAndOthersGetAll() {
    try (RespClient slow = planes.client();
        RespClient quick = planes.client();
        RespClient publisher = planes.client()) {
      // Given
      slow.expect("SUBSCRIBE", "news");
      quick.expect("SUBSCRIBE", "news");
      String text = "x".repeat(100_000);
      List<Object> heard = new ArrayList<>();
      int[] published = {0};
      // When
      Poll.until(
          SOON,
          "cut",
          () -> {
            publisher.expect("PUBLISH", "news", text);
            published[0]++;
            heard.add(quick.receive());
            return cutCount() == 1;
          });
      // Then
      assertThat(readsToTheEnd(slow)).isTrue();
      assertThat(heard).hasSize(published[0]).containsOnly(List.of("message", "news", text));
      Poll.until(SOON, "its subscription is gone", () -> receivers(publisher) == 1);
    }
  }

  private static long receivers(RespClient publisher) {
    return publisher.expectNumber("PUBLISH", "news", "");
  }

  private long cutCount() {
    try {
      return planes.plane.snapshots().await(10, java.util.concurrent.TimeUnit.SECONDS).stream()
          .mapToLong(loop -> loop.listeners().cut())
          .sum();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static boolean readsToTheEnd(RespClient client) {
    try {
      while (true) {
        client.receive();
      }
    } catch (UncheckedIOException closed) {
      return true;
    }
  }
}

package io.vodis.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServersTest {

  @Test
  void aKilledServerComesBackOnItsPort() {
    try (RedisProcess redis = RedisProcess.builder().option("appendonly", "yes").start()) {
      // Given
      redis.call("SET", "a", "1");
      int port = redis.port();

      // When
      redis.kill();
      redis.restart();

      // Then
      assertThat(redis.port()).isEqualTo(port);
      assertThat(redis.call("GET", "a")).isEqualTo("1");
    }
  }

  @Test
  void aClosedServerLeavesNothingBehind() {
    // Given
    RedisProcess redis = RedisProcess.start();
    long pid = redis.pid();

    // When
    redis.close();

    // Then
    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
    assertThat(Files.exists(redis.directory())).isFalse();
  }

  @Test
  void aPausedServerAnswersOnceItIsResumed() {
    try (RedisProcess redis = RedisProcess.start();
        RespClient client = RespClient.connect(redis.address(), Duration.ofMillis(200))) {
      // Given
      redis.pause();
      assertThatThrownBy(() -> client.call("PING")).isInstanceOf(UncheckedIOException.class);

      // When
      redis.resume();

      // Then
      client.timeout(Duration.ofSeconds(5));
      assertThat(client.receive()).isEqualTo("PONG");
    }
  }

  @Test
  void aServerWithPasswordRefusesStrangers() {
    try (RedisProcess redis = RedisProcess.builder().password("secret").start();
        RespClient stranger = RespClient.connect(redis.address())) {
      // When
      Object reply = stranger.call("GET", "a");

      // Then
      assertThat(reply).isEqualTo(new RespError("NOAUTH Authentication required."));
      assertThat(redis.call("GET", "a")).isNull();
    }
  }

  @Test
  void theClientPipelinesAndShowsRawReplies() {
    try (RedisProcess redis = RedisProcess.start();
        RespClient client = redis.client()) {
      // When
      List<String[]> commands = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        commands.add(new String[] {"INCR", "n"});
      }
      List<Object> replies = client.pipeline(commands);
      client.sendRaw("MGET n none\r\n");

      // Then
      assertThat(replies).hasSize(1000).last().isEqualTo(1000L);
      assertThat(client.receiveRaw()).isEqualTo("*2\r\n$4\r\n1000\r\n$-1\r\n");
    }
  }

  @Test
  void aFakeServerAnswersLateClosesAndRemembers() {
    try (FakeRedis fake = FakeRedis.start();
        RespClient client = RespClient.connect(fake.address())) {
      // Given
      fake.on(
          "GET", new FakeRedis.Answer.After(Duration.ofMillis(50), FakeRedis.Answer.bulk("late")));
      fake.on("BYE", FakeRedis.Answer.close());

      // When
      long start = System.nanoTime();
      Object reply = client.call("GET", "k");
      client.send("BYE");
      client.flush();

      // Then
      assertThat(reply).isEqualTo("late");
      assertThat(System.nanoTime() - start).isGreaterThan(50_000_000L);
      assertThat(client.isClosedByPeer()).isTrue();
      assertThat(fake.received("GET").getFirst().arguments()).isEqualTo(List.of("GET", "k"));
    }
  }

  @Test
  void aRelayHoldsBytesBackAndDeliversThemLater() {
    try (RedisProcess redis = RedisProcess.start();
        TcpRelay relay = TcpRelay.to(redis.address());
        RespClient client = RespClient.connect(relay.address())) {
      // Given
      client.expect("SET", "a", "1");
      relay.hold(TcpRelay.Direction.FORTH);

      // When
      client.send("INCR", "a");
      client.flush();
      Poll.pass(Duration.ofMillis(50));
      Object before = redis.call("GET", "a");
      relay.release(TcpRelay.Direction.FORTH);

      // Then
      assertThat(before).isEqualTo("1");
      assertThat(client.receive()).isEqualTo(2L);
    }
  }

  @Test
  void zooKeeperComesBackOnItsPort() {
    try (ZooKeeperServer server = ZooKeeperServer.start()) {
      // Given
      String address = server.address();

      // When
      server.stop();
      server.restart();

      // Then
      assertThat(server.address()).isEqualTo(address);
    }
  }

  @Test
  void childrenDieWithTheJvmThatWasKilled() {
    // Given
    JavaProcess parent = JavaProcess.ofClass(Parent.class, JavaProcess.LIGHT, List.of());
    try (parent) {
      parent.awaitOutput("ready", Duration.ofSeconds(30));
      String[] words = parent.output().trim().split(" ", -1);
      long child = Long.parseLong(words[Arrays.asList(words).indexOf("ready") + 1]);

      // When
      parent.kill();

      // Then
      Poll.until(
          Duration.ofSeconds(10),
          "the end of the orphaned server",
          () -> ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
    }
  }

  /** Started as a JVM of its own by the test above. */
  static final class Parent {

    private Parent() {}

    public static void main(String[] arguments) {
      RedisProcess redis = RedisProcess.start();
      System.out.println("ready " + redis.pid() + " ");
      Poll.pass(Duration.ofMinutes(1));
    }
  }
}

package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRoute;
import io.vodis.testsupport.FreePorts;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.ServerBinary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests through a data plane to two real servers that simply serve half of the slots each. */
class ServingIT extends OnTwoServers {

  private static final Duration SOON = Duration.ofSeconds(10);

  @Test
  void keysLiveOnTheServerOfTheirSlot() {
    // Given slot 289 of foo and 170 of bar in the lower half, 579 of a in the upper one
    try (RespClient client = planes.client()) {
      // When
      client.expect("SET", "foo", "1");
      client.expect("SET", "a", "2");
      // Then
      assertThat(client.call("GET", "foo")).isEqualTo("1");
      assertThat(lower.call("GET", "foo")).isEqualTo("1");
      assertThat(upper.call("GET", "a")).isEqualTo("2");
      assertThat(lower.call("EXISTS", "a")).isEqualTo(0L);
    }
  }

  @Test
  void pipelinedRepliesComeInRequestOrder() {
    try (RespClient client = planes.client()) {
      // Given
      List<String[]> commands = new ArrayList<>();
      List<Object> expected = new ArrayList<>();
      for (int i = 0; i < 5000; i++) {
        switch (i % 4) {
          case 0 -> {
            commands.add(new String[] {"SET", "k" + i, "v" + i});
            expected.add("OK");
          }
          case 1 -> {
            commands.add(new String[] {"GET", "k" + (i - 1)});
            expected.add("v" + (i - 1));
          }
          case 2 -> {
            commands.add(new String[] {"ECHO", "e" + i});
            expected.add("e" + i);
          }
          default -> {
            commands.add(new String[] {"MGET", "k" + (i - 3), "none", "k" + Math.max(0, i - 7)});
            expected.add(Arrays.asList("v" + (i - 3), null, "v" + Math.max(0, i - 7)));
          }
        }
      }
      // When
      List<Object> replies = client.pipeline(commands);
      // Then
      assertThat(replies).isEqualTo(expected);
    }
  }

  @Test
  void aSessionGetsTheFormsOfItsProtocol() {
    try (RespClient client = planes.client()) {
      // Given
      client.expect("MSET", "a", "1", "foo", "2");
      client.expect("HSET", "map", "field", "value");
      // When
      client.send("HELLO", "3");
      // Then
      client.flush();
      assertThat(client.receiveRaw()).startsWith("%7\r\n").contains("$5\r\nproto\r\n:3\r\n");
      assertThat(raw(client, "GET", "none")).isEqualTo("_\r\n");
      assertThat(raw(client, "HGETALL", "map")).isEqualTo("%1\r\n$5\r\nfield\r\n$5\r\nvalue\r\n");
      assertThat(raw(client, "MGET", "a", "none", "foo"))
          .isEqualTo("*3\r\n$1\r\n1\r\n_\r\n$1\r\n2\r\n");
      assertThat(raw(client, "CONFIG", "GET", "save")).isEqualTo("%1\r\n$4\r\nsave\r\n$0\r\n\r\n");
      assertThat(raw(client, "RESET")).isEqualTo("+RESET\r\n");
      assertThat(raw(client, "GET", "none")).isEqualTo("$-1\r\n");
    }
  }

  private static String raw(RespClient client, String... command) {
    client.send(command);
    client.flush();
    return client.receiveRaw();
  }

  @Test
  void splitCommandsMergeTheirReplies() {
    try (RespClient client = planes.client()) {
      // Given
      assertThat(client.call("MSET", "a", "1", "b", "2", "foo", "3", "bar", "4")).isEqualTo("OK");
      client.expect("RPUSH", "list", "x");
      // When / Then
      assertThat(client.call("MGET", "foo", "a", "nothing", "bar", "list", "b"))
          .isEqualTo(Arrays.asList("3", "1", null, "4", null, "2"));
      assertThat(client.call("EXISTS", "a", "a", "foo", "nothing")).isEqualTo(3L);
      assertThat(client.call("TOUCH", "a", "foo")).isEqualTo(2L);
      assertThat(client.call("UNLINK", "a", "foo")).isEqualTo(2L);
      assertThat(client.call("DEL", "b", "bar", "nothing", "list")).isEqualTo(3L);
      assertThat(client.call("MSET", "a", "1", "b")).isInstanceOf(RespError.class);
    }
  }

  @Test
  void moreThanOneSlotIsRefusedButOneWithATagIsNot() {
    try (RespClient client = planes.client()) {
      assertThat(client.call("RENAME", "a", "foo"))
          .isEqualTo(new RespError("CROSSSLOT Keys in request don't hash to the same slot"));
      client.expect("SADD", "{t}1", "x", "y");
      client.expect("SADD", "{t}2", "y", "z");
      assertThat(client.call("SINTER", "{t}1", "{t}2")).isEqualTo(List.of("y"));
      assertThat(client.call("EVAL", "return redis.call('scard', KEYS[1])", "1", "{t}1"))
          .isEqualTo(2L);
    }
  }

  @Test
  void largeValuesStreamBothWays() {
    try (RespClient client = planes.client()) {
      // Given
      String large = "x".repeat(20 << 20);
      // When
      List<Object> replies =
          client.pipeline(
              List.of(
                  new String[] {"SET", "foo", "small"},
                  new String[] {"SET", "a", large},
                  new String[] {"GET", "foo"},
                  new String[] {"GET", "a"},
                  new String[] {"STRLEN", "a"},
                  new String[] {"MGET", "a", "foo"}));
      // Then
      assertThat(replies)
          .isEqualTo(
              List.of("OK", "OK", "small", large, (long) large.length(), List.of(large, "small")));
    }
  }

  @Test
  void databasesAreSeparate() {
    try (RespClient client = planes.client()) {
      client.expect("SET", "foo", "zero");
      client.expect("SELECT", "3");
      assertThat(client.call("GET", "foo")).isNull();
      client.expect("SET", "foo", "three");
      client.expect("SELECT", "0");
      assertThat(client.call("GET", "foo")).isEqualTo("zero");
      assertThat(client.call("SELECT", "16"))
          .isEqualTo(new RespError("ERR DB index is out of range"));
    }
  }

  @Test
  void inlineRequestsAndProtocolErrorsAreAnsweredAsRedisDoes() {
    try (RespClient client = planes.client()) {
      client.sendRaw("SET foo 'a b'\r\nGET foo\r\n*1\r\n$x\r\n");
      client.flush();
      assertThat(client.receive()).isEqualTo("OK");
      assertThat(client.receive()).isEqualTo("a b");
      assertThat(client.receive())
          .isEqualTo(new RespError("ERR Protocol error: invalid bulk length"));
      assertThat(client.isClosedByPeer()).isTrue();
    }
  }

  @Test
  void aClientThatSendsAndShutsDownGetsAllItsReplies() {
    try (RespClient client = planes.client()) {
      // Given
      for (int i = 0; i < 1000; i++) {
        client.send("INCR", "foo");
      }
      client.flush();
      // When
      client.shutdownOutput();
      // Then
      for (int i = 1; i <= 1000; i++) {
        assertThat(client.receive()).isEqualTo((long) i);
      }
      assertThat(client.isClosedByPeer()).isTrue();
    }
  }

  @Test
  void withoutALeaseNothingIsSent() {
    try (RespClient client = planes.client()) {
      // Given
      client.expect("SET", "foo", "1");
      // When
      planes.lend(-1);
      // Then
      RespError down = new RespError("CLUSTERDOWN The cluster is down");
      Poll.until(SOON, "fenced", () -> down.equals(client.call("SET", "foo", "2")));
      assertThat(client.call("MGET", "foo", "a")).isEqualTo(down);
      assertThat(client.call("PING")).isEqualTo("PONG");
      assertThat(lower.call("GET", "foo")).isEqualTo("1");
      // When it has one again
      planes.lend(60_000);
      // Then
      Poll.until(SOON, "serving", () -> "OK".equals(client.call("SET", "foo", "3")));
    }
  }

  @Test
  void offlineSlotsAreRefused() throws Exception {
    // Given
    planes.installAll(SlotRoute.OFFLINE);
    // When / Then
    try (RespClient client = planes.client()) {
      RespError error = new RespError("CLUSTERDOWN Hash slot not served");
      assertThat(client.call("GET", "foo")).isEqualTo(error);
      assertThat(client.call("MGET", "foo", "a")).isEqualTo(error);
    }
  }

  @Test
  void aDeadServerFailsFastAndLeavesTheOtherGroupAlone() throws Exception {
    // Given
    HostAndPort dead = new HostAndPort("127.0.0.1", FreePorts.next());
    planes.installHalves(dead, upper.address());
    try (RespClient client = planes.client()) {
      // When
      Object refused = client.call("SET", "foo", "1");
      Object served = client.call("SET", "a", "1");
      List<Object> both =
          client.pipeline(List.of(new String[] {"GET", "foo"}, new String[] {"GET", "a"}));
      // Then
      assertThat(refused).isInstanceOf(RespError.class);
      assertThat(String.valueOf(refused)).contains("unavailable, nothing was executed");
      assertThat(served).isEqualTo("OK");
      assertThat(both.get(0)).isInstanceOf(RespError.class);
      assertThat(both.get(1)).isEqualTo("1");
      assertThat(client.call("MGET", "a", "foo")).isInstanceOf(RespError.class);
    }
  }

  @Test
  void aRestartedServerIsFoundAgain() throws Exception {
    try (RedisProcess server = RedisProcess.start();
        RespClient client = planes.client()) {
      // Given
      planes.installAll(Planes.serving(server.address()));
      client.expect("SET", "foo", "1");
      // When
      server.kill();
      Poll.until(SOON, "an error", () -> client.call("GET", "foo") instanceof RespError);
      server.restart();
      // Then
      Poll.until(SOON, "a reply", () -> !(client.call("GET", "foo") instanceof RespError));
    }
  }

  @Test
  void knowsItsClientsOnAllLoops() {
    try (RespClient one = planes.client();
        RespClient two = planes.client();
        RespClient three = planes.client()) {
      // Given
      one.expect("CLIENT", "SETNAME", "first");
      two.expect("CLIENT", "SETNAME", "second");
      two.expect("CLIENT", "SETINFO", "LIB-NAME", "jedis");
      // When
      boolean shown = ServerBinary.standard().version().isAtLeast(7, 2);
      Poll.until(
          SOON,
          "the fields of the servers' version",
          () -> String.valueOf(three.expect("CLIENT", "LIST")).contains("lib-name=jedis") == shown);
      String list = String.valueOf(three.expect("CLIENT", "LIST"));
      // Then
      assertThat(list.lines()).hasSize(3);
      assertThat(list).contains("name=first ").contains("name=second ");
      assertThat(one.call("CLIENT", "GETNAME")).isEqualTo("first");
      assertThat(three.call("CLIENT", "GETNAME")).isNull();
      assertThat(three.expectText("INFO")).contains("connected_clients:3");
    }
  }

  @Test
  void answersWhatClientsProbe() {
    try (RespClient client = planes.client()) {
      assertThat(client.call("CONFIG", "GET", "save")).isEqualTo(List.of("save", ""));
      assertThat(client.call("CONFIG", "GET", "maxmemory", "data*"))
          .isEqualTo(List.of("databases", "16", "maxmemory", "0"));
      assertThat(client.call("HELLO", "4"))
          .isEqualTo(new RespError("NOPROTO unsupported protocol version"));
      assertThat(client.expectList("HELLO", "2", "SETNAME", "me")).hasSize(14);
      assertThat(client.call("CLIENT", "GETNAME")).isEqualTo("me");
      assertThat(client.call("AUTH", "x")).isInstanceOf(RespError.class);
      assertThat(client.expectList("TIME")).hasSize(2);
      assertThat(client.call("SHUTDOWN"))
          .isEqualTo(new RespError("NOPERM command 'shutdown' is not allowed through this proxy"));
      assertThat(client.call("PING", "hello")).isEqualTo("hello");
      assertThat(client.call("QUIT")).isEqualTo("OK");
      assertThat(client.isClosedByPeer()).isTrue();
    }
  }
}

package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.RespPush;
import io.vodis.testsupport.ServerBinary;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** CLIENT TRACKING over two real servers. */
class TrackingIT extends OnTwoServers {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final RespPush FORGET_ALL = new RespPush(Arrays.asList("invalidate", null));

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
      assertThat(writer.call("CLIENT", "TRACKING", "ON", "PREFIX", "x"))
          .isEqualTo(new RespError("ERR PREFIX option requires BCAST mode to be enabled"));
    }
    for (RedisProcess server : List.of(lower, upper)) {
      Poll.until(SOON, "nothing is left", () -> connections(server) == 0);
    }
  }

  private static List<Object> message(String key) {
    return List.of("message", "__redis__:invalidate", List.of(key));
  }

  private static final List<@org.jspecify.annotations.Nullable Object> FORGET_ALL_MESSAGE =
      Arrays.asList("message", "__redis__:invalidate", null);

  /** Clients of one loop and of two: connections are dealt out in turn. */
  @Test
  void aClientInResp2IsToldThroughAnother() {
    for (int i = 0; i < 3; i++) {
      try (RespClient listener = planes.client();
          RespClient reader = planes.client();
          RespClient writer = planes.client()) {
        for (int skipped = 0; skipped < i; skipped++) {
          planes.client().close();
        }
        String id = String.valueOf(listener.call("CLIENT", "ID"));
        listener.expect("SUBSCRIBE", "__redis__:invalidate");
        reader.expect("CLIENT", "TRACKING", "ON", "REDIRECT", id);
        assertThat(reader.call("CLIENT", "GETREDIR")).isEqualTo(Long.valueOf(id));
        for (int k = 0; k < 10; k++) {
          writer.expect("SET", "key" + k, "1");
          assertThat(reader.call("GET", "key" + k)).isEqualTo("1");
          assertThat(reader.call("HGETALL", "hash" + k)).isEqualTo(List.of());
        }
        for (int k = 0; k < 10; k++) {
          writer.expect("SET", "key" + k, "2");
          assertThat(listener.receive()).isEqualTo(message("key" + k));
        }
        writer.expect("DEL", "key0");
        assertThat(reader.call("PING")).isEqualTo("PONG");
      }
    }
  }

  @Test
  void aClientInResp3MayBeToldInAnothersPlace() {
    try (RespClient listener = planes.client();
        RespClient listener2 = planes.client();
        RespClient writer = planes.client()) {
      listener.expect("HELLO", "3");
      String id = String.valueOf(listener.call("CLIENT", "ID"));
      String id2 = String.valueOf(listener2.call("CLIENT", "ID"));
      listener2.expect("SUBSCRIBE", "__redis__:invalidate");
      try (RespClient reader = tracking("REDIRECT", id);
          RespClient reader2 = tracking("REDIRECT", id2)) {
        reader.expect("GET", "foo");
        reader2.expect("GET", "foo");
        writer.expect("SET", "foo", "1");
        assertThat(listener.receive()).isEqualTo(invalidated("foo"));
        assertThat(listener2.receive()).isEqualTo(message("foo"));
        assertThat(reader.call("GET", "foo")).isEqualTo("1");
        assertThat(String.valueOf(reader.call("CLIENT", "TRACKINGINFO")))
            .isEqualTo("{flags=[on], redirect=" + id + ", prefixes=[]}");
      }
    }
  }

  @Test
  void whoRedirectsToAClientThatHasGoneIsTold() {
    try (RespClient listener = planes.client();
        RespClient writer = planes.client()) {
      String id = String.valueOf(listener.call("CLIENT", "ID"));
      try (RespClient reader = tracking("REDIRECT", id)) {
        reader.expect("GET", "foo");
        listener.call("QUIT");
        Poll.until(
            SOON,
            "the listener has gone",
            () -> !String.valueOf(writer.call("CLIENT", "LIST")).contains("id=" + id + " "));
        writer.expect("SET", "foo", "1");
        assertThat(reader.receive())
            .isEqualTo(new RespPush(List.of("tracking-redir-broken", Long.valueOf(id))));
        assertThat(String.valueOf(reader.call("CLIENT", "TRACKINGINFO")))
            .isEqualTo("{flags=[on, broken_redirect], redirect=" + id + ", prefixes=[]}");
      }
    }
  }

  @Test
  void inResp2TheListenerForgetsAllWhenAConnectionIsLost() {
    assumeTrue(ServerBinary.standard().version().isAtLeast(6, 2), "CLIENT LIST without redir=");
    try (RespClient listener = planes.client();
        RespClient reader = planes.client();
        RespClient writer = planes.client()) {
      String id = String.valueOf(listener.call("CLIENT", "ID"));
      listener.expect("SUBSCRIBE", "__redis__:invalidate");
      reader.expect("CLIENT", "TRACKING", "ON", "REDIRECT", id);
      reader.expect("GET", "foo");
      // The connection that is told, not the one that reads.
      lower.call("CLIENT", "KILL", "ID", idOfTold(lower));
      assertThat(listener.receive()).isEqualTo(FORGET_ALL_MESSAGE);
      assertThat(reader.call("GET", "foo")).isNull();
      writer.expect("SET", "foo", "1");
      Object frame = listener.receive();
      while (FORGET_ALL_MESSAGE.equals(frame)) {
        frame = listener.receive();
      }
      assertThat(frame).isEqualTo(message("foo"));
    }
  }

  private static String idOfTold(RedisProcess server) {
    String redirecting =
        String.valueOf(server.call("CLIENT", "LIST"))
            .lines()
            .filter(line -> line.contains("flags=t"))
            .findFirst()
            .orElseThrow();
    return redirecting.replaceFirst(".* redir=(\\d+).*", "$1");
  }

  @Test
  void onlyWhatIsAskedForIsTrackedWithOptin() {
    try (RespClient reader = tracking("OPTIN");
        RespClient writer = planes.client()) {
      reader.expect("GET", "not");
      reader.expect("CLIENT", "CACHING", "YES");
      assertThat(String.valueOf(reader.call("CLIENT", "TRACKINGINFO")))
          .isEqualTo("{flags=[on, optin, caching-yes], redirect=0, prefixes=[]}");
      reader.expect("GET", "asked");
      assertThat(String.valueOf(reader.call("CLIENT", "TRACKINGINFO")))
          .isEqualTo("{flags=[on, optin], redirect=0, prefixes=[]}");
      reader.expect("GET", "notagain");
      reader.expect("CLIENT", "CACHING", "YES");
      reader.expect("MGET", "m0", "m1", "m2", "m3", "m4", "m5");
      for (String key : List.of("not", "notagain")) {
        writer.expect("SET", key, "1");
      }
      for (String key : List.of("asked", "m0", "m1", "m2", "m3", "m4", "m5")) {
        writer.expect("SET", key, "1");
        assertThat(reader.receive()).isEqualTo(invalidated(key));
      }
      assertThat(reader.call("CLIENT", "CACHING", "NO"))
          .isEqualTo(
              new RespError(
                  "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode."));
    }
  }

  /** As rueidis asks: all in one pipeline, the reading in a transaction. */
  @Test
  void aTransactionBehindCachingIsTrackedAsAWhole() {
    try (RespClient reader = tracking("OPTIN");
        RespClient writer = planes.client()) {
      List<Object> replies =
          reader.pipeline(
              List.of(
                  new String[] {"CLIENT", "CACHING", "YES"},
                  new String[] {"MULTI"},
                  new String[] {"PTTL", "{t}a"},
                  new String[] {"GET", "{t}b"},
                  new String[] {"EXEC"},
                  new String[] {"GET", "{t}c"}));
      assertThat(replies.get(4)).isEqualTo(Arrays.asList(-2L, null));
      writer.expect("SET", "{t}c", "1");
      for (String key : List.of("{t}a", "{t}b")) {
        writer.expect("SET", key, "1");
        assertThat(reader.receive()).isEqualTo(invalidated(key));
      }
    }
  }

  @Test
  void allButWhatIsExceptedIsTrackedWithOptout() {
    try (RespClient reader = tracking("OPTOUT");
        RespClient writer = planes.client()) {
      reader.expect("GET", "tracked");
      reader.expect("CLIENT", "CACHING", "NO");
      reader.expect("GET", "excepted");
      reader.expect("GET", "too");
      writer.expect("SET", "excepted", "1");
      for (String key : List.of("tracked", "too")) {
        writer.expect("SET", key, "1");
        assertThat(reader.receive()).isEqualTo(invalidated(key));
      }
    }
  }

  /** What is asked for behind CACHING waits for its key to be moved, and is tracked then. */
  @Test
  void aRequestThatWaitsForItsSlotIsTrackedWhenItRuns() throws Exception {
    try (RespClient reader = tracking("OPTIN");
        RespClient writer = planes.client()) {
      writer.expect("SET", "foo", "1");
      install(new SlotRoute.Fenced(lower.address(), false, List.of(upper.address())));
      reader.send("CLIENT", "CACHING", "YES");
      reader.send("GET", "foo");
      reader.send("GET", "foo2");
      reader.flush();
      assertThat(reader.receive()).isEqualTo("OK");
      install(new SlotRoute.Migrating(lower.address(), upper.address()));
      assertThat(butForgetting(reader)).isEqualTo("1");
      assertThat(butForgetting(reader)).isNull();
      writer.expect("SET", "foo2", "1");
      writer.expect("SET", "foo", "2");
      assertThat(butForgetting(reader)).isEqualTo(invalidated("foo"));
    }
  }

  @Test
  void broadcastInResp2IsToldThroughAnother() {
    try (RespClient listener = planes.client();
        RespClient reader = planes.client();
        RespClient writer = planes.client()) {
      String id = String.valueOf(listener.call("CLIENT", "ID"));
      listener.expect("SUBSCRIBE", "__redis__:invalidate");
      reader.expect("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "user:", "REDIRECT", id);
      for (int i = 0; i < 10; i++) {
        writer.expect("SET", "user:" + i, "1");
        assertThat(listener.receive()).isEqualTo(message("user:" + i));
      }
    }
  }

  @Test
  void whatIsTrackedInOneProtocolIsForgottenInTheOther() {
    try (RespClient reader = planes.client();
        RespClient writer = planes.client()) {
      reader.expect("CLIENT", "TRACKING", "ON");
      reader.expect("GET", "foo");
      reader.expect("HELLO", "3");
      assertThat(reader.receive()).isEqualTo(FORGET_ALL);
      reader.expect("GET", "foo");
      writer.expect("SET", "foo", "1");
      assertThat(reader.receive()).isEqualTo(invalidated("foo"));
      reader.expect("HELLO", "2");
      reader.expect("GET", "foo");
      writer.expect("SET", "foo", "2");
      assertThat(reader.call("GET", "foo")).isEqualTo("2");
    }
  }

  /** Every wrong request is refused as a server does. */
  @Test
  void wrongRequestsAreRefusedAsByAServer() {
    assumeTrue(ServerBinary.standard().version().isAtLeast(6, 2), "other checks of prefixes");
    List<String> requests =
        List.of(
            "CLIENT TRACKING maybe",
            "CLIENT TRACKING ON NOTHING",
            "CLIENT TRACKING ON PREFIX a",
            "CLIENT TRACKING ON PREFIX",
            "CLIENT TRACKING ON REDIRECT",
            "CLIENT TRACKING ON REDIRECT x",
            "CLIENT TRACKING ON REDIRECT 0",
            "CLIENT TRACKING ON REDIRECT 987654321",
            "CLIENT TRACKING ON REDIRECT 987654321 NOTHING",
            "CLIENT TRACKING ON NOTHING REDIRECT 987654321",
            "CLIENT TRACKING OFF REDIRECT 987654321",
            "CLIENT TRACKING ON BCAST OPTIN",
            "CLIENT TRACKING ON BCAST OPTOUT",
            "CLIENT TRACKING ON OPTIN OPTOUT",
            "CLIENT TRACKING ON BCAST PREFIX ab PREFIX a",
            "CLIENT CACHING YES",
            "CLIENT CACHING maybe",
            "CLIENT TRACKING ON BCAST PREFIX ab",
            "CLIENT TRACKING ON BCAST PREFIX a",
            "CLIENT TRACKING ON",
            "CLIENT TRACKING ON BCAST PREFIX c",
            "CLIENT TRACKINGINFO",
            "CLIENT CACHING YES",
            "CLIENT TRACKING OFF",
            "CLIENT TRACKING ON BCAST",
            "CLIENT TRACKINGINFO",
            "CLIENT TRACKING ON BCAST PREFIX c",
            "CLIENT TRACKING OFF",
            "CLIENT TRACKING ON OPTIN",
            "CLIENT CACHING maybe",
            "CLIENT CACHING NO",
            "CLIENT TRACKING ON OPTOUT",
            "CLIENT TRACKING ON BCAST",
            "CLIENT TRACKING OFF",
            "CLIENT TRACKING ON OPTOUT",
            "CLIENT CACHING YES",
            "CLIENT TRACKING ON OPTIN",
            "CLIENT GETREDIR",
            "CLIENT TRACKING OFF",
            "CLIENT GETREDIR",
            "CLIENT TRACKINGINFO");
    try (RespClient proxied = planes.client();
        RespClient plain = RespClient.connect(lower.address())) {
      for (String request : requests) {
        assertThat(proxied.call(request.split(" ")))
            .as(request)
            .isEqualTo(plain.call(request.split(" ")));
      }
    }
  }

  /** What was read before a change of options is told of after it, to who is told now. */
  @Test
  void aChangeOfOptionsForgetsNothing() {
    try (RespClient listener = planes.client();
        RespClient reader = tracking();
        RespClient writer = planes.client()) {
      String id = String.valueOf(listener.call("CLIENT", "ID"));
      listener.expect("HELLO", "3");
      reader.expect("GET", "foo");
      reader.expect("CLIENT", "TRACKING", "ON", "NOLOOP");
      reader.expect("GET", "bar");
      reader.expect("CLIENT", "TRACKING", "ON", "REDIRECT", id);
      writer.expect("SET", "foo", "1");
      assertThat(listener.receive()).isEqualTo(invalidated("foo"));
      writer.expect("SET", "bar", "1");
      assertThat(listener.receive()).isEqualTo(invalidated("bar"));
      reader.expect("CLIENT", "TRACKING", "OFF");
      assertThat(reader.call("GET", "foo")).isEqualTo("1");
    }
  }
}

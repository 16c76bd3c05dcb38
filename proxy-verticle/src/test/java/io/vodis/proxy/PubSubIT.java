package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.slot.SlotHash;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.ServerBinary;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Subscriptions over two real servers, with slots that move between them. */
class PubSubIT {

  private static final Duration SOON = Duration.ofSeconds(10);

  private static RedisProcess lower;
  private static RedisProcess upper;
  private static RedisProcess alone;
  private Planes planes;

  @BeforeAll
  static void startServers() {
    lower = RedisProcess.start();
    upper = RedisProcess.start();
    alone = RedisProcess.start();
  }

  @AfterAll
  static void stopServers() {
    lower.close();
    upper.close();
    alone.close();
  }

  @BeforeEach
  void startPlane() throws Exception {
    planes = Planes.start(2);
    planes.installHalves(lower.address(), upper.address());
  }

  @AfterEach
  void stopPlane() throws Exception {
    planes.close();
  }

  /** A channel of a slot in the lower or upper half. */
  private static String channel(boolean inLower, int number) {
    return IntStream.iterate(number * 1000, i -> i + 1)
        .mapToObj(i -> "channel" + i)
        .filter(name -> slotOf(name) < 512 == inLower)
        .findFirst()
        .orElseThrow();
  }

  private static int slotOf(String name) {
    return SlotHash.slotOf(name.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * What a plain server says to a client, the proxy says too, byte for byte. Each step names who
   * sends what, and how many replies and messages the subscriber gets for it.
   */
  @ParameterizedTest
  @ValueSource(strings = {"2", "3"})
  void aSubscriberReadsWhatItWouldReadFromOneServer(String protocol) {
    String a = channel(true, 1);
    String b = channel(false, 2);
    List<String> expected;
    List<String> actual;
    // When
    try (RespClient subscriber = alone.client();
        RespClient publisher = alone.client()) {
      expected = converse(subscriber, publisher, protocol, a, b);
    }
    try (RespClient subscriber = planes.client();
        RespClient publisher = planes.client()) {
      actual = converse(subscriber, publisher, protocol, a, b);
    }
    // Then
    assertThat(actual).isEqualTo(expected);
  }

  private static List<String> converse(
      RespClient subscriber, RespClient publisher, String protocol, String a, String b) {
    List<String> heard = new ArrayList<>();
    subscriber.expect("HELLO", protocol);
    say(subscriber, heard, 1, "UNSUBSCRIBE");
    say(subscriber, heard, 1, "PUNSUBSCRIBE", "p*");
    say(subscriber, heard, 1, "SUBSCRIBE");
    say(subscriber, heard, 3, "SUBSCRIBE", a, b, a);
    say(subscriber, heard, 2, "PSUBSCRIBE", "chan*", "[x");
    heard.add(String.valueOf(publisher.call("PUBLISH", a, "one")));
    listen(subscriber, heard, 2);
    heard.add(String.valueOf(publisher.call("PUBLISH", b, "two\r\n\0")));
    listen(subscriber, heard, 2);
    heard.add(String.valueOf(publisher.call("PUBLISH", "nobody", "")));
    heard.add(String.valueOf(publisher.call("PUBLISH", "channel", "")));
    listen(subscriber, heard, 1);
    say(subscriber, heard, 1, "PING");
    say(subscriber, heard, 1, "PING", "hello");
    say(subscriber, heard, 1, "PING", "hello", "x");
    say(subscriber, heard, 1, "GET");
    if (protocol.equals("3")) {
      say(subscriber, heard, 1, "GET", "nothing");
      List<String> own = new ArrayList<>();
      // The reply and the messages come on different connections, in either order.
      say(subscriber, own, 3, "PUBLISH", a, "own");
      heard.addAll(own.stream().sorted().toList());
    }
    say(subscriber, heard, 2, "UNSUBSCRIBE", a, "never");
    heard.add(String.valueOf(publisher.call("PUBLISH", a, "three")));
    listen(subscriber, heard, 1);
    say(subscriber, heard, 2, "PUNSUBSCRIBE", "chan*", "[x");
    heard.add(String.valueOf(publisher.call("PUBLISH", a, "four")));
    heard.add(String.valueOf(publisher.call("PUBLISH", b, "five")));
    listen(subscriber, heard, 1);
    say(subscriber, heard, 1, "UNSUBSCRIBE");
    heard.add(String.valueOf(publisher.call("PUBLISH", b, "six")));
    say(subscriber, heard, 1, "GET", "nothing");
    say(subscriber, heard, 1, "SUBSCRIBE", b);
    if (ServerBinary.standard().version().isAtLeast(6, 2)) {
      say(subscriber, heard, 1, "RESET");
      say(subscriber, heard, 1, "GET", "nothing");
      heard.add(String.valueOf(publisher.call("PUBLISH", b, "seven")));
      say(subscriber, heard, 1, "SUBSCRIBE", b);
    }
    say(subscriber, heard, 1, "QUIT");
    return heard;
  }

  private static void say(RespClient client, List<String> heard, int replies, String... command) {
    client.send(command);
    client.flush();
    listen(client, heard, replies);
  }

  private static void listen(RespClient client, List<String> heard, int frames) {
    for (int i = 0; i < frames; i++) {
      heard.add(client.receiveRaw());
    }
  }

  @Test
  void inResp2OnlySubscriptionsAreTalkedAbout() {
    try (RespClient subscriber = planes.client()) {
      // Given
      subscriber.expect("SUBSCRIBE", "news");
      // When / Then
      assertThat(subscriber.call("GET", "foo"))
          .isEqualTo(
              new RespError(
                  "ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT /"
                      + " RESET are allowed in this context"));
    }
  }

  @Test
  void afterTheClientHasGoneNothingIsLeftAtTheServers() {
    // Given
    try (RespClient subscriber = planes.client()) {
      subscriber.expect("SUBSCRIBE", channel(true, 1));
      subscriber.expect("PSUBSCRIBE", "*");
      assertThat(lower.call("PUBSUB", "NUMPAT")).isEqualTo(1L);
      assertThat(upper.call("PUBSUB", "NUMPAT")).isEqualTo(1L);
    }
    // Then
    for (RedisProcess server : List.of(lower, upper)) {
      Poll.until(
          SOON, "no subscriber", () -> "".equals(server.call("CLIENT", "LIST", "TYPE", "pubsub")));
    }
  }

  @Test
  void pubsubTellsOfEverySubscriberOnce() {
    String a = channel(true, 1);
    String b = channel(false, 2);
    try (RespClient one = planes.client();
        RespClient two = planes.client();
        RespClient asking = planes.client()) {
      // Given
      one.expect("SUBSCRIBE", a);
      one.expect("SUBSCRIBE", b);
      two.expect("SUBSCRIBE", b);
      two.expect("PSUBSCRIBE", "x*");
      one.expect("PSUBSCRIBE", "x*");
      // Then
      assertThat(asking.call("PUBSUB", "NUMSUB", b, "nobody", a))
          .isEqualTo(List.of(b, 2L, "nobody", 0L, a, 1L));
      assertThat(asking.call("PUBSUB", "NUMSUB")).isEqualTo(List.of());
      // Older servers count a pattern once for each client.
      boolean distinct = ServerBinary.standard().version().isAtLeast(6, 2);
      assertThat(asking.call("PUBSUB", "NUMPAT")).isEqualTo(distinct ? 1L : 2L);
      assertThat((List<?>) asking.call("PUBSUB", "CHANNELS"))
          .hasSize(2)
          .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
          .contains(a, b);
      assertThat(asking.call("PUBSUB", "CHANNELS", "nothing*")).isEqualTo(List.of());
      assertThat((List<?>) asking.call("PUBSUB", "HELP")).isNotEmpty();
    }
  }

  @Test
  void notificationsOfAllServersArrive() {
    lower.call("CONFIG", "SET", "notify-keyspace-events", "KEA");
    upper.call("CONFIG", "SET", "notify-keyspace-events", "KEA");
    try (RespClient subscriber = planes.client();
        RespClient writer = planes.client()) {
      // Given
      subscriber.expect("SUBSCRIBE", "__keyevent@0__:set");
      String low = channel(true, 7);
      String high = channel(false, 8);
      // When
      writer.expect("SET", low, "1");
      assertThat(subscriber.receive()).isEqualTo(List.of("message", "__keyevent@0__:set", low));
      writer.expect("SET", high, "1");
      // Then
      assertThat(subscriber.receive()).isEqualTo(List.of("message", "__keyevent@0__:set", high));
    } finally {
      lower.call("CONFIG", "SET", "notify-keyspace-events", "");
      upper.call("CONFIG", "SET", "notify-keyspace-events", "");
    }
  }

  @Test
  void subscriptionsComeBackWithTheirServer() {
    try (RedisProcess server = RedisProcess.start();
        RespClient subscriber = planes.client();
        RespClient publisher = planes.client()) {
      // Given
      planes.installAll(Planes.serving(server.address()));
      subscriber.expect("SUBSCRIBE", "news");
      subscriber.expect("PSUBSCRIBE", "n*");
      // When
      server.kill();
      server.restart();
      Poll.until(
          SOON,
          "subscribed again",
          () -> Long.valueOf(2).equals(publisher.call("PUBLISH", "news", "x")));
      // Then
      assertThat(subscriber.receive()).isEqualTo(List.of("message", "news", "x"));
      assertThat(subscriber.receive()).isEqualTo(List.of("pmessage", "n*", "news", "x"));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aChannelOfNoServerIsRefused() throws Exception {
    planes.installAll(SlotRoute.OFFLINE);
    try (RespClient subscriber = planes.client()) {
      assertThat(subscriber.call("SUBSCRIBE", "news"))
          .isEqualTo(new RespError("CLUSTERDOWN Hash slot not served"));
      assertThat(subscriber.call("PING")).isEqualTo("PONG");
    }
  }

  @Test
  void aServerThatCannotBeReachedIsNamed() throws Exception {
    planes.installAll(Planes.serving(new HostAndPort("127.0.0.1", 1)));
    try (RespClient subscriber = planes.client()) {
      assertThat(String.valueOf(subscriber.call("SUBSCRIBE", "news")))
          .contains("ERR backend 127.0.0.1:1 is unavailable");
      assertThat(subscriber.call("PING")).isEqualTo("PONG");
    }
  }

  @Test
  void shardChannelsCountForThemselves() throws Exception {
    for (ServerBinary binary : ServerBinary.all()) {
      if (binary.version().isAtLeast(7, 0)) {
        try (RedisProcess server = RedisProcess.builder().binary(binary.path()).start();
            RespClient subscriber = planes.client();
            RespClient publisher = planes.client()) {
          planes.installAll(Planes.serving(server.address()));
          assertThat(subscriber.call("SUBSCRIBE", "a")).isEqualTo(List.of("subscribe", "a", 1L));
          assertThat(subscriber.call("SSUBSCRIBE", "a")).isEqualTo(List.of("ssubscribe", "a", 1L));
          assertThat(publisher.call("SPUBLISH", "a", "x")).isEqualTo(1L);
          assertThat(subscriber.receive()).isEqualTo(List.of("smessage", "a", "x"));
          assertThat(subscriber.call("SUNSUBSCRIBE")).isEqualTo(List.of("sunsubscribe", "a", 0L));
          assertThat(publisher.call("SPUBLISH", "a", "x")).isEqualTo(0L);
        }
      }
    }
  }

  /** What one publisher was told, and what one subscriber got, must be the same. */
  @ParameterizedTest
  @ValueSource(strings = {"2", "3"})
  void slotsMoveToAndFroAndEachMessageArrivesOnceAndInOrder(String protocol) throws Exception {
    List<String> channels = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      channels.add(channel(i % 2 == 0, i));
    }
    AtomicBoolean over = new AtomicBoolean();
    try (RespClient subscriber = planes.client();
        RespClient patternSubscriber = planes.client()) {
      // Given
      subscriber.expect("HELLO", protocol);
      patternSubscriber.expect("HELLO", protocol);
      subscriber.send(subscribe(channels));
      subscriber.flush();
      for (int i = 0; i < channels.size(); i++) {
        subscriber.receive();
      }
      patternSubscriber.expect("PSUBSCRIBE", "channel*");
      Map<String, List<String>> published = new TreeMap<>();
      AtomicIntegerArray counts = new AtomicIntegerArray(channels.size());
      List<Thread> publishers = new ArrayList<>();
      for (int i = 0; i < channels.size(); i++) {
        int index = i;
        String channel = channels.get(i);
        List<String> acknowledged = new ArrayList<>();
        published.put(channel, acknowledged);
        publishers.add(
            Thread.ofVirtual()
                .start(
                    () ->
                        publish(
                            channel,
                            text -> {
                              acknowledged.add(text);
                              counts.incrementAndGet(index);
                            },
                            over)));
      }
      Map<String, List<String>> heard = new TreeMap<>();
      Map<String, List<String>> matched = new TreeMap<>();
      Thread reader = Thread.ofVirtual().start(() -> read(subscriber, channels.size(), heard));
      Thread matcher =
          Thread.ofVirtual().start(() -> read(patternSubscriber, channels.size(), matched));
      // When
      HostAndPort one = lower.address();
      HostAndPort two = upper.address();
      for (int i = 0; !over.get() && (i < 60 || fewest(counts) <= 100); i++) {
        move(one, two);
        move(two, one);
      }
      over.set(true);
      for (Thread publisher : publishers) {
        publisher.join();
      }
      reader.join(SOON);
      matcher.join(SOON);
      // Then
      assertThat(heard).isEqualTo(published);
      assertThat(matched).isEqualTo(published);
    }
  }

  private static int fewest(AtomicIntegerArray counts) {
    return IntStream.range(0, counts.length()).map(counts::get).min().orElseThrow();
  }

  private static String[] subscribe(List<String> channels) {
    List<String> command = new ArrayList<>(channels);
    command.addFirst("SUBSCRIBE");
    return command.toArray(String[]::new);
  }

  private void publish(String channel, Consumer<String> acknowledged, AtomicBoolean over) {
    try (RespClient client = planes.client()) {
      for (int i = 0; !over.get(); i++) {
        Object receivers = client.call("PUBLISH", channel, Integer.toString(i));
        if (!Long.valueOf(2).equals(receivers)) {
          acknowledged.accept(i + " had " + receivers);
          over.set(true);
          return;
        }
        acknowledged.accept(Integer.toString(i));
      }
      client.expect("PUBLISH", channel, "end");
    }
  }

  private static void read(RespClient subscriber, int ends, Map<String, List<String>> heard) {
    int left = ends;
    while (left > 0) {
      Object frame = Objects.requireNonNull(subscriber.receive());
      List<?> items =
          frame instanceof io.vodis.testsupport.RespPush push ? push.items() : (List<?>) frame;
      String channel = String.valueOf(items.get(items.size() - 2));
      String text = String.valueOf(items.getLast());
      if (text.equals("end")) {
        left--;
      } else {
        heard.computeIfAbsent(channel, c -> new ArrayList<>()).add(text);
      }
    }
  }

  /** The lower half from one server to the other, as the manager does it. */
  private void move(HostAndPort from, HostAndPort to) throws Exception {
    low(new SlotRoute.Fenced(from, false, List.of(to)));
    low(new SlotRoute.Migrating(from, to));
    low(Planes.serving(to));
  }

  private void low(SlotRoute route) throws Exception {
    planes
        .install(
            List.of(
                new SlotRange(0, 511, route),
                new SlotRange(512, 1023, Planes.serving(upper.address()))))
        .await(10, TimeUnit.SECONDS);
  }
}

package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.SlotRoute;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every class of commands on slots in every state: the same replies, and the same values
 * afterwards, as on a slot that is simply served.
 */
class SlotStatesIT {

  private static final Duration SOON = Duration.ofSeconds(10);

  /** Keys of several slots, and two of one. */
  private static final List<String> KEYS = List.of("k1", "k2", "k3", "k4", "{t}a", "{t}b");

  /** What happens to all slots between the first and the second half of a test. */
  enum State {
    SERVING,
    FENCED,
    MIGRATING,
    JUST_MOVED,
    FAILED_OVER
  }

  /**
   * A class of commands.
   *
   * @param before what the client says before the slots change, with the replies
   * @param during what it says then, with the replies
   * @param mayBreak whether a change may end it, which the client sees as {@code nil}
   */
  private record Case(String name, List<Said> before, List<Said> during, boolean mayBreak) {

    @Override
    public String toString() {
      return name;
    }
  }

  /** A command line, and what {@link RespClient} makes of the reply, as text. */
  private record Said(String line, String reply) {}

  private static Said said(String line, String reply) {
    return new Said(line, reply);
  }

  private static final List<Case> CASES =
      List.of(
          new Case(
              "one key",
              List.of(),
              List.of(
                  said("GET k1", "v"),
                  said("APPEND k1 w", "2"),
                  said("GET k1", "vw"),
                  said("GET none", "null")),
              false),
          new Case(
              "same slot",
              List.of(),
              List.of(said("RENAME {t}a {t}c", "OK"), said("BITOP NOT {t}a {t}c", "1")),
              false),
          new Case(
              "split",
              List.of(),
              List.of(
                  said("MGET k1 k2 k3 k4 none", "[v, v, v, v, null]"),
                  said("MSET k1 x k2 y new z", "OK"),
                  said("EXISTS k1 k2 k3 new none", "4"),
                  said("DEL k3 k4 none", "2")),
              false),
          new Case(
              "script",
              List.of(),
              List.of(
                  said("EVAL return{redis.call('GET',KEYS[1]),KEYS[2]} 2 {t}a {t}b", "[v, {t}b]")),
              false),
          new Case(
              "transaction",
              List.of(),
              List.of(
                  said("MULTI", "OK"),
                  said("SET {t}a 5", "QUEUED"),
                  said("INCR {t}a", "QUEUED"),
                  said("EXEC", "[OK, 6]")),
              false),
          new Case(
              "transaction begun before",
              List.of(said("MULTI", "OK"), said("SET {t}a 5", "QUEUED")),
              List.of(said("INCR {t}a", "QUEUED"), said("EXEC", "[OK, 6]")),
              false),
          new Case(
              "watched",
              List.of(said("WATCH {t}a", "OK"), said("GET {t}a", "v")),
              List.of(
                  said("MULTI", "OK"),
                  said("SET {t}b 5", "QUEUED"),
                  said("INCR {t}b", "QUEUED"),
                  said("EXEC", "[OK, 6]")),
              true),
          new Case(
              "blocking",
              List.of(said("RPUSH {t}list a b", "2")),
              List.of(
                  said("BLPOP {t}list 5", "[{t}list, a]"),
                  said("BRPOP {t}list 5", "[{t}list, b]"),
                  said("BLPOP {t}list 0.01", "null")),
              false),
          new Case("all groups", List.of(), List.of(said("SCRIPT EXISTS x", "[0]")), false));

  static Stream<Arguments> matrix() {
    return CASES.stream()
        .flatMap(one -> Arrays.stream(State.values()).map(state -> Arguments.of(one, state)));
  }

  private RedisProcess source;
  private RedisProcess target;
  private Planes planes;

  @BeforeEach
  void start() throws Exception {
    source = RedisProcess.start();
    target = RedisProcess.start();
    planes = Planes.start(1);
    planes.installAll(Planes.serving(source.address()));
    for (String key : KEYS) {
      source.call("SET", key, "v");
    }
  }

  @AfterEach
  void stop() throws Exception {
    planes.close();
    source.close();
    target.close();
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("matrix")
  void answersAsOnAServedSlot(Case one, State state) throws Exception {
    try (RespClient client = planes.client()) {
      // Given
      for (Said said : one.before()) {
        assertThat(reply(client, said)).isEqualTo(said.reply());
      }

      // When
      enter(state);
      for (Said said : one.during()) {
        client.send(said.line().split(" ", -1));
      }
      client.flush();
      Poll.pass(Duration.ofMillis(state == State.FENCED ? 100 : 0));
      leave(state);

      // Then
      List<String> replies = new ArrayList<>();
      one.during().forEach(said -> replies.add(String.valueOf(client.receive())));
      List<String> expected = one.during().stream().map(Said::reply).toList();
      boolean broken = one.mayBreak() && replies.getLast().equals("null");
      if (broken) {
        assertThat(state).isNotEqualTo(State.SERVING);
        assertThat(client.call("GET", "{t}b")).isEqualTo("v");
      } else {
        assertThat(replies).isEqualTo(expected);
      }
      assertThat(client.call("GET", "k2")).isIn("v", "y");
    }
  }

  @ParameterizedTest
  @EnumSource(State.class)
  void whoeverWaitedBeforeGetsWhatComesAfter(State state) throws Exception {
    try (RespClient waiter = planes.client();
        RespClient writer = planes.client()) {
      // Given
      waiter.send("BLPOP", "{t}waited", "20");
      waiter.flush();
      Poll.until(
          SOON,
          "the server blocks a client",
          () -> String.valueOf(source.call("INFO", "clients")).contains("blocked_clients:1"));

      // When
      enter(state);
      leave(state);
      Object pushed = writer.call("RPUSH", "{t}waited", "x");

      // Then
      assertThat(pushed).isEqualTo(1L);
      Object got = waiter.receive();
      if (state == State.FAILED_OVER && got instanceof RespError error) {
        // Whether the server that is gone has popped something, nobody knows any more.
        assertThat(error.message()).contains("the command may have been executed");
      } else {
        assertThat(got).isEqualTo(List.of("{t}waited", "x"));
        assertThat(writer.call("EXISTS", "{t}waited")).isEqualTo(0L);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(State.class)
  void subscribersHearWhatIsPublishedAfterwards(State state) throws Exception {
    try (RespClient subscriber = planes.client();
        RespClient publisher = planes.client()) {
      // Given
      subscriber.expect("SUBSCRIBE", "news");

      // When
      enter(state);
      leave(state);
      publisher.call("PUBLISH", "news", "hello");

      // Then
      assertThat(subscriber.receive()).isEqualTo(List.of("message", "news", "hello"));
    }
  }

  @ParameterizedTest
  @EnumSource(State.class)
  void aScanReturnsEveryKeyThatWasThereThroughout(State state) throws Exception {
    try (RespClient client = planes.client()) {
      // Given
      Set<String> all = new HashSet<>(KEYS);
      for (int i = 0; i < 100; i++) {
        client.expect("SET", "scanned" + i, "v");
        all.add("scanned" + i);
      }
      Set<String> found = new HashSet<>();
      String cursor = page(client, "0", found);
      cursor = page(client, cursor, found);

      // When
      enter(state);
      client.send("SCAN", cursor, "COUNT", "10");
      client.flush();
      Poll.pass(Duration.ofMillis(state == State.FENCED ? 100 : 0));
      leave(state);
      cursor = addTo(found, client.receive());
      while (!cursor.equals("0")) {
        cursor = page(client, cursor, found);
      }

      // Then
      assertThat(found).isEqualTo(all);
    }
  }

  private static String page(RespClient client, String cursor, Set<String> into) {
    return addTo(into, client.expect("SCAN", cursor, "COUNT", "10"));
  }

  private static String addTo(Set<String> into, @Nullable Object reply) {
    List<?> page = (List<?>) Objects.requireNonNull(reply);
    ((List<?>) Objects.requireNonNull(page.get(1))).forEach(key -> into.add(String.valueOf(key)));
    return String.valueOf(page.getFirst());
  }

  private void leave(State state) throws TimeoutException {
    if (state == State.FENCED) {
      planes.installAll(Planes.serving(source.address()));
    }
  }

  private static String reply(RespClient client, Said said) {
    return String.valueOf(client.call(said.line().split(" ", -1)));
  }

  private void enter(State state) throws TimeoutException {
    switch (state) {
      case SERVING -> {}
      case FENCED -> planes.installAll(new SlotRoute.Fenced(source.address(), false));
      case MIGRATING -> {
        planes.installAll(new SlotRoute.Fenced(source.address(), false));
        planes.installAll(new SlotRoute.Migrating(source.address(), target.address()));
      }
      case JUST_MOVED -> {
        planes.installAll(new SlotRoute.Fenced(source.address(), false));
        planes.installAll(new SlotRoute.Migrating(source.address(), target.address()));
        moveRest();
        planes.installAll(Planes.serving(target.address()));
      }
      case FAILED_OVER -> {
        planes.installAll(new SlotRoute.Fenced(source.address(), true));
        failOver();
        planes.installAll(Planes.serving(target.address()));
      }
    }
  }

  /** As the sweep does. */
  private void moveRest() {
    List<?> keys = (List<?>) source.call("KEYS", "*");
    for (Object key : Objects.requireNonNull(keys)) {
      source.call(
          "MIGRATE",
          target.address().host(),
          Integer.toString(target.port()),
          String.valueOf(key),
          "0",
          "5000");
    }
    assertThat(source.call("DBSIZE")).isEqualTo(0L);
  }

  private void failOver() {
    target.call("REPLICAOF", source.address().host(), Integer.toString(source.port()));
    Poll.until(
        SOON,
        "the replica has followed",
        () -> String.valueOf(target.call("INFO", "replication")).contains("master_link_status:up"));
    source.kill();
    target.call("REPLICAOF", "NO", "ONE");
  }
}

package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.testsupport.FakeRedis;
import io.vodis.testsupport.FakeRedis.Answer;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The table of a data plane follows what its servers answer to COMMAND. */
class CommandLearningIT {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String NOTHING_NEW = "*0\r\n";

  /** Two keys, the second one behind a word: no release of this proxy has a row for it. */
  private static final String PAIR =
      """
      *10 $9 PAIR.JOIN :-4 *1 +write :1 :1 :1 *1 +@write *0 *2 \
      *6 $5 flags *1 +RW $12 begin_search *4 $4 type $5 index $4 spec *2 $5 index :1 \
      $9 find_keys *4 $4 type $5 range $4 spec *6 $7 lastkey :0 $7 keystep :1 $5 limit :0 \
      *6 $5 flags *1 +RO $12 begin_search *4 $4 type $7 keyword $4 spec *4 $7 keyword $4 WITH \
      $9 startfrom :2 \
      $9 find_keys *4 $4 type $5 range $4 spec *6 $7 lastkey :0 $7 keystep :1 $5 limit :0 *0
      """
          .strip()
          .replace(" ", "\r\n");

  /** No keys at all. */
  private static final String KEYLESS =
      "*10 $9 pair.list :1 *1 +readonly :0 :0 :0 *1 +@read *0 *0 *0".replace(" ", "\r\n");

  private static final String GET =
      "*10 $3 get :2 *1 +readonly :1 :1 :1 *0 *0 *0 *0 ".replace(" ", "\r\n");

  @Test
  void aCommandOfAModuleIsRoutedByItsKeySpecifications() throws Exception {
    try (FakeRedis lower = server("1", PAIR, KEYLESS);
        FakeRedis upper = server("2", PAIR, KEYLESS);
        Planes planes = Planes.start(2)) {
      // Given
      planes.installHalves(lower.address(), upper.address());
      try (RespClient client = planes.client()) {
        // When: foo and bar are in the lower half, a in the upper one
        assertThat(client.call("Pair.Join", "foo", "x", "with", "{foo}2")).isEqualTo("joined by 1");
        assertThat(client.call("PAIR.JOIN", "a", "x", "y")).isEqualTo("joined by 2");
        // Then
        assertThat(client.call("PAIR.JOIN", "foo", "WITH", "a"))
            .isEqualTo(new RespError("CROSSSLOT Keys in request don't hash to the same slot"));
        assertThat(client.call("PAIR.JOIN", "foo"))
            .isEqualTo(new RespError("ERR wrong number of arguments for 'pair.join' command"));
        assertThat(client.call("pair.list"))
            .isEqualTo(
                new RespError(
                    "ERR command 'pair.list' cannot be routed: it names no keys; command_policy"
                        + " can say where it goes"));
        assertThat(client.call("COMMAND", "GETKEYS", "pair.join", "k", "with", "l"))
            .isEqualTo(List.of("k", "l"));
      }
    }
  }

  @Test
  void aCommandThatOneGroupLacksIsNotOffered() throws Exception {
    try (FakeRedis lower = server("1", PAIR);
        FakeRedis upper = server("2", KEYLESS);
        Planes planes = Planes.start(1)) {
      planes.installHalves(lower.address(), upper.address());
      try (RespClient client = planes.client()) {
        assertThat(client.call("PAIR.JOIN", "foo", "x", "y"))
            .isEqualTo(
                new RespError(
                    "ERR command 'pair.join' is not offered, because server "
                        + upper.address()
                        + " (redis 9.9.9) does not know it"));
        assertThat(lower.received("PAIR.JOIN")).isEmpty();
        assertThat(client.call("COMMAND", "INFO", "pair.join")).asString().isEqualTo("[null]");
      }
    }
  }

  @Test
  void anUnknownCommandIsAskedAboutOnce() throws Exception {
    try (FakeRedis only = server("1");
        Planes planes = Planes.start(1)) {
      planes.installAll(Planes.serving(only.address()));
      try (RespClient client = planes.client()) {
        // When
        List<@Nullable Object> replies =
            client.pipeline(
                List.of(
                    new String[] {"PING"},
                    new String[] {"NOSUCH", "a"},
                    new String[] {"PING", "x"},
                    new String[] {"nosuch", "b"}));
        // Then
        assertThat(replies)
            .containsExactly(
                "PONG",
                new RespError("ERR unknown command 'NOSUCH', with args beginning with: 'a' "),
                "x",
                new RespError("ERR unknown command 'nosuch', with args beginning with: 'b' "));
        assertThat(questions(only)).isEqualTo(1);
      }
    }
  }

  @Test
  void whatAServerHasLoadedSinceIsFoundWhenItIsUsed() throws Exception {
    AtomicReference<String> commands = new AtomicReference<>("*1\r\n" + GET);
    try (FakeRedis only = server("1");
        Planes planes = Planes.start(2)) {
      only.on(
          "COMMAND", request -> command(request, Objects.requireNonNull(commands.get()), () -> 1));
      planes.installAll(Planes.serving(only.address()));
      try (RespClient client = planes.client()) {
        Poll.until(SOON, () -> "no COMMAND", () -> !only.received("INFO").isEmpty());
        // When
        commands.set("*2\r\n" + GET + PAIR + "\r\n");
        // Then
        assertThat(client.call("PAIR.JOIN", "foo", "x", "y")).isEqualTo("joined by 1");
        assertThat(client.call("PAIR.JOIN", "a", "x", "y")).isEqualTo("joined by 1");
        assertThat(questions(only)).isLessThanOrEqualTo(1);
      }
    }
  }

  @Test
  void aServerThatDoesNotAnswerHoldsNobodyUpForLong() throws Exception {
    try (FakeRedis only = server("1").on("COMMAND", new Answer.Nothing());
        Planes planes = Planes.start(1)) {
      planes.installAll(Planes.serving(only.address()));
      try (RespClient client = planes.client()) {
        assertThat(client.call("NOSUCH"))
            .isEqualTo(new RespError("ERR unknown command 'NOSUCH', with args beginning with: "));
        assertThat(client.call("GET", "foo")).isEqualTo("value");
      }
    }
  }

  @Test
  void realServersOfOneVersionChangeNothing() throws Exception {
    try (RedisProcess server = RedisProcess.start();
        Planes planes = Planes.start(1)) {
      planes.installAll(Planes.serving(server.address()));
      try (RespClient client = planes.client()) {
        Poll.until(
            SOON,
            () -> "the table is the baseline",
            () -> planes.plane.commands() != io.vodis.proxy.command.CommandTable.baseline());
        assertThat(client.call("SET", "k", "v")).isEqualTo("OK");
        assertThat(client.call("GETSET", "k", "w")).isEqualTo("v");
        assertThat(client.call("OBJECT", "ENCODING", "none")).isNull();
      }
    }
  }

  private static long questions(FakeRedis server) {
    return server.received("COMMAND").stream()
        .filter(request -> request.arguments().contains("INFO"))
        .count();
  }

  /** A server of an unheard-of version that has a few commands, among them GET and these. */
  private static FakeRedis server(String name, String... commands) {
    String all =
        "*" + (commands.length + 1) + "\r\n" + GET + String.join("\r\n", commands) + "\r\n";
    FakeRedis server = FakeRedis.start();
    return server
        .on("INFO", Answer.bulk("# Server\r\nredis_version:9.9.9\r\nrun_id:" + name + "\r\n"))
        .on("COMMAND", request -> command(request, all.strip() + "\r\n", () -> commands.length))
        .on("GET", Answer.bulk("value"))
        .on("PAIR.JOIN", Answer.bulk("joined by " + name));
  }

  private static Answer command(
      FakeRedis.Received request, String all, java.util.function.LongSupplier count) {
    if (request.arguments().size() == 1) {
      return new Answer.Bytes(all);
    }
    return switch (request.arguments().get(1)) {
      case "COUNT" -> Answer.number(count.getAsLong());
      case "DOCS" -> new Answer.Bytes(NOTHING_NEW);
      default ->
          all.toLowerCase(java.util.Locale.ROOT).contains(request.arguments().get(2))
              ? new Answer.Bytes("*1\r\n" + PAIR + "\r\n")
              : new Answer.Bytes("*1\r\n*-1\r\n");
    };
  }
}

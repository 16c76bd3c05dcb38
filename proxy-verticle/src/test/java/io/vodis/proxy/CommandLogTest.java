package io.vodis.proxy;

import static io.vodis.proxy.LoopFixture.LOWER;
import static io.vodis.proxy.LoopFixture.UPPER;
import static io.vodis.proxy.LoopFixture.read;
import static io.vodis.proxy.LoopFixture.request;
import static io.vodis.proxy.LoopFixture.written;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.vodis.proxy.stats.CommandLog;
import io.vodis.proxy.stats.CommandLog.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What COMMANDLOG keeps, whatever way a request and its reply take. foo is on the lower server, a
 * on the upper one; bytes come in pieces as large as one read.
 */
class CommandLogTest {

  private static final int READ = 64 << 10;
  private static final int MIB = 1 << 20;

  private final LoopFixture fixture = new LoopFixture(Configs.listening("127.0.0.1:0", 1));

  @AfterEach
  void close() {
    fixture.close();
  }

  private void deliverInReads(EmbeddedChannel channel, String bytes) {
    for (int at = 0; at < bytes.length(); at += READ) {
      fixture.deliver(channel, bytes.substring(at, Math.min(bytes.length(), at + READ)));
    }
  }

  private List<CommandLog.Entry> entries(Kind kind) {
    return fixture.loop.environment().commandLogs().of(kind).entries();
  }

  private static List<String> args(CommandLog.Entry entry) {
    return entry.args().stream().map(arg -> new String(arg, StandardCharsets.ISO_8859_1)).toList();
  }

  /** What the session gets for a request that the proxy answers itself. */
  private String ask(EmbeddedChannel session, String... words) {
    fixture.deliver(session, request(words));
    return written(session);
  }

  private static String bulk(int length) {
    return "$" + length + "\r\n" + "v".repeat(length) + "\r\n";
  }

  /** One large argument is passed on as it comes; many small ones are collected. */
  @ParameterizedTest
  @CsvSource({"1, 1048576", "20000, 60", "1, 1048530", "20000, 30"})
  void aRequestIsNotedIfItIsLarge(int members, int bytesOfOne) {
    // Given
    EmbeddedChannel session = fixture.session();
    List<String> words = new ArrayList<>(List.of("SADD", "foo"));
    words.addAll(Collections.nCopies(members, "v".repeat(bytesOfOne)));
    String request = request(words.toArray(String[]::new));
    // When
    deliverInReads(session, request);
    fixture.deliver(fixture.connect(LOWER), ":1\r\n");
    // Then
    assertThat(written(session)).isEqualTo(":1\r\n");
    if (request.length() < MIB) {
      assertThat(entries(Kind.LARGE_REQUEST)).isEmpty();
      return;
    }
    assertThat(entries(Kind.LARGE_REQUEST)).hasSize(1);
    CommandLog.Entry entry = entries(Kind.LARGE_REQUEST).get(0);
    assertThat(entry.value()).isEqualTo(request.length());
    assertThat(args(entry)).startsWith("SADD", "foo");
    if (members == 1) {
      assertThat(args(entry).get(2))
          .isEqualTo("v".repeat(128) + "... (" + (bytesOfOne - 128) + " more bytes)");
    } else {
      assertThat(args(entry))
          .hasSize(32)
          .endsWith("... (" + (words.size() - 31) + " more arguments)");
    }
    assertThat(entries(Kind.SLOW)).isEmpty();
  }

  /** What is asked after a large request takes the short way again, and is not looked at. */
  @Test
  void onlyTheLargeOneOfTwoRequestsIsNoted() {
    EmbeddedChannel session = fixture.session();
    List<String> words = new ArrayList<>(List.of("SADD", "foo"));
    words.addAll(Collections.nCopies(40_000, "v".repeat(30)));

    deliverInReads(session, request(words.toArray(String[]::new)) + request("GET", "foo"));
    fixture.deliver(fixture.connect(LOWER), ":1\r\n$1\r\nx\r\n");

    assertThat(written(session)).isEqualTo(":1\r\n$1\r\nx\r\n");
    assertThat(entries(Kind.LARGE_REQUEST)).hasSize(1);
  }

  @Test
  void aLargeReplyIsNotedAndWithItsArgumentsIfTheClientHasHadOneBefore() {
    // Given
    EmbeddedChannel session = fixture.session();
    fixture.deliver(session, request("GET", "foo"));
    EmbeddedChannel lower = fixture.connect(LOWER);
    String reply = bulk(MIB);
    // When
    deliverInReads(lower, reply);
    fixture.deliver(session, request("GET", "foo"));
    deliverInReads(lower, reply);
    // Then
    assertThat(entries(Kind.LARGE_REPLY)).hasSize(2);
    assertThat(args(entries(Kind.LARGE_REPLY).get(1))).containsExactly("get");
    assertThat(args(entries(Kind.LARGE_REPLY).get(0))).containsExactly("GET", "foo");
    assertThat(entries(Kind.LARGE_REPLY)).allMatch(entry -> entry.value() == reply.length());
    // When: it is looked at for a while only
    fixture.pass(Duration.ofSeconds(11));
    fixture.loop.tickSessions();
    fixture.deliver(session, request("GET", "foo"));
    deliverInReads(lower, reply);
    // Then
    assertThat(args(entries(Kind.LARGE_REPLY).get(0))).containsExactly("get");
  }

  /** It is held behind an earlier one that comes when half of it is there. */
  @Test
  void aReplyThatWaitsForItsTurnIsCountedAsAWhole() {
    // Given
    EmbeddedChannel session = fixture.session();
    read(session, request("GET", "a") + request("GET", "foo") + request("GET", "foo"));
    fixture.iterate();
    EmbeddedChannel lower = fixture.connect(LOWER);
    EmbeddedChannel upper = fixture.connect(UPPER);
    String reply = bulk(MIB);
    // When
    deliverInReads(lower, reply.substring(0, MIB / 2));
    fixture.deliver(upper, "$1\r\nx\r\n");
    deliverInReads(lower, reply.substring(MIB / 2) + bulk(MIB - 20));
    // Then
    assertThat(written(session)).isEqualTo("$1\r\nx\r\n" + reply + bulk(MIB - 20));
    assertThat(entries(Kind.LARGE_REPLY)).hasSize(1);
    assertThat(entries(Kind.LARGE_REPLY).get(0).value()).isEqualTo(reply.length());
  }

  @Test
  void aReplyThatIsMergedIsNotedAsAWhole() {
    EmbeddedChannel session = fixture.session();
    fixture.deliver(session, request("MGET", "foo", "a"));

    deliverInReads(fixture.connect(LOWER), "*1\r\n" + bulk(600_000));
    deliverInReads(fixture.connect(UPPER), "*1\r\n" + bulk(600_000));

    assertThat(entries(Kind.LARGE_REPLY)).hasSize(1);
    assertThat(entries(Kind.LARGE_REPLY).get(0).value())
        .isEqualTo("*2\r\n".length() + 2L * bulk(600_000).length());
  }

  @Test
  void lowThresholdsHaveEveryRequestLookedAt() {
    // Given
    EmbeddedChannel session = fixture.session();
    ask(session, "CLIENT", "SETNAME", "me");
    ask(
        session,
        "CONFIG",
        "SET",
        "commandlog-request-larger-than",
        "40",
        "commandlog-reply-larger-than",
        "20");
    // When
    ask(session, "PING");
    ask(session, "ECHO", "x".repeat(60));
    fixture.deliver(session, request("GET", "foo"));
    EmbeddedChannel lower = fixture.connect(LOWER);
    fixture.deliver(lower, bulk(10));
    fixture.deliver(session, request("GET", "foo"));
    fixture.deliver(lower, bulk(30));
    // Then
    assertThat(entries(Kind.LARGE_REQUEST)).hasSize(1);
    assertThat(args(entries(Kind.LARGE_REQUEST).get(0))).containsExactly("ECHO", "x".repeat(60));
    assertThat(entries(Kind.LARGE_REPLY)).hasSize(2);
    CommandLog.Entry get = entries(Kind.LARGE_REPLY).get(0);
    assertThat(args(get)).containsExactly("GET", "foo");
    assertThat(get.value()).isEqualTo(bulk(30).length());
    assertThat(get.name()).isEqualTo("me");
    assertThat(entries(Kind.SLOW)).isEmpty();
  }

  @Test
  void noMoreAreKeptThanAskedForAndNoneIfSwitchedOff() {
    EmbeddedChannel session = fixture.session();
    ask(session, "CONFIG", "SET", "commandlog-request-larger-than", "0");
    ask(session, "CONFIG", "SET", "commandlog-large-request-max-len", "3");
    for (int i = 0; i < 10; i++) {
      ask(session, "PING");
    }
    assertThat(ask(session, "COMMANDLOG", "LEN", "large-request")).isEqualTo(":3\r\n");

    ask(session, "CONFIG", "SET", "commandlog-large-request-max-len", "0");
    ask(session, "PING");
    assertThat(ask(session, "COMMANDLOG", "LEN", "large-request")).isEqualTo(":0\r\n");

    ask(session, "CONFIG", "SET", "commandlog-large-request-max-len", "10");
    ask(session, "CONFIG", "SET", "commandlog-request-larger-than", "-1");
    ask(session, "COMMANDLOG", "RESET", "large-request");
    ask(session, "PING");
    assertThat(ask(session, "COMMANDLOG", "LEN", "large-request")).isEqualTo(":0\r\n");
    assertThat(ask(session, "CONFIG", "GET", "commandlog-request-larger-than"))
        .isEqualTo("*2\r\n$30\r\ncommandlog-request-larger-than\r\n$2\r\n-1\r\n");
  }

  @Test
  void thresholdsHaveTheNamesOfTheFileAndThoseOfValkey() {
    EmbeddedChannel session = fixture.session();

    ask(session, "CONFIG", "SET", "commandlog_request_larger_than", "2mb");
    ask(session, "CONFIG", "SET", "commandlog-reply-larger-than", "3145728");

    assertThat(ask(session, "CONFIG", "GET", "commandlog-request-larger-than"))
        .endsWith("$7\r\n2097152\r\n");
    assertThat(ask(session, "CONFIG", "GET", "commandlog_reply_larger_than"))
        .endsWith("$3\r\n3mb\r\n");
    assertThat(ask(session, "CONFIG", "SET", "commandlog_reply_larger_than", "-1"))
        .startsWith("-ERR CONFIG SET failed");
  }

  @Test
  void slowLogAndCommandLogShowTheSameSlowRequests() {
    // Given
    EmbeddedChannel session = fixture.session();
    fixture.deliver(session, request("SET", "foo", "1"));
    EmbeddedChannel lower = fixture.connect(LOWER);
    // When
    fixture.pass(Duration.ofMillis(20));
    fixture.deliver(lower, "+OK\r\n");
    written(session);
    // Then
    String shown = ask(session, "SLOWLOG", "GET");
    assertThat(shown).startsWith("*1\r\n*6\r\n:0\r\n").contains(":20000\r\n*1\r\n$3\r\nset\r\n");
    assertThat(ask(session, "COMMANDLOG", "GET", "-1", "slow")).isEqualTo(shown);
    assertThat(ask(session, "COMMANDLOG", "RESET", "SLOW")).isEqualTo("+OK\r\n");
    assertThat(ask(session, "SLOWLOG", "LEN")).isEqualTo(":0\r\n");
    assertThat(ask(session, "CONFIG", "SET", "commandlog-execution-slower-than", "7000"))
        .isEqualTo("+OK\r\n");
    assertThat(ask(session, "CONFIG", "GET", "slowlog-log-slower-than")).contains("$4\r\n7000");
  }

  /** Everything was slow until now, and what is done next is looked at for a while. */
  @Test
  void aHigherThresholdDoesNotEndTheCloserLook() {
    EmbeddedChannel session = fixture.session();
    ask(session, "CONFIG", "SET", "slowlog-log-slower-than", "0");
    ask(session, "PING");
    ask(session, "CONFIG", "SET", "slowlog-log-slower-than", "10000");
    fixture.deliver(session, request("SET", "foo", "1"));
    EmbeddedChannel lower = fixture.connect(LOWER);

    fixture.pass(Duration.ofMillis(20));
    fixture.deliver(lower, "+OK\r\n");

    assertThat(args(entries(Kind.SLOW).get(0))).containsExactly("SET", "foo", "1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "COMMANDLOG GET 1 huge; -ERR type should be one of the following: slow, large-request,"
            + " large-reply",
        "COMMANDLOG LEN huge; -ERR type should be one of the following: slow, large-request,"
            + " large-reply",
        "COMMANDLOG GET -2 huge; -ERR count should be greater than or equal to -1",
        "COMMANDLOG GET x slow; -ERR count should be greater than or equal to -1",
        "COMMANDLOG GET; -ERR wrong number of arguments for 'commandlog|get' command",
        "COMMANDLOG RESET; -ERR wrong number of arguments for 'commandlog|reset' command",
        "COMMANDLOG; -ERR wrong number of arguments for 'commandlog' command",
      })
  void invalidArgumentsAreRefusedInValkeysWords(String words, String reply) {
    assertThat(ask(fixture.session(), words.split(" "))).isEqualTo(reply + "\r\n");
  }

  @Test
  void execIsNotNotedItself() {
    // Given
    EmbeddedChannel session = fixture.session();
    ask(session, "CONFIG", "SET", "commandlog-reply-larger-than", "0");
    ask(session, "COMMANDLOG", "RESET", "large-reply");
    // When
    read(session, request("MULTI") + request("GET", "foo") + request("EXEC"));
    fixture.iterate();
    fixture.deliver(fixture.connect(LOWER), "+OK\r\n+QUEUED\r\n*1\r\n$1\r\nx\r\n");
    // Then
    assertThat(written(session)).isEqualTo("+OK\r\n+QUEUED\r\n*1\r\n$1\r\nx\r\n");
    assertThat(entries(Kind.LARGE_REPLY))
        .isNotEmpty()
        .noneMatch(entry -> args(entry).contains("EXEC"));
  }
}
